//! Clients, known by their stack frames and error classes: signatures made of a list.

use logscan_model::EventKind;
use logscan_model::event::Needs;
use serde::Deserialize;

use super::{Anchor, CatalogueError, Signature};
use crate::pattern::Pattern;

const FILE: &str = "drivers.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    driver: Vec<Driver>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Driver {
    of: Of,
    frames: Vec<String>,
}

/// What a client speaks to.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Database,
    Other,
}

/// A signature for each frame or class of a client.
pub(super) fn signatures() -> Result<Vec<(Signature, Pattern)>, CatalogueError> {
    let refuse = |reason| CatalogueError { file: FILE.to_owned(), reason };
    let file: File = toml::from_str(include_str!("../../catalogue/drivers.toml"))
        .map_err(|problem| refuse(problem.to_string()))?;
    let each = file
        .driver
        .into_iter()
        .flat_map(|driver| driver.frames.into_iter().map(move |frame| (driver.of, frame)));
    let signature = |(of, frame): (Of, String)| {
        let pattern = Pattern::parse(&frame).map_err(refuse)?;
        let kind = match of {
            Of::Database => EventKind::DriverSeen,
            Of::Other => EventKind::OtherClientSeen,
        };
        let signature = Signature {
            id: format!("client {frame}"),
            kind,
            pattern: frame.clone(),
            anchor: Anchor::Anywhere,
            literals: Vec::new(),
            source: "stack frames and error classes".to_owned(),
            needs: Needs::default(),
            samples: vec![frame],
            rejects: vec!["-".to_owned()],
        };
        Ok((signature, pattern))
    };
    each.map(signature).collect()
}

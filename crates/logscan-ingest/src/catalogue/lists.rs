//! Signatures that are no more than a text: what servers say of themselves, by what stack frames and
//! error classes clients are known, and with what words a line may announce a secret.

use logscan_model::EventKind;
use logscan_model::event::Needs;
use serde::Deserialize;

use super::{Anchor, CatalogueError, Signature};
use crate::pattern::Pattern;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drivers {
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
    /// Code of a pool in which somebody waits for a connection.
    Pool,
    /// Code that forks the process.
    Fork,
    /// Words of somebody who reached a database.
    Reached,
    /// Words of somebody who waited for an answer in vain.
    NoAnswer,
    /// Words of somebody who tries again.
    Retry,
    /// What runs or is said when a run is over.
    TearDown,
    SetUp,
    /// No client: the image or the container of a database.
    Image,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Servers {
    server: Vec<Server>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    name: String,
    source: String,
    starting: Vec<String>,
    ready: Vec<String>,
    stopping: Vec<String>,
    #[serde(default)]
    recovering: Vec<String>,
    #[serde(default)]
    crashed: Vec<String>,
    /// Why it cannot start.
    #[serde(default)]
    failing: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    prefixes: Vec<String>,
    commands: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    words: Vec<String>,
}

/// The signatures of all lists.
pub(super) fn signatures() -> Result<Vec<(Signature, Pattern)>, CatalogueError> {
    let drivers: Drivers = read("drivers.toml", include_str!("../../catalogue/drivers.toml"))?;
    let servers: Servers = read("servers.toml", include_str!("../../catalogue/servers.toml"))?;
    let secrets: Secrets = read("secrets.toml", include_str!("../../catalogue/secrets.toml"))?;
    let runners: Commands =
        read("runner-commands.toml", include_str!("../../catalogue/runner-commands.toml"))?;
    let mut all = Vec::new();
    let printed = |prefix: &String| {
        let prefix = prefix.clone();
        runners.commands.iter().map(move |command| format!("{prefix}{command}"))
    };
    let printed = runners.prefixes.iter().flat_map(printed).collect();
    add(&mut all, "command", EventKind::RunnerSeen, printed, "commands of test runners")?;
    add(&mut all, "secret", EventKind::SecretAnnounced, secrets.words, "key words of settings")?;
    for Driver { of, frames } in drivers.driver {
        let kind = match of {
            Of::Database => EventKind::DriverSeen,
            Of::Other => EventKind::OtherClientSeen,
            Of::Pool => EventKind::PoolWaitSeen,
            Of::Fork => EventKind::ForkSeen,
            Of::Reached => EventKind::DatabaseReached,
            Of::NoAnswer => EventKind::NoAnswerSeen,
            Of::Retry => EventKind::RetrySeen,
            Of::TearDown => EventKind::TearDownSeen,
            Of::SetUp => EventKind::SetUpSeen,
            Of::Image => EventKind::DatabaseNamed,
        };
        add(&mut all, "client", kind, frames, "stack frames and error classes")?;
    }
    for server in servers.server {
        let Server { name, source, starting, ready, stopping, recovering, crashed, failing } =
            server;
        add(&mut all, &name, EventKind::ServerBegins, starting, &source)?;
        add(&mut all, &name, EventKind::ServerReady, ready, &source)?;
        add(&mut all, &name, EventKind::ServerStopping, stopping, &source)?;
        add(&mut all, &name, EventKind::ServerRecovers, recovering, &source)?;
        add(&mut all, &name, EventKind::ServerCrashed, crashed, &source)?;
        add(&mut all, &name, EventKind::ServerNotStarted, failing, &source)?;
    }
    Ok(all)
}

fn read<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, CatalogueError> {
    let refuse = |problem: toml::de::Error| CatalogueError {
        file: file.to_owned(),
        reason: problem.to_string(),
    };
    toml::from_str(text).map_err(refuse)
}

fn add(
    all: &mut Vec<(Signature, Pattern)>,
    of: &str,
    kind: EventKind,
    texts: Vec<String>,
    source: &str,
) -> Result<(), CatalogueError> {
    for text in texts {
        let refuse = |reason| CatalogueError { file: of.to_owned(), reason };
        let pattern = Pattern::parse(&text).map_err(refuse)?;
        let signature = Signature {
            id: format!("{of}: {text}"),
            kind,
            pattern: text.clone(),
            anchor: Anchor::Anywhere,
            literals: Vec::new(),
            source: source.to_owned(),
            needs: Needs::default(),
            samples: vec![text],
            rejects: vec!["-".to_owned()],
        };
        all.push((signature, pattern));
    }
    Ok(())
}

//! Which lines can be read, and why a file is read as it is.

use std::fmt::Write as _;
use std::path::Path;

use logscan_ingest::{Catalogue, Options, Reader, Source, formats};

use crate::outputs::print;
use crate::problem::Problem;

/// Lists the formats, or explains the choice for a file.
pub(crate) fn run(why: Option<&Path>) -> Result<(), Problem> {
    let text = match why {
        Some(path) => explain(path)?,
        None => list(),
    };
    print(text.as_bytes())
}

fn list() -> String {
    let mut list = String::new();
    for format in &formats::FORMATS {
        _ = writeln!(
            list,
            "{:<20}  {}\n{:<20}  {}\n",
            format.name, format.summary, "", format.example
        );
    }
    list
}

fn explain(path: &Path) -> Result<String, Problem> {
    let source = Source::file(path);
    let reader = Reader::new(&source, Catalogue::builtin(), &Options::default())
        .map_err(|error| Problem::new(error.to_string()))?;
    let (detection, storage) = (reader.detection(), reader.storage());
    let mut text =
        format!("{} is read as {}: {}\n", source.name(), detection.format.name, detection.reason);
    _ = writeln!(
        text,
        "encoding {}, compression {}, wrapper {}",
        storage.encoding,
        storage.compression.unwrap_or("none"),
        detection.wrapper.map_or("none", |wrapper| wrapper.name())
    );
    _ = writeln!(text, "\nof {} sampled lines", detection.sampled);
    for (format, count) in &detection.recognised {
        _ = writeln!(text, "  {count:>8}  are recognised by {}", format.name);
    }
    text.push_str("\nthe commonest lines look like\n");
    for (shape, count) in &detection.shapes {
        _ = writeln!(text, "  {count:>8}  {}", shape.escape_debug());
    }
    Ok(text)
}

/// Lists the signatures.
pub(crate) fn signatures() -> Result<(), Problem> {
    let mut list = String::new();
    for signature in Catalogue::builtin().signatures() {
        _ = writeln!(list, "{:<32}  {}", signature.id, signature.pattern);
    }
    print(list.as_bytes())
}

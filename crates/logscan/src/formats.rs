//! Which lines can be read, and why a file is read as it is.

use std::fmt::Write as _;
use std::path::Path;

use logscan_ingest::{Catalogue, Options, Reader, SourceError, WRAPPERS, formats};
use logscan_model::Limits;
use logscan_report::redact::{self, Redactor};
use logscan_report::{SIGNATURES, visible};

use crate::args::Own;
use crate::inputs::source;
use crate::pipeline::shape_of;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::stdout::print;
use crate::taken::is_ours;

/// Lists the formats, or explains the choice for a file.
pub(crate) fn run(why: Option<&Path>) -> Result<(), Problem> {
    let text = match why {
        Some(path) => explain(path)?,
        None => list(),
    };
    print(text.as_bytes())
}

fn list() -> String {
    let formats = formats::FORMATS.iter().map(|f| (f.name, f.summary, f.example));
    let wrappers = WRAPPERS.iter().map(|w| (w.name, w.summary, w.example));
    let mut list = String::from("Line formats\n\n");
    formats.for_each(|entry| push(&mut list, entry));
    list.push_str("Wrappers: what may stand in front of such lines, up to three deep\n\n");
    wrappers.for_each(|entry| push(&mut list, entry));
    list
}

fn push(list: &mut String, (name, summary, example): (&str, &str, &str)) {
    _ = writeln!(list, "  {name:<20}  {summary}\n  {:<20}  {example}\n", "");
}

fn explain(path: &Path) -> Result<String, Problem> {
    let failed = |error: SourceError| Problem::new(error.to_string());
    let source = source(path.to_owned(), Limits::default()).map_err(failed)?;
    let options = Options { is_report: is_ours, ..Options::default() };
    let reader = Reader::new(&source, Catalogue::builtin(), &options).map_err(failed)?;
    let (detection, storage) = (reader.detection(), reader.storage());
    let mut name = source.name().to_owned();
    redact::text(&mut name);
    let (name, format) = (visible(&name), detection.format.name);
    let mut text = format!("{name} is read as {format}: {}\n", detection.reason);
    if let Some(kind) = detection.document {
        _ = writeln!(text, "but it is {kind}, no log: directories and globs leave it out");
    }
    _ = writeln!(
        text,
        "encoding {}, compression {}, wrapper {}",
        storage.encoding,
        storage.compression.unwrap_or("none"),
        detection.wrapper.name().as_deref().unwrap_or("none")
    );
    _ = writeln!(text, "\nof {} sampled lines", detection.sampled);
    for (format, count) in &detection.recognised {
        _ = writeln!(text, "  {count:>8}  are recognised by {}", format.name);
    }
    text.push_str("\nthe commonest lines look like\n");
    let shapes = reader.shapes().map_err(|error| Problem::new(error.to_string()))?;
    for (lines, count) in shapes {
        let shape = shape_of(lines, Some(&mut Redactor::default()));
        _ = writeln!(text, "  {count:>8}  {}", visible(&shape));
    }
    Ok(text)
}

/// Lists the signatures, or tells how many there are.
pub(crate) fn signatures(count: bool, own: &Own) -> Result<(), Problem> {
    let settings = Settings::read(own, Limits::default())?;
    let mut list = if count { String::new() } else { format!("{SIGNATURES}\n\n") };
    for signature in settings.catalogue.signatures().filter(|_| !count) {
        _ = writeln!(list, "{:<32}  {}", signature.id, signature.pattern);
    }
    if count {
        _ = writeln!(list, "{}", settings.catalogue.signatures().count());
    }
    print(list.as_bytes())
}

//! Signatures for a log whose prefixed lines nobody understands yet.

use std::path::Path;

use logscan_ingest::suggest::{self, Secrets};
use logscan_ingest::{Catalogue, Options, Reader, Source};
use logscan_report::redact::Redactor;

use crate::problem::{Problem, tell};
use crate::stdout::print;

/// Signatures that are proposed at most.
const MOST: usize = 20;

/// `logscan init`: prints a catalogue file.
pub(crate) fn run(log: &Path) -> Result<(), Problem> {
    let problem = |error: logscan_ingest::SourceError| Problem::new(error.to_string());
    let catalogue = Catalogue::builtin();
    let source = Source::file(log);
    let reader = Reader::new(&source, catalogue, &Options::default()).map_err(problem)?;
    let mut redactor = Redactor::default();
    let mask = |line: &mut String, how| match how {
        Secrets::Learn => redactor.announced(line),
        Secrets::Mask => redactor.text(line),
    };
    let found = suggest::unknown_prefixed(&reader, catalogue, MOST, mask).map_err(problem)?;
    if found.is_empty() {
        tell("logscan: every line with a prefix in capitals is understood already");
        return Ok(());
    }
    let mut text = String::from(HEAD);
    for (index, suggestion) in found.iter().enumerate() {
        text.push('\n');
        text.push_str(
            &suggestion.toml(&format!("own-{}", index + 1), &source.name().replace('\\', "/")),
        );
    }
    // What was announced behind a line is a secret in it too.
    redactor.announced_in(&mut text);
    print(logscan_report::toml_file(&text).as_bytes())
}

const HEAD: &str = "\
# Signatures of your own. Keep this file in a folder, and give the folder with --signatures, or in
# logscan.toml:  [signatures]  folders = [\"signatures\"]
#
# `detail` only says that a line is known. Other kinds make the line count: session-open,
# session-closed, pool-timeout, connection-refused, setup-failed… A placeholder {_:int} that is
# given a name ({number:int}, {worker:word}, {seconds:float}) becomes a field of the event.
";

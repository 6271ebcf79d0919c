//! From inputs to a report: look, read, correlate, judge, quote.

use std::collections::BTreeSet;

use logscan_analysis::{Correlator, Run, SourceFold, judge};
use logscan_ingest::{Chunk, Format, Options, Reader, formats};
use logscan_model::note::NoteSeverity;
use logscan_model::report::{self, Redaction, Report, Tool};
use logscan_model::timeline::Stats;
use logscan_model::{Finding, InputId, Note, NoteKind};
use logscan_report::redact::{self, Redactor};
use rayon::prelude::*;

use crate::accept;
use crate::args::{How, Redact};
use crate::evidence;
use crate::inputs::{self, Opened};
use crate::problem::{Problem, tell};
use crate::progress::Progress;
use crate::settings::Settings;

/// A report, and whether all of the job was done.
pub(crate) struct Done {
    pub(crate) report: Report,
    pub(crate) complete: bool,
}

/// This program.
pub(crate) fn tool() -> Tool {
    Tool { name: "logscan", version: env!("CARGO_PKG_VERSION") }
}

/// What holds for all that a command reads: the user's settings, and the threads.
pub(crate) fn prepare(how: &How) -> Result<Settings, Problem> {
    if let Some(threads) = how.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        pool.map_err(|cause| Problem::new(format!("cannot start {threads} threads: {cause}")))?;
    }
    Settings::read(&how.own, how.limits.limits())
}

/// Reads all inputs and puts the report together; `keep` selects the findings.
pub(crate) fn read(
    paths: &[String],
    how: &How,
    settings: &Settings,
    keep: impl Fn(&Finding) -> bool,
) -> Result<Done, Problem> {
    Ok(read_then(paths, how, settings, keep, |_, _, _| ())?.0)
}

/// The same; `then` gets the report, the inputs and what masks secrets, to say more.
pub(crate) fn read_then<T>(
    paths: &[String],
    how: &How,
    settings: &Settings,
    keep: impl Fn(&Finding) -> bool,
    then: impl FnOnce(&Report, &[Opened<'_>], Option<Redactor>) -> T,
) -> Result<(Done, T), Problem> {
    let options = Options { format: format(how)?, ..Options::default() };
    let inputs = inputs::expand(paths, settings.limits)?;
    let opened = inputs::open(&inputs.all, &settings.catalogue, &options);
    let mut done = correlate(&opened, inputs.notes, how.redact, settings, keep);
    let baseline = settings.baseline.as_ref();
    accept::accept(&mut done.report.findings, &settings.suppressions, baseline);
    let mut redactor =
        (how.redact != Redact::Off).then(|| Redactor::new(how.redact == Redact::Emails));
    if let Some(redactor) = &mut redactor {
        redactor.report(&mut done.report);
    }
    evidence::cut(&mut done.report.findings);
    done.complete &= inputs.complete;
    doubt(&mut done);
    let more = then(&done.report, &opened, redactor);
    Ok((done, more))
}

fn format(how: &How) -> Result<Option<&'static Format>, Problem> {
    let Some(name) = &how.input_format else { return Ok(None) };
    let format = formats::by_name(name).ok_or_else(|| {
        Problem::new(format!("no line format is called {name}"))
            .hint("`logscan formats` lists them")
    })?;
    Ok(Some(format))
}

fn correlate(
    opened: &[Opened<'_>],
    mut notes: Vec<Note>,
    mask: Redact,
    settings: &Settings,
    keep: impl Fn(&Finding) -> bool,
) -> Done {
    let mut correlator = Correlator::default();
    let mut accounts = Vec::new();
    let mut complete = true;
    let progress = Progress::new();
    let inputs = opened.par_iter().enumerate();
    let read: Vec<_> = inputs
        .map(|(index, opened)| match opened {
            Opened::Read(reader) => fold(reader, index, settings, &progress)
                .map_err(|sentence| (reader.source().name(), sentence)),
            Opened::Failed(name, error) => Err((name.as_str(), error.to_string())),
        })
        .collect();
    for read in read {
        match read {
            Ok((account, more, fold)) => {
                accounts.push(account);
                notes.extend(more);
                correlator.add(fold);
            }
            Err((name, sentence)) => {
                complete = false;
                tell(&format!("logscan: {sentence}"));
                accounts.push(report::Input { name: name.to_owned(), ..Default::default() });
            }
        }
    }
    drop(progress);
    complete &= is_understood(&accounts, opened, mask, &mut notes);
    let lossy = notes.iter().any(|note| note.severity == NoteSeverity::Loss);
    let report = judge_run(
        correlator.finish(lossy, &settings.model),
        accounts,
        notes,
        opened,
        settings,
        keep,
    );
    Done { report, complete }
}

type Folded = (report::Input, Vec<Note>, SourceFold);

fn fold(
    reader: &Reader<'_>,
    index: usize,
    settings: &Settings,
    progress: &Progress,
) -> Result<Folded, String> {
    let mut fold = SourceFold::within(&settings.limits);
    let name = reader.source().name();
    let take = |chunk: &Chunk| {
        chunk.events.iter().for_each(|event| fold.take(event, &chunk.text));
        progress.bytes(name, chunk.text.len());
    };
    let (account, notes) =
        reader.read(InputId(index as u32), take).map_err(|error| error.to_string())?;
    Ok((account, notes, fold))
}

/// Whether anything was understood; if not, says what the lines look like and what to do.
fn is_understood(
    accounts: &[report::Input],
    opened: &[Opened<'_>],
    mask: Redact,
    notes: &mut Vec<Note>,
) -> bool {
    let readers = opened.iter().filter_map(|opened| match opened {
        Opened::Read(reader) => Some(reader),
        Opened::Failed(..) => None,
    });
    let readers: Vec<_> = readers.collect();
    if readers.is_empty() || accounts.iter().any(|account| account.lines_understood > 0) {
        return !readers.is_empty();
    }
    tell("logscan: nothing in these logs is about a test run or a database");
    for reader in readers {
        let name = reader.source().name();
        tell(&format!(
            "  {name} was read as {}; its commonest lines look like",
            reader.detection().format.name
        ));
        for (shape, count) in reader.shapes().unwrap_or_default() {
            tell(&format!("    {count} × {}", readable(&shape, mask)));
        }
        tell(&format!(
            "  hint: `logscan formats --why {name}` explains the choice; --input-format overrules it"
        ));
    }
    let sentence = "No line of any input is about a test run or a database.".to_owned();
    notes.push(Note::new(NoteKind::NothingUnderstood, 1, sentence, None));
    false
}

/// Shapes hold text of the log: passwords are masked in them too.
fn readable(shape: &str, mask: Redact) -> String {
    let mut shape = shape.to_owned();
    if mask != Redact::Off {
        redact::text(&mut shape);
    }
    shape.escape_debug().to_string()
}

/// A run is not healthy as long as its log was not read, or not understood.
fn doubt(done: &mut Done) {
    let verdict = &mut done.report.verdict;
    if done.complete || verdict.status != report::Status::Healthy {
        return;
    }
    let understood = done.report.inputs.iter().any(|input| input.lines_understood > 0);
    let headline = if understood {
        "Nothing wrong is seen, but a part of the log could not be read"
    } else {
        "Nothing was read that tells of a test run or a database"
    };
    verdict.status = report::Status::Unknown;
    verdict.headline = headline.to_owned();
}

fn judge_run(
    run: Run,
    accounts: Vec<report::Input>,
    mut notes: Vec<Note>,
    opened: &[Opened<'_>],
    settings: &Settings,
    keep: impl Fn(&Finding) -> bool,
) -> Report {
    notes.extend(run.notes);
    let (mut findings, verdict) = judge(&run.timeline, &notes, keep);
    notes.extend(leave_out(&mut findings, settings.limits.findings));
    notes.sort_by_key(|note| (std::cmp::Reverse(note.severity), note.kind, note.first));
    evidence::quote(&mut findings, opened);
    let lasts = |input: &report::Input| input.last?.seconds_since(input.first?);
    let run_s = accounts.iter().filter_map(lasts).filter(|s| *s >= 0.0).max_by(f64::total_cmp);
    Report {
        schema: report::SCHEMA,
        tool: tool(),
        verdict,
        inputs: accounts,
        findings,
        notes,
        timeline: run.timeline,
        stats: Stats { run_s, ..run.stats },
        redaction: Redaction::default(),
    }
}

/// Leaves out the last findings, if there are too many for a report.
fn leave_out(findings: &mut Vec<Finding>, most: usize) -> Option<Note> {
    let more = findings.len().checked_sub(most).filter(|more| *more > 0)?;
    let left: BTreeSet<String> = findings.drain(most..).map(|finding| finding.id).collect();
    findings.iter_mut().for_each(|finding| finding.caused_by.retain(|id| !left.contains(id)));
    let sentence = format!("{more} more findings are left out (--max-findings).");
    Some(Note::new(NoteKind::ManyFindings, more as u64, sentence, None))
}

//! From inputs to a report: look, read, correlate, judge, quote.

use std::collections::BTreeSet;

use logscan_analysis::{Correlator, Run, SourceFold, failures, judge, verdict};
use logscan_ingest::{Chunk, Format, Options, Reader, SourceError, formats, shape};
use logscan_model::note::NoteSeverity;
use logscan_model::report::{self, Redaction, Report, Tool};
use logscan_model::timeline::Stats;
use logscan_model::{EventKind, Finding, InputId, Note, NoteKind, Severity};
use logscan_report::redact::Redactor;
use rayon::prelude::*;

use crate::accept;
use crate::args::{How, Redact, Show};
use crate::evidence;
use crate::filter;
use crate::inputs::{self, Inputs, Opened};
use crate::problem::{Problem, tell};
use crate::progress::Progress;
use crate::settings::Settings;

/// Lines that may announce a secret and are read again: of all inputs, and at least of each.
const ANNOUNCING: usize = 10_000;
const ANNOUNCING_EACH: usize = 20;
/// Inputs that are described if nothing of any was understood.
const DESCRIBED: usize = 3;

/// A report, and how the job ended.
pub(crate) struct Done {
    pub(crate) report: Report,
    /// Whether all of the job was done.
    pub(crate) complete: bool,
    /// The severity of the worst finding that counts, also of those that are hidden.
    pub(crate) worst: Option<Severity>,
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

/// Reads all inputs and puts the report together, of which `show` selects what is in it.
pub(crate) fn read(
    inputs: Inputs,
    how: &How,
    settings: &Settings,
    show: &Show,
) -> Result<Done, Problem> {
    Ok(read_then(inputs, how, settings, show, |_, _, _| ())?.0)
}

/// The same; `then` gets the report, the inputs and what masks secrets, to say more.
pub(crate) fn read_then<T>(
    inputs: Inputs,
    how: &How,
    settings: &Settings,
    show: &Show,
    then: impl FnOnce(&Report, &[Opened<'_>], Option<Redactor>) -> T,
) -> Result<(Done, T), Problem> {
    let options = Options { format: format(how)?, ..Options::default() };
    let mut notes = inputs.notes;
    let opened = inputs::open(&inputs.all, &settings.catalogue, &options, &mut notes);
    if opened.is_empty() {
        return Err(Problem::new("none of these files is a log")
            .hint("--input-format plain reads a document that is named as a log")
            .hint("`logscan diff` compares JSON reports"));
    }
    let (mut report, complete, secrets) = correlate(&opened, notes, how.redact, settings);
    let counts = report.findings.iter().filter(|finding| finding.accepted.is_none());
    let worst = counts.map(|finding| finding.severity).max();
    let hidden = filter::hide(&mut report, show);
    let mut redactor =
        (how.redact != Redact::Off).then(|| Redactor::new(how.redact == Redact::Emails));
    // Where the report names nothing of the log, nothing in it has to be known.
    let names = !report.findings.is_empty() || report.failures.failed > 0 || hidden.is_err();
    let secrets = if names { secrets } else { Secrets::new() };
    evidence::quote(&mut report.findings, &opened, &secrets, &mut redactor);
    shapes(&mut report.inputs, &opened, &mut redactor);
    if let Some(redactor) = &mut redactor {
        redactor.report(&mut report);
    }
    // Names that are the most alike are those of the log.
    hidden.map_err(|problem| problem.masked(redactor.as_mut()))?;
    evidence::cut(&mut report.findings);
    let more = then(&report, &opened, redactor);
    Ok((Done { report, complete: complete && inputs.complete, worst }, more))
}

fn format(how: &How) -> Result<Option<&'static Format>, Problem> {
    let Some(name) = &how.input_format else { return Ok(None) };
    let format = formats::by_name(name).ok_or_else(|| {
        Problem::new(format!("no line format is called {name}"))
            .hint("`logscan formats` lists them")
    })?;
    Ok(Some(format))
}

/// Lines of each input that may announce a secret.
type Secrets = Vec<BTreeSet<u64>>;

/// The report of all inputs, without the text of its evidence, whether the job was done: no input is
/// missing, and one at least was understood; and where secrets may be announced.
fn correlate(
    opened: &[Opened<'_>],
    mut notes: Vec<Note>,
    mask: Redact,
    settings: &Settings,
) -> (Report, bool, Secrets) {
    let mut secrets = vec![BTreeSet::new(); opened.len()];
    let most = (ANNOUNCING / opened.len().max(1)).max(ANNOUNCING_EACH);
    let mut correlator = Correlator::default();
    let mut accounts = Vec::with_capacity(opened.len());
    let mut tells = false;
    let progress = Progress::new();
    let inputs = opened.par_iter().enumerate();
    let read: Vec<_> = inputs
        .map(|(index, opened)| match opened {
            Opened::Read(reader) => fold(reader, index, most, settings, &progress)
                .map_err(|error| (reader.source().name(), (error.to_string(), error.is_missing()))),
            Opened::Failed(name, error) => {
                Err((name.as_str(), (error.to_string(), error.is_missing())))
            }
        })
        .collect();
    let mut complete = true;
    for (read, secrets) in read.into_iter().zip(&mut secrets) {
        match read {
            Ok(folded) => {
                *secrets = folded.announcing;
                tells |= folded.tells;
                accounts.push(folded.account);
                notes.extend(folded.notes);
                correlator.add(folded.fold);
            }
            Err((name, (sentence, is_missing))) => {
                complete &= !is_missing;
                tell(&format!("logscan: {sentence}"));
                notes.push(inputs::unreadable(&sentence));
                accounts.push(report::Input { name: name.to_owned(), ..Default::default() });
            }
        }
    }
    drop(progress);
    if !tells {
        describe(opened, mask, &mut notes);
    }
    let missing = |note: &Note| matches!(note.kind, NoteKind::Unreadable | NoteKind::Document);
    let loss = |note: &&Note| note.severity == NoteSeverity::Loss;
    let torn = notes.iter().filter(loss).any(|note| !missing(note));
    let mut run = correlator.finish(torn, &settings.model);
    run.timeline.outcome.input_missing = notes.iter().any(missing);
    (judge_run(run, accounts, notes, tells, settings), tells && complete, secrets)
}

/// What one input gave.
struct Folded {
    account: report::Input,
    notes: Vec<Note>,
    fold: Box<SourceFold>,
    /// Lines that announce secrets.
    announcing: BTreeSet<u64>,
    /// Whether it tells of a test run or a database, and does not only name one.
    tells: bool,
}

fn fold(
    reader: &Reader<'_>,
    index: usize,
    most_announcing: usize,
    settings: &Settings,
    progress: &Progress,
) -> Result<Folded, SourceError> {
    let mut fold = Box::new(SourceFold::within(&settings.limits));
    let name = reader.source().name();
    let mut announcing = BTreeSet::new();
    let mut tells = false;
    let take = |chunk: &Chunk| {
        for event in &chunk.events {
            let announces = event.kind == EventKind::SecretAnnounced;
            tells |= !event.kind.only_names();
            if announces && announcing.len() < most_announcing {
                announcing.insert(event.place.line);
            }
            fold.take(event, &chunk.text);
        }
        progress.bytes(name, chunk.text.len());
    };
    let (account, notes) = reader.read(InputId::new(index as u32), take)?;
    fold.shrink();
    Ok(Folded { account, notes, fold, announcing, tells })
}

/// Says what the lines look like of which none tells of a test run or a database, and what to do.
fn describe(opened: &[Opened<'_>], mask: Redact, notes: &mut Vec<Note>) {
    let readers = opened.iter().filter_map(|opened| match opened {
        Opened::Read(reader) => Some(reader),
        Opened::Failed(..) => None,
    });
    let readers: Vec<_> = readers.collect();
    if readers.is_empty() {
        return;
    }
    tell("logscan: nothing in these logs is about a test run or a database");
    for reader in readers.into_iter().take(DESCRIBED) {
        let name = reader.source().name();
        tell(&format!(
            "  {name} was read as {}; its commonest lines look like",
            reader.detection().format.name
        ));
        for (lines, count) in reader.shapes().unwrap_or_default() {
            let mut redactor = (mask != Redact::Off).then(Redactor::default);
            tell(&format!("    {count} × {}", shape_of(lines, redactor.as_mut())));
        }
        tell(&format!(
            "  hint: `logscan formats --why {name}` explains the choice; --input-format overrules it"
        ));
    }
    let sentence = "No line of any input is about a test run or a database.".to_owned();
    notes.push(Note::new(NoteKind::NothingUnderstood, 1, sentence, None));
}

/// What the last of these lines looks like. Numbers may be secrets, so that these are masked
/// first; the lines before it may say that it is one.
pub(crate) fn shape_of(mut lines: Vec<String>, redactor: Option<&mut Redactor>) -> String {
    if let Some(redactor) = redactor {
        lines = redactor.lines(&lines);
    }
    shape::of(&lines.pop().unwrap_or_default())
}

/// Shapes that a report shows are made again of lines without secrets.
fn shapes(inputs: &mut [report::Input], opened: &[Opened<'_>], redactor: &mut Option<Redactor>) {
    let Some(redactor) = redactor else { return };
    for (input, opened) in inputs.iter_mut().zip(opened) {
        let Opened::Read(reader) = opened else { continue };
        let shown = &mut input.unknown_shapes;
        let lead = |line: u64| line.saturating_sub(shape::LEAD as u64).max(1)..=line;
        let wanted = shown.iter().flat_map(|shape| lead(shape.line)).collect();
        let mut near: Vec<(u64, String)> = Vec::new();
        let mut masked = |number, line: String| {
            near.push((number, shape::beginning(&line).to_owned()));
            for known in shown.iter_mut().filter(|shape| shape.line == number) {
                near.retain(|(before, _)| lead(number).contains(before));
                let lines = near.iter().map(|(_, line)| line.clone()).collect();
                known.shape = shape_of(lines, Some(redactor));
            }
        };
        _ = reader.lines(&wanted, &mut masked);
    }
}

/// Judges the run: findings, what of them is accepted, and the answer.
fn judge_run(
    run: Run,
    accounts: Vec<report::Input>,
    mut notes: Vec<Note>,
    understood: bool,
    settings: &Settings,
) -> Report {
    notes.extend(run.notes);
    let mut findings = judge(&run.timeline);
    accept::accept(&mut findings, &settings.suppressions, settings.baseline.as_ref());
    notes.extend(leave_out(&mut findings, settings.limits.findings));
    notes.sort_by_key(|note| (std::cmp::Reverse(note.severity), note.kind, note.first));
    let mut verdict = verdict(&run.timeline, &notes, &findings);
    if !understood {
        verdict.headline = "Nothing was read that tells of a test run or a database".to_owned();
    }
    let lasts = |input: &report::Input| input.last?.seconds_since(input.first?);
    let run_s = accounts.iter().filter_map(lasts).filter(|s| *s >= 0.0).max_by(f64::total_cmp);
    let failures = failures(&run.timeline, &findings);
    Report {
        schema: report::SCHEMA,
        tool: tool(),
        verdict,
        inputs: accounts,
        findings,
        failures,
        filter: None,
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
    findings.shrink_to_fit();
    findings.iter_mut().for_each(|finding| finding.caused_by.retain(|id| !left.contains(id)));
    let are = if more == 1 { "finding is" } else { "findings are" };
    let sentence = format!("{more} more {are} left out (--max-findings).");
    Some(Note::new(NoteKind::ManyFindings, more as u64, sentence, None))
}

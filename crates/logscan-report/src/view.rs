//! What all writers for people say in the same words.
//!
//! The view arranges and phrases what the report holds; it finds out nothing. Places,
//! times, lists and the folding of followers under their cause live here, so that the
//! formats differ in looks only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use logscan_model::failure::FailureGroup;
use logscan_model::note::NoteSeverity;
use logscan_model::report::{Input, Redaction, Status};
use logscan_model::timeline::{EndedBy, SessionOutcome};
use logscan_model::{
    Accepted, AcceptedBy, Confidence, Evidence, Failures, Finding, Hypothesis, Note, Place, Report,
};

use crate::text::{clip, visible};

/// Names that are listed before the rest is counted.
pub(crate) const NAMES: usize = 3;
/// Groups of failures without an explanation that are named.
const FAILURES: usize = 2;

/// A finding with those that follow from it.
pub(crate) struct Group<'r> {
    pub(crate) finding: &'r Finding,
    pub(crate) followers: Vec<Group<'r>>,
}

impl<'r> Group<'r> {
    /// All findings below this one, with how deep they stand (1 is right below).
    pub(crate) fn below(&self) -> Vec<(usize, &'r Finding)> {
        let mut all = Vec::new();
        self.walk(1, &mut all);
        all
    }

    fn walk(&self, depth: usize, all: &mut Vec<(usize, &'r Finding)>) {
        for group in &self.followers {
            all.push((depth, group.finding));
            group.walk(depth + 1, all);
        }
    }
}

/// All findings, each once, folded under the first of their causes; root causes first.
pub(crate) fn groups(report: &Report) -> Vec<Group<'_>> {
    // Of findings with one id the first is meant.
    let known: BTreeMap<&str, &Finding> =
        report.findings.iter().rev().map(|finding| (&*finding.id, finding)).collect();
    let roots: BTreeSet<&str> = report.verdict.root_causes.iter().map(String::as_str).collect();
    let mut followers: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let heads = report.verdict.root_causes.iter();
    let mut heads: Vec<&Finding> = heads.filter_map(|id| known.get(&**id).copied()).collect();
    for finding in report.findings.iter().filter(|finding| !roots.contains(&*finding.id)) {
        match finding.caused_by.iter().find(|id| known.contains_key(id.as_str())) {
            Some(cause) => followers.entry(cause).or_default().push(finding),
            None => heads.push(finding),
        }
    }
    // Findings that only explain each other are reached from the first of them.
    heads.extend(&report.findings);
    let mut seen = BTreeSet::new();
    heads.into_iter().filter_map(|head| group(head, &followers, &mut seen)).collect()
}

fn group<'r>(
    finding: &'r Finding,
    followers: &BTreeMap<&str, Vec<&'r Finding>>,
    seen: &mut BTreeSet<&'r str>,
) -> Option<Group<'r>> {
    if !seen.insert(&finding.id) {
        return None;
    }
    let below = followers.get(finding.id.as_str()).into_iter().flatten();
    let below = below.filter_map(|follower| group(follower, followers, seen)).collect();
    Some(Group { finding, followers: below })
}

/// `test_debug.log:640`.
pub(crate) fn place(report: &Report, place: Place) -> String {
    match report.inputs.get(place.input.index()) {
        Some(input) => format!("{}:{}", name(&input.name), place.line),
        None => format!("input {}:{}", place.input.index(), place.line),
    }
}

/// The name of a test, a worker or a file as it may be shown; longer ones are data.
pub(crate) fn name(name: &str) -> String {
    clip(&visible(name), 300)
}

/// `gw0, gw1, gw2 and 4 more`; `None` if there are none.
pub(crate) fn names<S: AsRef<str>>(all: &[S], limit: usize) -> Option<String> {
    let shown: Vec<_> = all.iter().take(limit).map(|one| name(one.as_ref())).collect();
    let more = all.len() - shown.len();
    match (shown.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(shown.join(", ")),
        (false, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

/// The tests that a finding is about: those that did it, else those that failed by it.
pub(crate) fn tests(finding: &Finding) -> &[String] {
    if finding.tests.is_empty() { &finding.affected_tests } else { &finding.tests }
}

/// From when to when, as far as the log tells.
pub(crate) fn when(finding: &Finding) -> Option<String> {
    match (finding.start, finding.end) {
        (Some(start), Some(end)) if start != end => Some(format!("{start} to {end}")),
        (Some(one), _) | (None, Some(one)) => Some(one.to_string()),
        (None, None) => None,
    }
}

/// Worker, test and time of a finding, each said to be unknown where it is.
pub(crate) fn whereabouts(finding: &Finding) -> [(&'static str, String); 3] {
    let time = finding.start.or(finding.end).map(|stamp| stamp.to_string());
    let all = [
        ("worker", names(&finding.workers, NAMES)),
        ("test", names(tests(finding), 1)),
        ("time", time),
    ];
    all.map(|(word, value)| (word, value.unwrap_or("unknown".to_owned())))
}

/// The lines that prove a finding, the one that shows the trouble itself first.
pub(crate) fn evidence(finding: &Finding) -> impl Iterator<Item = &Evidence> {
    let first = finding.first_evidence();
    let is_first = move |line: &&Evidence| first.is_some_and(|first| std::ptr::eq(first, *line));
    first.into_iter().chain(finding.evidence.iter().filter(move |line| !is_first(line)))
}

/// `5`, `0.25`: a figure without needless digits.
pub(crate) fn number(value: f64) -> String {
    let rounded = format!("{value:.3}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `size 3, timeouts 2`; `None` if there are no figures.
pub(crate) fn figures(finding: &Finding) -> Option<String> {
    let figures = finding.numbers.iter();
    let figures =
        figures.map(|(name, value)| format!("{} {}", name.replace('_', " "), number(*value)));
    let figures: Vec<_> = figures.collect();
    (!figures.is_empty()).then(|| figures.join(", "))
}

/// Why the finding is not certain; `None` if it is.
pub(crate) fn doubt(finding: &Finding) -> Option<String> {
    match (finding.confidence, finding.confidence_reason.is_empty()) {
        (Confidence::Certain, _) => None,
        (confidence, true) => Some(confidence.name().to_owned()),
        (confidence, false) => {
            Some(format!("{}: {}", confidence.name(), finding.confidence_reason))
        }
    }
}

/// What fits, where the log cannot tell which, each with what would decide it.
pub(crate) fn hypotheses(finding: &Finding) -> impl Iterator<Item = String> {
    let sentence = |one: &Hypothesis| format!("{} (decided by: {})", one.claim, one.decided_by);
    finding.hypotheses.iter().map(sentence)
}

/// How many failed tests are explained, and what the others failed with; `None` if none failed.
pub(crate) fn failures(report: &Report) -> Option<String> {
    let Failures { failed, explained, .. } = &report.failures;
    if *failed == 0 {
        return None;
    }
    let mut text = format!("{explained} of {} explained", count(*failed, "failed test"));
    let named =
        unexplained(report).filter(|group| !group.error.is_empty() || !group.message.is_empty());
    for (index, group) in named.take(FAILURES).enumerate() {
        let what = if group.error.is_empty() { &group.message } else { &group.error };
        let first = place(report, group.first);
        let begin = if index == 0 { "; not: " } else { ", " };
        let _ = write!(text, "{begin}{} × {what} ({first})", group.count);
    }
    Some(text)
}

/// The failed tests that no finding explains, by what they failed with.
pub(crate) fn unexplained(report: &Report) -> impl Iterator<Item = &FailureGroup> {
    report.failures.groups.iter().filter(|group| group.finding.is_none())
}

/// The tests of a group, at most so many by name.
pub(crate) fn tests_of(group: &FailureGroup, limit: usize) -> String {
    let shown: Vec<_> = group.tests.iter().take(limit).map(|test| name(test)).collect();
    match (shown.len() as u64, group.count) {
        (0, all) => count(all, "test") + " without a name",
        (named, all) if named < all => format!("{} and {} more", shown.join(", "), all - named),
        _ => shown.join(", "),
    }
}

/// What the tests of a group failed with.
pub(crate) fn error_of(group: &FailureGroup) -> String {
    let FailureGroup { error, message, .. } = group;
    match (error.as_str(), message.as_str()) {
        ("", "") => "failed here; its error is not recognised".to_owned(),
        ("", text) | (text, "") => text.to_owned(),
        (error, message) if message.contains(error) => message.to_owned(),
        (error, message) => format!("{error}: {message}"),
    }
}

/// Who accepted the finding, and why; `None` if it counts.
pub(crate) fn accepted(finding: &Finding) -> Option<String> {
    let Accepted { by, reason, date } = finding.accepted.as_ref()?;
    let by = match by {
        AcceptedBy::Baseline => "by the baseline",
        AcceptedBy::Suppression => "by a suppression",
    };
    let date = date.as_ref().map(|date| format!(" of {date}")).unwrap_or_default();
    Some(format!("{by}{date}: {reason}"))
}

/// `P101 pool-exhausted`.
pub(crate) fn rule(finding: &Finding) -> String {
    format!("{} {}", finding.code, finding.name)
}

/// `1 test`, `5 tests`.
pub(crate) fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Tests, sessions and lines in one sentence.
pub(crate) fn totals(report: &Report) -> String {
    let stats = &report.stats;
    let open = match stats.sessions_open {
        0 => "0 open".to_owned(),
        open => format!("{open} not seen to close"),
    };
    let sum = |field: fn(&Input) -> u64| report.inputs.iter().map(field).sum::<u64>();
    format!(
        "{} ({} failed), {} ({open}), {} of {} understood",
        count(stats.tests, "test"),
        stats.tests_failed,
        count(stats.sessions, "session"),
        sum(|input| input.lines_understood),
        count(sum(|input| input.lines), "line"),
    )
}

/// `2 errors, 1 warning`; `none` if there are no findings.
pub(crate) fn severities(report: &Report) -> String {
    use logscan_model::Severity::{Error, Info, Warning};
    let words = [(Error, "error"), (Warning, "warning"), (Info, "harmless finding")];
    let counted = words.into_iter().filter_map(|(severity, word)| {
        let of = report.findings.iter().filter(|finding| finding.severity == severity).count();
        (of > 0).then(|| count(of as u64, word))
    });
    let counted: Vec<_> = counted.collect();
    let accepted = report.findings.iter().filter(|finding| finding.accepted.is_some()).count();
    let accepted = if accepted > 0 { format!(" ({accepted} accepted)") } else { String::new() };
    if counted.is_empty() { "none".to_owned() } else { counted.join(", ") + &accepted }
}

/// `3 findings are hidden by --worker gw1`; `None` if everything is shown.
#[must_use]
pub fn hidden(report: &Report) -> Option<String> {
    let filter = report.filter.as_ref()?;
    let left_out = filter.hidden.len() as u64;
    let are = if left_out == 1 { "is" } else { "are" };
    let first = report.verdict.root_causes.first();
    let cause = filter.hidden.iter().find(|hidden| Some(&hidden.id) == first);
    let cause = cause.map(|cause| format!(", the first cause ({}) among them", cause.code));
    let by = filter.options.iter().map(|option| name(option)).collect::<Vec<_>>().join(" ");
    let cause = cause.unwrap_or_default();
    Some(format!("{} {are} hidden by {by}{cause}", count(left_out, "finding")))
}

/// What is said where masking was switched off.
pub(crate) const UNMASKED: &str = "Nothing was masked: --redact off. This report may hold secrets.";

/// What was masked, in one sentence.
pub(crate) fn redaction(report: &Report) -> String {
    let Redaction { on, masked } = &report.redaction;
    if !on {
        return UNMASKED.to_owned();
    }
    let kinds = masked.iter().map(|one| count(one.secrets, one.kind.name()));
    let kinds: Vec<_> = kinds.collect();
    match kinds.is_empty() {
        true => "Secrets were looked for; none were found.".to_owned(),
        false => format!("Masked: {}.", kinds.join(", ")),
    }
}

/// How much of an input was understood.
pub(crate) fn coverage(input: &Input) -> String {
    let told = format!(
        "{} ({} understood, {} ignored, {} unknown, {} damaged), {}",
        count(input.lines, "line"),
        input.lines_understood,
        input.lines_ignored,
        input.lines_unknown,
        input.lines_damaged,
        bytes(input),
    );
    match packing(input) {
        packing if packing.is_empty() => told,
        packing => format!("{told}, {packing}"),
    }
}

/// The bytes of an input, and those of them that stand in no line.
pub(crate) fn bytes(input: &Input) -> String {
    let all = count(input.content_bytes, "byte");
    match input.skipped_bytes {
        0 => all,
        skipped => format!("{all} ({skipped} of them skipped)"),
    }
}

/// Format, encoding, wrapper and compression of an input.
pub(crate) fn packing(input: &Input) -> String {
    let optional = [&input.wrapper, &input.compression].into_iter().flatten();
    let all = [&input.format, &input.encoding].into_iter().chain(optional);
    all.filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The notes that tell of lost text.
pub(crate) fn losses(report: &Report) -> impl Iterator<Item = &Note> {
    report.notes.iter().filter(|note| note.severity == NoteSeverity::Loss)
}

/// `(first at test_debug.log:17)` behind a note's sentence.
pub(crate) fn first_seen(report: &Report, note: &Note) -> String {
    note.first.map(|first| format!(" (first at {})", place(report, first))).unwrap_or_default()
}

/// The status as a heading.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Healthy => "HEALTHY",
        Status::Warning => "WARNING",
        Status::Failed => "FAILED",
        Status::Unknown => "UNKNOWN",
    }
}

/// The word of the contract.
pub(crate) fn session_outcome(outcome: SessionOutcome) -> &'static str {
    match outcome {
        SessionOutcome::Ok => "ok",
        SessionOutcome::Error => "error",
    }
}

/// The word of the contract.
pub(crate) fn ended_by(how: EndedBy) -> &'static str {
    match how {
        EndedBy::Exit => "exit",
        EndedBy::Crash => "crash",
        EndedBy::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn ids(groups: &[Group]) -> Vec<String> {
        let tree = |group: &Group| {
            let below = group.below();
            let below = below.iter().map(|(depth, finding)| format!(" {depth}:{}", finding.id));
            group.finding.id.clone() + &below.collect::<String>()
        };
        groups.iter().map(tree).collect()
    }

    #[test]
    fn followers_stand_under_their_cause() {
        let report = fixture::failed_run();
        assert_eq!(ids(&groups(&report)), ["F1 1:F2 2:F3", "F4"]);
    }

    #[test]
    fn findings_that_explain_each_other_are_told_once() {
        let mut report = fixture::failed_run();
        report.verdict.root_causes.clear();
        report.findings[0].caused_by = vec!["F3".into()];
        assert_eq!(ids(&groups(&report)), ["F4", "F1 1:F2 2:F3"]);
    }

    #[test]
    fn a_cause_that_is_not_in_the_report_hides_nothing() {
        let mut report = fixture::failed_run();
        report.findings[1].caused_by = vec!["F99".into()];
        assert_eq!(ids(&groups(&report)), ["F1", "F2 1:F3", "F4"]);
    }

    #[test]
    fn lists_say_how_many_are_left_out() {
        assert_eq!(names(&["a", "b"], 3).as_deref(), Some("a, b"));
        assert_eq!(names(&["a", "b", "c"], 2).as_deref(), Some("a, b and 1 more"));
        assert_eq!(names::<&str>(&[], 2), None);
    }

    #[test]
    fn figures_have_no_needless_digits() {
        assert_eq!([number(5.0), number(0.25), number(1.0 / 3.0)], ["5", "0.25", "0.333"]);
    }
}

//! How a run differs from an earlier one, and which findings were known before.
//!
//! Findings are matched by their fingerprints. What is left is matched by its rule where
//! the tests that did it overlap: a leak of fewer tests than before is the same leak.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use logscan_model::comparison::{
    Change, Comparison, FigureChange, FindingChange, KnownFinding, Outcome, RunSummary, SCHEMA,
    Side,
};
use logscan_model::report::{Status, Tool};
use logscan_model::{Finding, Resource, Severity};

/// What is read off a run; `None` if its log does not tell.
type Measure = fn(&RunSummary) -> Option<f64>;

/// Compares two runs; each has a name.
#[must_use]
pub fn compare(tool: Tool, before: (&str, &RunSummary), after: (&str, &RunSummary)) -> Comparison {
    let findings = changes(&before.1.findings, &after.1.findings);
    let is = |changes: &[Change]| {
        findings
            .iter()
            .any(|finding| finding.severity > Severity::Info && changes.contains(&finding.change))
    };
    let unknown = |run: &RunSummary| run.verdict.status == Status::Unknown;
    let worse = is(&[Change::New, Change::Worse]);
    // What is gone from a log that cannot be read is not mended.
    let outcome = if unknown(before.1) || unknown(after.1) && !worse {
        Outcome::Unknown
    } else if worse {
        Outcome::Worse
    } else if is(&[Change::Gone, Change::Better]) {
        Outcome::Better
    } else {
        Outcome::Same
    };
    let side = |(name, run): (&str, &RunSummary)| Side {
        name: name.to_owned(),
        status: run.verdict.status,
        headline: run.verdict.headline.clone(),
    };
    Comparison {
        schema: SCHEMA,
        tool,
        before: side(before),
        after: side(after),
        outcome,
        headline: match outcome {
            Outcome::Unknown => "a run is not understood well enough to tell".to_owned(),
            _ => headline(&findings),
        },
        findings,
        figures: figures(before.1, after.1),
        redacted: false,
    }
}

/// `1 finding new, 2 gone`; infos are not counted.
fn headline(findings: &[FindingChange]) -> String {
    let loud = |change: &Change| {
        let all = findings.iter().filter(|finding| finding.severity > Severity::Info);
        all.filter(|finding| finding.change == *change).count()
    };
    let words = [Change::New, Change::Worse, Change::Gone, Change::Better, Change::Same];
    let counted: Vec<String> = words
        .into_iter()
        .filter_map(|change| Some((loud(&change), change.name())).filter(|(count, _)| *count > 0))
        .enumerate()
        .map(|(index, (count, word))| match (index, count) {
            (0, 1) => format!("1 finding {word}"),
            (0, _) => format!("{count} findings {word}"),
            _ => format!("{count} {word}"),
        })
        .collect();
    match counted.is_empty() {
        true => "neither run has an error or a warning".to_owned(),
        false => counted.join(", "),
    }
}

/// The findings of an earlier report, to ask whether later ones are known.
#[derive(Debug)]
pub struct KnownFindings<'b> {
    by_print: HashMap<&'b str, Severity>,
    by_test: HashMap<(&'b str, &'b str), Vec<&'b KnownFinding>>,
}

impl<'b> KnownFindings<'b> {
    /// The findings of a report.
    #[must_use]
    pub fn of(before: &'b [KnownFinding]) -> Self {
        let mut known = Self { by_print: HashMap::new(), by_test: HashMap::new() };
        for one in before {
            let severity = known.by_print.entry(&one.fingerprint).or_insert(one.severity);
            *severity = one.severity.max(*severity);
            for test in tests(one).collect::<HashSet<_>>() {
                known.by_test.entry((&*one.code, test)).or_default().push(one);
            }
        }
        known
    }

    /// Whether a finding is known, and was as severe: it has the same fingerprint, or names only
    /// tests that an earlier one of its rule named, too.
    #[must_use]
    pub fn has(&self, finding: &Finding) -> bool {
        let same = self.by_print.get(&*finding.fingerprint);
        same.is_some_and(|severity| *severity >= finding.severity) || self.covers(finding)
    }

    fn covers(&self, finding: &Finding) -> bool {
        let named = [&finding.tests, &finding.affected_tests].into_iter().find(|t| !t.is_empty());
        let Some((first, rest)) = named.and_then(|tests| tests.split_first()) else { return false };
        let of_first = self.by_test.get(&(finding.code, first.as_str())).into_iter().flatten();
        let mut severe = of_first.filter(|known| known.severity >= finding.severity);
        severe.any(|known| {
            let names: HashSet<&str> = tests(known).collect();
            rest.iter().all(|test| names.contains(test.as_str()))
        })
    }
}

/// For each later finding the index of the earlier one that it is: that of its fingerprint, else
/// the first of its kin that is left.
fn matches(before: &[KnownFinding], after: &[KnownFinding]) -> Vec<Option<usize>> {
    let mut by_print: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (at, earlier) in before.iter().enumerate() {
        by_print.entry(&earlier.fingerprint).or_default().push_back(at);
    }
    let same = |later: &KnownFinding| by_print.get_mut(&*later.fingerprint)?.pop_front();
    let mut found: Vec<Option<usize>> = after.iter().map(same).collect();
    let mut kin = Kin::of(before, found.iter().flatten().copied().collect());
    for (later, found) in after.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        *found = kin.take(later);
    }
    found
}

/// Earlier findings by what their kin shares with them: the rule, and a test that both name. Of
/// those that name none, the rule and what they are about are enough.
struct Kin<'b> {
    taken: HashSet<usize>,
    by_test: HashMap<(&'b str, &'b str), VecDeque<usize>>,
    by_rule: HashMap<Subject<'b>, VecDeque<usize>>,
    nameless: HashMap<Subject<'b>, VecDeque<usize>>,
}

/// The rule, and the name of what a finding is about.
type Subject<'b> = (&'b str, Option<&'b str>);

fn subject(finding: &KnownFinding) -> Subject<'_> {
    (&finding.code, finding.resource.as_ref().and_then(Resource::shared))
}

impl<'b> Kin<'b> {
    fn of(before: &'b [KnownFinding], taken: HashSet<usize>) -> Self {
        let (by_test, by_rule, nameless) = Default::default();
        let mut kin = Self { taken, by_test, by_rule, nameless };
        for (at, earlier) in before.iter().enumerate() {
            kin.by_rule.entry(subject(earlier)).or_default().push_back(at);
            let mut named = tests(earlier).peekable();
            if named.peek().is_none() {
                kin.nameless.entry(subject(earlier)).or_default().push_back(at);
            }
            for test in named {
                kin.by_test.entry((&*earlier.code, test)).or_default().push_back(at);
            }
        }
        kin
    }

    /// The first earlier finding that is left and of which this one is kin.
    fn take(&mut self, later: &'b KnownFinding) -> Option<usize> {
        let Self { taken, by_test, by_rule, nameless } = self;
        let left = |all: Option<&mut VecDeque<usize>>| {
            let all = all?;
            while all.front().is_some_and(|at| taken.contains(at)) {
                all.pop_front();
            }
            all.front().copied()
        };
        let code = &*later.code;
        let mut named = tests(later).peekable();
        let first = if named.peek().is_none() {
            left(by_rule.get_mut(&subject(later)))
        } else {
            let sharing = named.filter_map(|test| left(by_test.get_mut(&(code, test)))).min();
            sharing.into_iter().chain(left(nameless.get_mut(&subject(later)))).min()
        };
        taken.extend(first);
        first
    }
}

fn tests(finding: &KnownFinding) -> impl Iterator<Item = &str> {
    finding.tests.iter().chain(&finding.affected_tests).map(String::as_str)
}

fn changes(before: &[KnownFinding], after: &[KnownFinding]) -> Vec<FindingChange> {
    let matched = matches(before, after);
    let taken: HashSet<usize> = matched.iter().flatten().copied().collect();
    let mut changes: Vec<FindingChange> = after
        .iter()
        .zip(&matched)
        .map(|(later, earlier)| change(earlier.map(|at| &before[at]), Some(later)))
        .chain(
            before
                .iter()
                .enumerate()
                .filter(|(at, _)| !taken.contains(at))
                .map(|(_, earlier)| change(Some(earlier), None)),
        )
        .flatten()
        .collect();
    changes.sort_by(|a, b| {
        let key = |one: &FindingChange| (one.change, std::cmp::Reverse(one.severity));
        key(a).cmp(&key(b)).then_with(|| (&a.code, &a.fingerprint).cmp(&(&b.code, &b.fingerprint)))
    });
    changes
}

fn change(before: Option<&KnownFinding>, after: Option<&KnownFinding>) -> Option<FindingChange> {
    let shown = after.or(before)?;
    let change = match (before, after) {
        (None, _) => Change::New,
        (_, None) => Change::Gone,
        (Some(before), Some(after)) => weigh(before, after),
    };
    let both = [before, after];
    let names: BTreeSet<&String> =
        both.iter().flatten().flat_map(|finding| finding.numbers.keys()).collect();
    let figure = |name: &String| both.map(|one| one.and_then(|one| one.numbers.get(name).copied()));
    let numbers: BTreeMap<String, _> =
        names.into_iter().map(|name| (name.clone(), figure(name))).collect();
    Some(FindingChange {
        change,
        code: shown.code.clone(),
        name: shown.name.clone(),
        class: shown.class,
        severity: both.iter().flatten().map(|finding| finding.severity).max()?,
        title: shown.title.clone(),
        before: before.map_or(0, |finding| finding.count),
        after: after.map_or(0, |finding| finding.count),
        numbers,
        fingerprint: shown.fingerprint.clone(),
    })
}

fn weigh(before: &KnownFinding, after: &KnownFinding) -> Change {
    match (after.severity, after.count).cmp(&(before.severity, before.count)) {
        std::cmp::Ordering::Greater => Change::Worse,
        std::cmp::Ordering::Less => Change::Better,
        std::cmp::Ordering::Equal => Change::Same,
    }
}

fn figures(before: &RunSummary, after: &RunSummary) -> Vec<FigureChange> {
    let all: [(&str, &str, Measure); 13] = [
        ("the run took", "s", |run| run.stats.run_s),
        ("tests", "", |run| some(run.stats.tests)),
        ("tests failed", "", |run| some(run.stats.tests_failed)),
        ("sessions", "", |run| some(run.stats.sessions)),
        ("sessions per test", "", sessions_per_test),
        ("sessions left open", "", |run| some(run.stats.sessions_open)),
        ("most connections in use", "", peak),
        ("checkouts that timed out", "", timeouts),
        ("waited in vain for connections", "s", waited),
        ("half of the sessions took at most", "s", |run| seconds(run, run.stats.session_s.p50)),
        ("95 of 100 sessions took at most", "s", |run| seconds(run, run.stats.session_s.p95)),
        ("the longest session took", "s", |run| seconds(run, run.stats.session_s.max)),
        ("connections kept from first to last count", "", kept),
    ];
    let figures = all.into_iter().map(|(name, unit, of)| FigureChange {
        name,
        unit,
        before: of(before),
        after: of(after),
    });
    figures.filter(|figure| figure.before.is_some() || figure.after.is_some()).collect()
}

fn some(count: u64) -> Option<f64> {
    Some(count as f64)
}

fn seconds(run: &RunSummary, value: f64) -> Option<f64> {
    (run.stats.session_s.n > 0).then_some(value)
}

fn sessions_per_test(run: &RunSummary) -> Option<f64> {
    let (sessions, tests) = (run.stats.sessions, run.stats.tests);
    (sessions > 0 && tests > 0).then(|| sessions as f64 / tests as f64)
}

fn peak(run: &RunSummary) -> Option<f64> {
    let peaks = run.timeline.pools.iter().filter_map(|pool| pool.peak_checked_out);
    peaks.max().map(f64::from)
}

fn timeouts(run: &RunSummary) -> Option<f64> {
    let waits = run.findings.iter().filter(|finding| finding.code == "P101");
    some(waits.map(|finding| finding.count).sum())
}

/// What the waiting of all checkouts adds up to; `None` where the log does not print how
/// long they wait.
fn waited(run: &RunSummary) -> Option<f64> {
    let mut waits = run.findings.iter().filter(|finding| finding.code == "P101");
    let number = |finding: &KnownFinding, name| finding.numbers.get(name).copied();
    waits.try_fold(0.0, |sum, one| Some(sum + number(one, "timeouts")? * number(one, "timeout_s")?))
}

fn kept(run: &RunSummary) -> Option<f64> {
    let counts = &run.timeline.connection_counts;
    let (first, last) = (counts.first()?, counts.last()?);
    Some(last.count as f64 - first.count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::Class;
    use logscan_model::ResourceKind;
    use logscan_model::comparison::{SummaryTimeline, SummaryVerdict};
    use logscan_model::timeline::Stats;

    fn finding(code: &str, tests: &[&str], count: u64) -> KnownFinding {
        KnownFinding {
            id: "F1".into(),
            code: code.into(),
            name: "x".into(),
            class: Class::Leak,
            severity: Severity::Warning,
            title: code.into(),
            numbers: BTreeMap::from([("leaked".to_owned(), count as f64)]),
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
            affected_tests: Vec::new(),
            count,
            resource: None,
            fingerprint: format!("{code}{tests:?}"),
        }
    }

    #[test]
    fn what_is_about_another_database_is_another_finding() {
        let about = |name: &str| KnownFinding {
            resource: Some(Resource { kind: ResourceKind::Database, name: name.into() }),
            fingerprint: name.into(),
            ..finding("R201", &[], 1)
        };
        let changed = words(&[about("a")], &[about("b")]);
        let kinds: Vec<Change> = changed.into_iter().map(|(change, _)| change).collect();
        assert_eq!(kinds, [Change::New, Change::Gone]);
    }

    fn words(before: &[KnownFinding], after: &[KnownFinding]) -> Vec<(Change, String)> {
        changes(before, after).into_iter().map(|one| (one.change, one.code)).collect()
    }

    #[test]
    fn findings_are_new_gone_worse_or_better() {
        let before = [finding("L101", &["a", "b"], 4), finding("P101", &["c"], 2)];
        let after = [finding("L101", &["a"], 1), finding("K101", &["d"], 1)];
        assert_eq!(
            words(&before, &after),
            [
                (Change::New, "K101".to_owned()),
                (Change::Better, "L101".to_owned()),
                (Change::Gone, "P101".to_owned())
            ]
        );
        assert_eq!(words(&before, &before).iter().filter(|(c, _)| *c == Change::Same).count(), 2);
    }

    #[test]
    fn a_leak_of_other_tests_is_another_leak() {
        let before = [finding("L101", &["a"], 1)];
        let after = [finding("L101", &["b"], 1)];
        assert_eq!(matches(&before, &after), [None]);
    }

    #[test]
    fn a_known_leak_may_shrink_but_not_grow() {
        let before = [finding("L101", &["a", "b"], 2)];
        let rule = logscan_model::Rule { code: "L101", ..crate::rules()[0] };
        let mut after = Finding::of(&rule, Severity::Warning, "x");
        after.tests = vec!["a".to_owned()];
        assert!(KnownFindings::of(&before).has(&after));
        after.severity = Severity::Error;
        assert!(!KnownFindings::of(&before).has(&after));
        after.severity = Severity::Warning;
        after.tests.push("c".to_owned());
        assert!(!KnownFindings::of(&before).has(&after));
    }

    #[test]
    fn what_cannot_be_read_is_not_better() {
        let run = |status, findings: &[KnownFinding]| RunSummary {
            schema: String::new(),
            verdict: SummaryVerdict { status, headline: String::new() },
            findings: findings.to_vec(),
            timeline: SummaryTimeline { pools: Vec::new(), connection_counts: Vec::new() },
            stats: Stats::default(),
        };
        let tool = Tool { name: "logscan", version: "0" };
        let outcome = |before: &RunSummary, after: &RunSummary| {
            compare(tool.clone(), ("a", before), ("b", after)).outcome
        };
        let leaking = run(Status::Warning, &[finding("L101", &["a"], 1)]);
        let (healthy, unknown) = (run(Status::Healthy, &[]), run(Status::Unknown, &[]));
        assert_eq!(outcome(&leaking, &healthy), Outcome::Better);
        assert_eq!(outcome(&healthy, &leaking), Outcome::Worse);
        assert_eq!(outcome(&leaking, &unknown), Outcome::Unknown);
        assert_eq!(outcome(&unknown, &leaking), Outcome::Unknown);
    }

    #[test]
    fn figures_of_a_finding_stand_side_by_side() {
        let changes = changes(&[finding("L101", &["a"], 4)], &[finding("L101", &["a"], 1)]);
        assert_eq!(changes[0].numbers["leaked"], [Some(4.0), Some(1.0)]);
        assert_eq!((changes[0].before, changes[0].after), (4, 1));
    }
}

//! How often the program is right on recordings of the laboratory, of which nothing was seen before.
//!
//! `tests/lab/record` leaves a folder for each run, with its logs and `truth.json`. What the given
//! files cannot show is not asked for. Tests are compared by their plain names, since every
//! runner decorates them in its own way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Tally;
use super::answer::{Answer, Finding, ask, plain};

/// What happened in a run; `tests/lab/truth.schema.json` explains the fields.
#[derive(Deserialize)]
pub(super) struct Truth {
    pub stack: String,
    pub faults: Vec<String>,
    healthy: bool,
    kinds: Vec<Kind>,
    #[serde(default)]
    tolerated: Vec<String>,
    tests: Vec<Test>,
    failed_shown: Vec<String>,
    failed: Vec<String>,
    /// What failed, and no fault of the run explains.
    #[serde(default)]
    unclaimed: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    fault: String,
    class: Option<String>,
    or: Vec<String>,
    effects: Vec<String>,
    severity: String,
    shown: bool,
    culprits: Vec<String>,
    culprits_shown: Vec<String>,
    victims: Vec<String>,
    victims_shown: Vec<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    file: String,
    line: i64,
}

#[derive(Deserialize)]
struct Test {
    id: String,
    leaf: String,
    outcome: Option<String>,
}

/// Right, of all.
pub(super) type Share = (u32, u32);

#[derive(Default)]
pub(super) struct Scores {
    pub runs: u32,
    /// Runs that failed though the lab knows of no fault: nobody can say what is right.
    pub unjudged: u32,
    pub classes: BTreeMap<String, Tally>,
    pub first_cause: Share,
    pub culprits: Tally,
    pub victims: Tally,
    pub first_line: Share,
    pub silent: Share,
    pub explained: Share,
    /// Wholly right, by stack and fault.
    pub cells: BTreeMap<(String, String), Share>,
    pub misses: Vec<Miss>,
}

/// What was wrong with one run, and the command that shows it.
pub(super) struct Miss {
    pub run: String,
    pub stack: String,
    pub faults: String,
    pub wrong: Vec<String>,
    pub command: String,
}

/// Asks the program about every recording of a folder.
pub(super) fn score(program: &Path, folder: &Path) -> Result<Scores, String> {
    let mut scores = Scores::default();
    for run in recordings(folder)? {
        let text = std::fs::read_to_string(run.join("truth.json"))
            .map_err(|cause| format!("{}: {cause}", run.display()))?;
        let truth: Truth =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", run.display()))?;
        let answer = ask(program, &run);
        scores.take(&run, &truth, answer);
    }
    if scores.runs == 0 {
        return Err(format!("{}: no recording with a truth.json", folder.display()));
    }
    Ok(scores)
}

fn recordings(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries =
        std::fs::read_dir(folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
    let mut runs: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("truth.json").is_file())
        .collect();
    runs.sort();
    Ok(runs)
}

impl Kind {
    fn is_asked(&self) -> bool {
        self.severity == "loud" && self.shown
    }

    fn accepts(&self, class: &str) -> bool {
        self.class.as_deref() == Some(class) || self.or.iter().any(|other| other == class)
    }

    /// The class under which the kind is counted.
    fn label(&self) -> String {
        self.class.clone().unwrap_or_default()
    }
}

impl Truth {
    fn is_unknown(&self) -> bool {
        !self.unclaimed.is_empty() && self.kinds.iter().all(|kind| kind.severity != "loud")
    }

    fn asked(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(|kind| kind.is_asked())
    }

    /// Whether a class may be found without being asked for: it is there, or follows from what is.
    fn allows(&self, class: &str) -> bool {
        let there = self.kinds.iter().any(|kind| {
            let accepted = kind.severity == "loud"
                && (kind.accepts(class) || kind.effects.iter().any(|effect| effect == class));
            accepted || (class == "timeout" && waits(&kind.label()))
        });
        let is_tolerated = self.tolerated.iter().any(|one| one == class);
        there
            || is_tolerated
            || (class == "cascade" && self.kinds.iter().any(|kind| kind.severity == "loud"))
    }

    fn leaves(&self, ids: &[String]) -> BTreeSet<String> {
        let tests = self.tests.iter().filter(|test| ids.contains(&test.id));
        tests.map(|test| test.leaf.clone()).collect()
    }

    /// The test that a reported name means.
    fn leaf(&self, reported: &str) -> Option<&Test> {
        let name = plain(reported);
        self.tests
            .iter()
            .filter(|test| name.contains(&test.leaf))
            .max_by_key(|test| test.leaf.len())
    }
}

fn waits(class: &str) -> bool {
    matches!(class, "exhaustion" | "lock" | "startup-race" | "leak")
}

impl Scores {
    fn take(&mut self, run: &Path, truth: &Truth, answer: Result<Answer, String>) {
        self.runs += 1;
        if truth.is_unknown() {
            self.unjudged += 1;
            return;
        }
        let mut wrong = Vec::new();
        let answer = answer.unwrap_or_else(|reason| {
            if !truth.healthy {
                wrong.push(reason);
            }
            Answer { loud: Vec::new(), first: None, named: String::new() }
        });
        self.take_classes(truth, &answer, &mut wrong);
        self.take_tests(truth, &answer, &mut wrong);
        self.take_first(truth, &answer, &mut wrong);
        self.take_failures(truth, &answer, &mut wrong);
        self.close(run, truth, wrong);
    }

    fn take_classes(&mut self, truth: &Truth, answer: &Answer, wrong: &mut Vec<String>) {
        let found: BTreeSet<&str> = answer.loud.iter().map(|one| one.class.as_str()).collect();
        for kind in truth.asked() {
            let is_found = found.iter().any(|class| kind.accepts(class));
            self.expect(&kind.label(), is_found, &kind.fault, wrong);
            for effect in &kind.effects {
                self.expect(effect, found.contains(effect.as_str()), &kind.fault, wrong);
            }
        }
        for class in found.iter().filter(|class| !truth.allows(class)) {
            self.classes.entry((*class).to_owned()).or_default().wrong += 1;
            wrong.push(format!("{class} is false"));
        }
        if truth.healthy {
            count(&mut self.silent, found.iter().all(|class| truth.allows(class)));
        }
    }

    fn expect(&mut self, class: &str, is_found: bool, fault: &str, wrong: &mut Vec<String>) {
        let tally = self.classes.entry(class.to_owned()).or_default();
        if is_found {
            tally.right += 1;
        } else {
            tally.missed += 1;
            wrong.push(format!("{class} is missed ({fault})"));
        }
    }

    fn take_first(&mut self, truth: &Truth, answer: &Answer, wrong: &mut Vec<String>) {
        let asked: Vec<&Kind> = truth.asked().collect();
        if asked.is_empty() {
            return;
        }
        let first = answer.first.as_ref();
        let is_cause = |first: &&Finding| asked.iter().any(|kind| kind.accepts(&first.class));
        let cause = first.filter(is_cause);
        count(&mut self.first_cause, cause.is_some());
        if cause.is_none() {
            let said = first.map_or("none", |first| first.class.as_str());
            wrong.push(format!("first cause: {said}"));
        }
        let mut lines = asked.iter().flat_map(|kind| &kind.lines).peekable();
        if lines.peek().is_some() {
            let place = cause.and_then(|first| first.line.as_ref());
            let is_near = place.is_some_and(|(file, line)| {
                lines.any(|true_one| true_one.file == *file && (true_one.line - line).abs() <= 3)
            });
            count(&mut self.first_line, is_near);
            if let (false, Some((file, line))) = (is_near, place) {
                wrong.push(format!("first line: {file}:{line}"));
            }
        }
    }

    fn take_tests(&mut self, truth: &Truth, answer: &Answer, wrong: &mut Vec<String>) {
        let (mut guilty, mut hurt) = (BTreeSet::new(), BTreeSet::new());
        let (mut did, mut suffered) = (BTreeSet::new(), BTreeSet::new());
        for kind in truth.asked() {
            guilty.extend(truth.leaves(&kind.culprits_shown));
            hurt.extend(truth.leaves(&kind.victims_shown));
            did.extend(truth.leaves(&kind.culprits));
            suffered.extend(truth.leaves(&kind.victims));
        }
        let named = |pick: fn(&Finding) -> Vec<&String>| -> BTreeSet<String> {
            let names = answer.loud.iter().flat_map(pick);
            names
                .map(|name| truth.leaf(name).map_or_else(|| plain(name), |test| test.leaf.clone()))
                .collect()
        };
        let blamed = named(|finding| finding.tests.iter().collect());
        let affected = named(|finding| {
            let own = finding.tests.iter().filter(|_| finding.class != "leak");
            finding.affected.iter().chain(own).collect()
        });
        let passed: BTreeSet<&String> = truth
            .tests
            .iter()
            .filter(|test| matches!(test.outcome.as_deref(), Some("passed" | "skipped")))
            .map(|test| &test.leaf)
            .collect();
        tally(
            &mut self.culprits,
            &guilty,
            &blamed,
            |test| did.contains(test) || suffered.contains(test),
            "culprit",
            wrong,
        );
        tally(
            &mut self.victims,
            &hurt,
            &affected,
            |test| !passed.contains(test) || did.contains(test),
            "victim",
            wrong,
        );
    }

    /// A failed test is accounted for if a finding or the list of failures names it.
    fn take_failures(&mut self, truth: &Truth, answer: &Answer, wrong: &mut Vec<String>) {
        let failed = truth.leaves(&truth.failed_shown);
        let named = failed.iter().filter(|leaf| answer.named.contains(leaf.as_str())).count();
        let (named, all) = (number(named), number(failed.len()));
        self.explained.0 += named;
        self.explained.1 += all;
        if named < all {
            wrong.push(format!("{} of {all} failed tests are not mentioned", all - named));
        }
        debug_assert!(truth.failed.len() >= failed.len());
    }

    fn close(&mut self, run: &Path, truth: &Truth, wrong: Vec<String>) {
        let faults =
            if truth.faults.is_empty() { vec!["none".to_owned()] } else { truth.faults.clone() };
        for fault in &faults {
            let cell = self.cells.entry((truth.stack.clone(), fault.clone())).or_default();
            count(cell, wrong.is_empty());
        }
        if !wrong.is_empty() {
            self.misses.push(Miss {
                run: run.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                stack: truth.stack.clone(),
                faults: faults.join(" + "),
                wrong,
                command: format!("logscan analyze {}/logs/*", run.display()),
            });
        }
    }
}

fn tally(
    all: &mut Tally,
    there: &BTreeSet<String>,
    found: &BTreeSet<String>,
    is_fair: impl Fn(&String) -> bool,
    what: &str,
    wrong: &mut Vec<String>,
) {
    let missed = there.difference(found).count();
    let spare = found.iter().filter(|test| !there.contains(*test) && !is_fair(test)).count();
    all.right += number(there.len() - missed);
    all.missed += number(missed);
    all.wrong += number(spare);
    if missed > 0 {
        wrong.push(format!("{missed} of {} {what}s missed", there.len()));
    }
    if spare > 0 {
        wrong.push(format!("{spare} false {what}s"));
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn count((right, all): &mut Share, is_right: bool) {
    *right += u32::from(is_right);
    *all += 1;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn truth(healthy: bool) -> Truth {
        let kinds = if healthy {
            json!([])
        } else {
            json!([{
            "fault": "leak that fills the pool", "class": "leak", "or": [], "effects": ["exhaustion"], "severity": "loud",
            "shown": true, "culprits": ["t::a_b"], "culprits_shown": ["t::a_b"], "victims": ["t::c_d"],
            "victims_shown": ["t::c_d"], "lines": [{"file": "x.log", "line": 10}]}])
        };
        let tests = json!([{"id": "t::a_b", "leaf": "ab", "outcome": "passed"}, {"id": "t::c_d", "leaf": "cd", "outcome": "failed"}]);
        serde_json::from_value(
            json!({"stack": "s", "faults": [], "healthy": healthy, "kinds": kinds, "tests": tests,
            "failed": ["t::c_d"], "failed_shown": ["t::c_d"]}),
        )
        .unwrap()
    }

    fn report(class: &str, line: i64) -> Value {
        json!({"inputs": [{"name": "logs/x.log"}], "verdict": {"root_causes": ["F1"]}, "findings": [{
            "id": "F1", "class": class, "severity": "error", "tests": ["t::A_B"], "affected_tests": ["Suite c d"],
            "evidence": [{"input": 0, "line": line, "role": "primary"}]}]})
    }

    #[test]
    fn a_right_answer_scores_in_everything_and_the_effect_is_still_asked_for() {
        let mut scores = Scores::default();
        scores.take(Path::new("r"), &truth(false), Ok(Answer::of(&report("leak", 12))));
        assert_eq!(
            (scores.first_cause, scores.first_line, scores.explained),
            ((1, 1), (1, 1), (1, 1))
        );
        assert_eq!((scores.culprits.right, scores.victims.right), (1, 1));
        assert_eq!((scores.classes["leak"].right, scores.classes["exhaustion"].missed), (1, 1));
        assert_eq!(scores.misses.len(), 1);
    }

    #[test]
    fn what_the_lab_itself_cannot_explain_is_not_judged() {
        let mut unknown = truth(true);
        unknown.unclaimed.push("t::c_d".into());
        let mut scores = Scores::default();
        scores.take(Path::new("r"), &unknown, Ok(Answer::of(&report("lock", 12))));
        assert_eq!((scores.runs, scores.unjudged, scores.silent), (1, 1, (0, 0)));
        assert!(scores.classes.is_empty());
    }

    #[test]
    fn what_is_said_of_a_healthy_run_is_false_and_no_report_is_a_miss() {
        let mut scores = Scores::default();
        scores.take(Path::new("r"), &truth(true), Ok(Answer::of(&report("lock", 12))));
        scores.take(Path::new("r"), &truth(false), Err("no report".into()));
        assert_eq!((scores.silent, scores.first_cause), ((0, 1), (0, 1)));
        assert_eq!((scores.classes["lock"].wrong, scores.classes["leak"].missed), (1, 1));
    }
}

//! Findings by what their effects share with them, so that not every pair has to be looked at.

use std::collections::{BTreeSet, HashMap};

use logscan_model::timeline::{Ending, Session};
use logscan_model::{Finding, Place, Timeline};

use super::edges::{EDGES, Edge, Sharing};

/// The findings of a run.
pub(super) struct Known<'f> {
    pub(super) timeline: &'f Timeline,
    findings: &'f [Finding],
    by_code: HashMap<&'static str, Vec<usize>>,
    by_worker: HashMap<&'static str, HashMap<&'f str, Vec<usize>>>,
    held: Held<'f>,
}

impl<'f> Known<'f> {
    pub(super) fn of(timeline: &'f Timeline, findings: &'f [Finding]) -> Self {
        let mut by_code: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_worker: HashMap<_, HashMap<_, Vec<usize>>> = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            by_code.entry(finding.code).or_default().push(index);
            let of_rule = by_worker.entry(finding.code).or_default();
            for worker in &finding.workers {
                of_rule.entry(worker.as_str()).or_default().push(index);
            }
        }
        let leaks = by_code.get("L101").map(Vec::as_slice).unwrap_or_default();
        let held = Held::of(timeline, findings, leaks);
        Self { timeline, findings, by_code, by_worker, held }
    }

    /// What explains a finding.
    pub(super) fn causes(&self, effect: &Finding) -> Vec<usize> {
        let edges = EDGES.iter().filter(|edge| edge.effects.contains(&effect.code));
        let mut causes: Vec<usize> = edges.flat_map(|edge| self.causes_by(edge, effect)).collect();
        causes.sort_unstable();
        causes.dedup();
        causes
    }

    fn causes_by(&self, edge: &Edge, effect: &Finding) -> Vec<usize> {
        let mut causes = match edge.sharing {
            Sharing::Run => self.all(edge.cause).collect(),
            Sharing::Worker => self.sharing_workers(edge.cause, effect),
            Sharing::Pool => self.held.on_worker(effect),
        };
        causes.retain(|cause| (edge.holds)(self, *cause, effect));
        causes
    }

    pub(super) fn finding(&self, index: usize) -> &Finding {
        &self.findings[index]
    }

    /// Sessions of a leak that were open on a worker, or on any, before a line.
    pub(super) fn held_before(&self, leak: usize, worker: Option<&str>, line: Place) -> usize {
        self.held.before(leak, worker, line)
    }
    fn all(&self, code: &'static str) -> impl Iterator<Item = usize> {
        self.by_code.get(code).into_iter().flatten().copied()
    }

    /// The findings that name one of the effect's workers, or none where any may be meant.
    fn sharing_workers(&self, code: &'static str, effect: &Finding) -> Vec<usize> {
        if effect.workers.is_empty() {
            return self.all(code).collect();
        }
        let of_rule = self.by_worker.get(code);
        let of = |worker: &String| of_rule.and_then(|all| all.get(worker.as_str()));
        let sharing = effect.workers.iter().filter_map(of).flatten().copied();
        let nameless = self.all(code).filter(|cause| self.findings[*cause].workers.is_empty());
        sharing.chain(nameless).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Sessions of leaks that were never closed, by worker and leak, with where they were opened.
struct Held<'f> {
    opened: HashMap<Option<&'f str>, HashMap<usize, Vec<Place>>>,
}

impl<'f> Held<'f> {
    fn of(timeline: &'f Timeline, findings: &'f [Finding], leaks: &[usize]) -> Self {
        let mut by_test: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_worker: HashMap<&str, Vec<usize>> = HashMap::new();
        for leak in leaks {
            for test in &findings[*leak].tests {
                by_test.entry(test).or_default().push(*leak);
            }
            for worker in &findings[*leak].workers {
                by_worker.entry(worker).or_default().push(*leak);
            }
        }
        let mut held = Self { opened: HashMap::new() };
        let open = |session: &&Session| session.ending() == Ending::Open && session.connected;
        for session in timeline.sessions.iter().filter(open) {
            let of = match (&session.test, &session.worker) {
                (Some(test), _) => by_test.get(&**test),
                (None, Some(worker)) => by_worker.get(&**worker),
                (None, None) => None,
            };
            let of_worker = held.opened.entry(session.worker.as_deref()).or_default();
            for leak in of.into_iter().flatten() {
                of_worker.entry(*leak).or_default().extend(session.opened.map(|at| at.place));
            }
        }
        held
    }

    /// Sessions of the leak that were open on a worker, or on any, before a line.
    fn before(&self, leak: usize, worker: Option<&str>, line: Place) -> usize {
        let of_worker = |leaks: &HashMap<usize, Vec<Place>>| {
            let opened = leaks.get(&leak).map(Vec::as_slice).unwrap_or_default();
            opened.iter().filter(|at| at.input != line.input || **at < line).count()
        };
        match worker {
            Some(_) => self.opened.get(&worker).map_or(0, of_worker),
            None => self.opened.values().map(of_worker).sum(),
        }
    }

    /// The leaks that held sessions of the worker of a finding, or of any.
    fn on_worker(&self, exhausted: &Finding) -> Vec<usize> {
        let worker = exhausted.workers.first().map(String::as_str);
        let leaks: BTreeSet<usize> = match worker {
            Some(_) => {
                self.opened.get(&worker).into_iter().flat_map(HashMap::keys).copied().collect()
            }
            None => self.opened.values().flat_map(HashMap::keys).copied().collect(),
        };
        leaks.into_iter().collect()
    }
}

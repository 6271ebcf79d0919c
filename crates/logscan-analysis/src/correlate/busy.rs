//! Processes that have begun something and not ended it, in the order in which they began.

use std::collections::{BTreeMap, HashMap};

use super::process::ProcessId;

/// Processes that are at work; one may have begun several times.
#[derive(Debug, Default)]
pub(super) struct Busy {
    begun: BTreeMap<u64, ProcessId>,
    of: HashMap<ProcessId, Vec<u64>>,
    next: u64,
}

impl Busy {
    /// A process begins, if it is known which.
    pub(super) fn begins(&mut self, process: Option<ProcessId>) {
        let Some(process) = process else { return };
        self.begun.insert(self.next, process);
        self.of.entry(process).or_default().push(self.next);
        self.next += 1;
    }

    /// What a process began last is over.
    pub(super) fn ends(&mut self, process: Option<ProcessId>) {
        let Some(process) = process else { return };
        let Some(begun) = self.of.get_mut(&process) else { return };
        begun.pop().map(|at| self.begun.remove(&at));
        if begun.is_empty() {
            self.of.remove(&process);
        }
    }

    /// All that a process began is over.
    pub(super) fn end_all(&mut self, process: Option<ProcessId>) {
        let begun = process.and_then(|process| self.of.remove(&process));
        begun.into_iter().flatten().for_each(|at| _ = self.begun.remove(&at));
    }

    pub(super) fn first(&self) -> Option<ProcessId> {
        self.begun.first_key_value().map(|(_, process)| *process)
    }

    pub(super) fn last(&self) -> Option<ProcessId> {
        self.begun.last_key_value().map(|(_, process)| *process)
    }

    /// The process that is meant if only one can be: with several, it is not guessed.
    pub(super) fn only(&self) -> Option<ProcessId> {
        self.first().filter(|_| self.of.len() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_can_be_meant() {
        let mut busy = Busy::default();
        [3, 5, 3].into_iter().for_each(|process| busy.begins(Some(process)));
        assert_eq!((busy.first(), busy.last(), busy.only()), (Some(3), Some(3), None));
        busy.ends(Some(5));
        assert_eq!(busy.only(), Some(3));
        busy.end_all(Some(3));
        assert_eq!((busy.first(), busy.only()), (None, None));
    }
}

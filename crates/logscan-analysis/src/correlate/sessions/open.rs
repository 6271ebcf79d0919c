//! Which sessions are open, by their numbers and processes.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::correlate::process::ProcessId;

/// Sessions of one number that a line may be about, if it does not name its process. Where more
/// are open, only the latest are asked.
const ASKED: usize = 128;

/// Open sessions, as places in the list of all that live.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// Those with a number, in the order in which they were opened.
    of_number: FxHashMap<u32, BTreeMap<u64, usize>>,
    of_process: FxHashMap<(ProcessId, u32), (u64, usize)>,
    unnumbered: FxHashMap<ProcessId, Vec<usize>>,
    opened: u64,
}

impl Open {
    /// A session is opened. An earlier one of its process and number is not looked for any more.
    pub(super) fn add(&mut self, process: ProcessId, number: Option<u32>, slot: usize) {
        let Some(number) = number else {
            self.unnumbered.entry(process).or_default().push(slot);
            return;
        };
        let place = (self.opened, slot);
        self.opened += 1;
        let same = self.of_number.entry(number).or_default();
        if let Some((earlier, _)) = self.of_process.insert((process, number), place) {
            same.remove(&earlier);
        }
        same.insert(place.0, slot);
    }

    /// A session is closed.
    pub(super) fn remove(&mut self, process: ProcessId, number: Option<u32>, slot: usize) {
        let Some(number) = number else {
            if let Some(slots) = self.unnumbered.get_mut(&process) {
                slots.retain(|other| *other != slot);
            }
            return;
        };
        let key = (process, number);
        let Some((opened, _)) = self.of_process.get(&key).filter(|place| place.1 == slot) else {
            return;
        };
        if let Some(same) = self.of_number.get_mut(&number) {
            same.remove(opened);
            if same.is_empty() {
                self.of_number.remove(&number);
            }
        }
        self.of_process.remove(&key);
    }

    /// The session of this process and number.
    pub(super) fn of(&self, process: ProcessId, number: u32) -> Option<usize> {
        self.of_process.get(&(process, number)).map(|(_, slot)| *slot)
    }

    /// The sessions of this number that may be meant, those that were opened last first.
    pub(super) fn latest(&self, number: u32) -> impl Iterator<Item = usize> {
        let slots = self.of_number.get(&number).into_iter();
        slots.flat_map(|slots| slots.values().rev().take(ASKED)).copied()
    }

    /// The last session without a number that this process opened.
    pub(super) fn last_unnumbered(&self, process: ProcessId) -> Option<usize> {
        self.unnumbered.get(&process)?.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latest(open: &Open) -> Vec<usize> {
        open.latest(7).collect()
    }

    #[test]
    fn a_number_is_used_again_by_its_process() {
        let mut open = Open::default();
        open.add(1, Some(7), 10);
        open.add(2, Some(7), 11);
        open.add(1, Some(7), 12);
        assert_eq!((latest(&open), open.of(1, 7)), (vec![12, 11], Some(12)));
        open.remove(1, Some(7), 10);
        open.remove(2, Some(7), 11);
        assert_eq!((latest(&open), open.of(2, 7)), (vec![12], None));
    }

    #[test]
    fn of_many_the_latest_are_asked() {
        let mut open = Open::default();
        (0..1000).for_each(|process| open.add(process, Some(7), process));
        let latest = latest(&open);
        assert_eq!((latest.len(), latest[0], latest[ASKED - 1]), (ASKED, 999, 1000 - ASKED));
    }

    #[test]
    fn sessions_without_a_number_end_last_first() {
        let mut open = Open::default();
        [3, 4].into_iter().for_each(|slot| open.add(1, None, slot));
        assert_eq!(open.last_unnumbered(1), Some(4));
        open.remove(1, None, 4);
        assert_eq!(open.last_unnumbered(1), Some(3));
    }
}

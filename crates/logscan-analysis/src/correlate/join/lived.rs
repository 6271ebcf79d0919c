//! Things that did not come back, read by the words of a log.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use logscan_model::timeline::{Checkout, Name};

use super::Join;
use crate::correlate::leaks::Seen;

impl Join {
    /// What did not come back by the words of a log; its tests go by the names that the runner
    /// gives them.
    pub(super) fn lived(&mut self, mut left: Vec<Checkout>) {
        if left.is_empty() {
            return;
        }
        let mut by_leaf: HashMap<String, Option<Name>, RandomState> = HashMap::default();
        for test in &self.timeline.tests {
            let known = by_leaf.entry(leaf(&test.id)).or_insert_with(|| Some(test.id.clone()));
            // A name that several tests have names none.
            known.take_if(|id| **id != *test.id);
        }
        for checkout in &mut left {
            let Some(test) = checkout.test.take() else { continue };
            checkout.test = match (self.timeline.test(&test), by_leaf.get(&leaf(&test))) {
                (Some(known), _) => Some(known.id.clone()),
                (None, Some(known)) => known.clone(),
                // A runner that lists only failures does not name those that passed.
                (None, None) => Some(test),
            };
        }
        self.held.push((true, left, Seen { all: true, passes: true }));
    }
}

/// The last part of a test's name, in lower case and without punctuation.
fn leaf(id: &str) -> String {
    let last = id.rsplit("::").next().unwrap_or(id);
    let last = last.rsplit(" > ").next().unwrap_or(last);
    let last = last.rsplit(" › ").next().unwrap_or(last);
    let last = last.rsplit(['#', '.']).find(|part| !part.is_empty()).unwrap_or(last);
    last.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

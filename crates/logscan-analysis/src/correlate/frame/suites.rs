//! The suites within which a runner tells of tests, one line for their beginning and one for
//! their end: `▶ Orders`, `✔ saves an order`, `✖ Orders`.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use logscan_model::timeline::Name;
use logscan_model::{Event, Field};

/// Suites that are open at once.
const OPEN: usize = 32;
/// Tests whose suites are remembered.
const NAMED: usize = 100_000;

/// The suites that are open, and whose each test is.
#[derive(Debug, Default)]
pub(super) struct Suites {
    open: Vec<Name>,
    /// Whole names of tests by what the runner calls them when it lists the failures again.
    whole: HashMap<Name, Name, RandomState>,
    /// Which test a method is that a tree names without its class.
    of_method: HashMap<Name, Name, RandomState>,
    /// The test of each class that a tree names last, and all that it names.
    of_class: HashMap<Name, Name, RandomState>,
    methods: HashSet<Name, RandomState>,
}

impl Suites {
    /// A suite begins, or ends: `▶ Orders (21.3ms)`, as node says if a test of it failed.
    pub(super) fn enter(&mut self, title: &str) {
        let timed = title.strip_suffix("ms)").and_then(|title| title.rsplit_once(" ("));
        let ends = timed.filter(|(_, millis)| millis.parse::<f64>().is_ok());
        if let Some((title, _)) = ends {
            self.open.pop_if(|suite| **suite == *title);
        } else if self.open.len() < OPEN {
            self.open.push(title.into());
        }
    }

    /// A test of a class runs.
    pub(super) fn runs(&mut self, event: &Event, chunk: &str) {
        if let (Some(class), Some(test)) =
            (event.text(Field::Module, chunk), event.text(Field::Test, chunk))
            && self.methods.len() < NAMED
        {
            self.methods.insert(test.into());
            self.of_class.insert(class.into(), test.into());
        }
    }

    /// The test in which a method of this class ran: its own, or one that prepares it.
    pub(super) fn of_frame<'s>(&'s self, class: &str, method: &'s str) -> &'s str {
        let prepares = self.of_class.get(class).filter(|_| !self.methods.contains(method));
        prepares.map_or(method, |test| test)
    }

    /// Whether a method, named without its class, is this test: the first of its name.
    pub(super) fn is_method_of(&mut self, method: &Name, test: &Name) -> bool {
        self.of_method.entry(method.clone()).or_insert_with(|| test.clone()) == test
    }

    /// The whole name of a test whose result is told; `None` if the suite of this name ends.
    pub(super) fn name(&mut self, test: Name) -> Option<Name> {
        if self.open.pop_if(|suite| *suite == test).is_some() {
            return None;
        }
        if self.open.is_empty() {
            return Some(self.whole.get(&test).cloned().unwrap_or(test));
        }
        let suites = self.open.iter().map(|suite| &**suite);
        let parts: Vec<&str> = suites.chain([&*test]).collect();
        let whole = Name::from(parts.join(" > "));
        if self.whole.len() < NAMED {
            self.whole.entry(test).or_insert_with(|| whole.clone());
        }
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_one_name_are_of_several_classes() {
        let mut suites = Suites::default();
        let is = |suites: &mut Suites, test: &str| suites.is_method_of(&"a()".into(), &test.into());
        assert!(is(&mut suites, "A::a") && is(&mut suites, "A::a"));
        assert!(!is(&mut suites, "B::a"));
    }

    #[test]
    fn tests_are_named_with_their_suites() {
        let mut suites = Suites::default();
        suites.enter("Orders");
        assert_eq!(suites.name("saves".into()).as_deref(), Some("Orders > saves"));
        assert_eq!(suites.name("Orders".into()), None);
        assert_eq!(suites.name("saves".into()).as_deref(), Some("Orders > saves"));
        assert_eq!(suites.name("other".into()).as_deref(), Some("other"));
        suites.enter("Bills");
        suites.enter("Bills (20.5ms)");
        assert_eq!(suites.name("other".into()).as_deref(), Some("other"));
    }
}

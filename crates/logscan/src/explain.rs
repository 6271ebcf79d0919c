//! What the rules say of themselves.

use std::fmt::Write as _;

use logscan_analysis::rules as all;
use logscan_model::Rule;

use crate::nearest::nearest;
use crate::problem::Problem;
use crate::stdout::print;

/// The rule of this code or name.
pub(crate) fn rule(wanted: &str) -> Option<&'static Rule> {
    all().iter().find(|rule| rule.code.eq_ignore_ascii_case(wanted) || rule.name == wanted)
}

/// Whether a code, the beginning of one, or a name means the rule of this code.
pub(crate) fn means(wanted: &str, code: &str) -> bool {
    let begins = |code: &str| {
        code.get(..wanted.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
    };
    !wanted.is_empty() && begins(code) || rule(wanted).is_some_and(|rule| rule.code == code)
}

/// A slip in a code would leave out everything and look like success.
pub(crate) fn check(wanted: &str) -> Result<(), Problem> {
    match all().iter().any(|rule| means(wanted, rule.code)) {
        true => Ok(()),
        false => Err(unknown(wanted)),
    }
}

/// Prints the page of a rule, by code or name.
pub(crate) fn page(wanted: &str) -> Result<(), Problem> {
    match rule(wanted) {
        Some(rule) => print(rule.page.as_bytes()),
        None => Err(unknown(wanted)),
    }
}

fn unknown(wanted: &str) -> Problem {
    let names = all().iter().flat_map(|rule| [rule.code, rule.name]);
    let near = nearest(wanted, names).join(", ");
    Problem::new(format!("no rule is called {wanted:?}"))
        .hint(format!("the most alike: {near}; `logscan rules` lists all"))
}

/// Lists the rules.
pub(crate) fn rules() -> Result<(), Problem> {
    let mut list = String::new();
    for rule in all() {
        _ = writeln!(
            list,
            "{}  {:<25}  {:<12}  {}",
            rule.code,
            rule.name,
            rule.class.name(),
            rule.summary()
        );
    }
    print(list.as_bytes())
}

//! What the rules say of themselves.

use std::fmt::Write as _;

use logscan_analysis::rules as all;
use logscan_model::Rule;

use crate::problem::Problem;
use crate::stdout::print;

/// The rule of this code or name.
pub(crate) fn rule(wanted: &str) -> Option<&'static Rule> {
    all().iter().find(|rule| rule.code.eq_ignore_ascii_case(wanted) || rule.name == wanted)
}

/// Prints the page of a rule, by code or name.
pub(crate) fn page(wanted: &str) -> Result<(), Problem> {
    match rule(wanted) {
        Some(rule) => print(rule.page.as_bytes()),
        None => Err(unknown(wanted)),
    }
}

fn unknown(wanted: &str) -> Problem {
    let problem = Problem::new(format!("no rule is called {wanted}"));
    let family = wanted.chars().next().map(|letter| letter.to_ascii_uppercase());
    let near = all().iter().filter(|rule| rule.code.chars().next() == family);
    let near: Vec<&str> = near.map(|rule| rule.code).collect();
    match near.as_slice() {
        [] => problem.hint("`logscan rules` lists them"),
        near => problem.hint(format!("of that family there are {}", near.join(", "))),
    }
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

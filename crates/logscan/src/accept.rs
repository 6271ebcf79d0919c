//! Findings that do not count for the exit status, because somebody accepted them: an
//! earlier report has them, or the settings name them with a reason and a date.

use logscan_analysis::KnownFindings;
use logscan_model::{Accepted, AcceptedBy, Finding};
use serde::Deserialize;

use crate::explain;
use crate::saved::Baseline;

/// A finding that the user accepts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Suppression {
    /// This finding.
    fingerprint: Option<String>,
    /// Findings of this rule, by code or name.
    rule: Option<String>,
    /// Only if all tests that did it have this text in their ids.
    test: Option<String>,
    /// Why it is accepted.
    reason: String,
    /// Since when: `2026-03-01`.
    date: String,
}

impl Suppression {
    /// Says what is missing or wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        let given = self.fingerprint.as_deref().or(self.rule.as_deref());
        let Some(given) = given else {
            return Err("a suppression names a fingerprint or a rule".to_owned());
        };
        if let Some(rule) = self.rule.as_ref().filter(|name| explain::rule(name).is_none()) {
            return Err(format!("no rule is called {rule:?}; `logscan rules` lists them"));
        }
        if self.reason.trim().is_empty() {
            return Err(format!("the suppression of {given} gives no reason"));
        }
        match self.date.parse::<jiff::civil::Date>() {
            Ok(_) => Ok(()),
            Err(_) => Err(format!(
                "the suppression of {given} gives no date, such as date = \"2026-03-01\""
            )),
        }
    }

    fn covers(&self, finding: &Finding) -> bool {
        let tests =
            || [&finding.tests, &finding.affected_tests].into_iter().find(|t| !t.is_empty());
        let print = |print: &String| finding.fingerprint == *print;
        let rule = |name: &String| explain::rule(name).is_some_and(|r| r.code == finding.code);
        let test =
            |text: &String| tests().is_some_and(|all| all.iter().all(|id| id.contains(text)));
        self.fingerprint.as_ref().is_none_or(print)
            && self.rule.as_ref().is_none_or(rule)
            && self.test.as_ref().is_none_or(test)
    }
}

/// Marks what was accepted, and why.
pub(crate) fn accept(
    findings: &mut [Finding],
    suppressions: &[Suppression],
    baseline: Option<&Baseline>,
) {
    let known = baseline.map(|baseline| (baseline, KnownFindings::of(&baseline.run.findings)));
    for finding in findings {
        let suppressed = suppressions.iter().find(|suppression| suppression.covers(finding));
        let suppressed = suppressed.map(|suppression| Accepted {
            by: AcceptedBy::Suppression,
            reason: suppression.reason.clone(),
            date: Some(suppression.date.clone()),
        });
        let known = || {
            let (baseline, known) = known.as_ref()?;
            known.has(finding).then(|| Accepted {
                by: AcceptedBy::Baseline,
                reason: format!("{} has it, too", baseline.name),
                date: None,
            })
        };
        finding.accepted = suppressed.or_else(known);
    }
}

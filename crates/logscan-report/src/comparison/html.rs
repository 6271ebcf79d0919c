//! The comparison as one page that needs nothing else.

use std::io::{self, Write};

use logscan_model::comparison::{Comparison, FindingChange, Side};
use minijinja::value::Serde;
use serde::Serialize;

use super::{cells, moved, outcome, rule, shown, standing};
use crate::html::{STYLE, policy, template};
use crate::view;

/// Most findings that are listed.
const FINDINGS: usize = 1000;

/// Writes the page.
pub(super) fn write(run: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let page = template(include_str!("../../assets/diff.html"), Serde(Page::of(run)));
    out.write_all(page.map_err(io::Error::other)?.as_bytes())
}

#[derive(Serialize)]
struct Page {
    css: &'static str,
    csp: String,
    tool: String,
    outcome: &'static str,
    class: &'static str,
    headline: String,
    sides: [SideRow; 2],
    figures: Vec<[String; 3]>,
    findings: Vec<Row>,
    more: usize,
    unmasked: Option<&'static str>,
}

impl Page {
    fn of(run: &Comparison) -> Self {
        Self {
            css: STYLE,
            csp: policy(&[]),
            tool: format!("{} {}", run.tool.name, run.tool.version),
            outcome: outcome(run.outcome),
            class: run.outcome.name(),
            headline: shown(&run.headline),
            sides: [SideRow::of("Before", &run.before), SideRow::of("After", &run.after)],
            figures: run.figures.iter().map(cells).collect(),
            findings: run.findings.iter().take(FINDINGS).map(Row::of).collect(),
            more: run.findings.len().saturating_sub(FINDINGS),
            unmasked: (!run.redacted).then_some(view::UNMASKED),
        }
    }
}

#[derive(Serialize)]
struct SideRow {
    word: &'static str,
    name: String,
    standing: String,
}

impl SideRow {
    fn of(word: &'static str, side: &Side) -> Self {
        Self { word, name: view::name(&side.name), standing: standing(side) }
    }
}

#[derive(Serialize)]
struct Row {
    change: &'static str,
    severity: &'static str,
    rule: String,
    title: String,
    moved: String,
}

impl Row {
    fn of(change: &FindingChange) -> Self {
        Self {
            change: change.change.name(),
            severity: change.severity.name(),
            rule: shown(&rule(change)),
            title: shown(&change.title),
            moved: moved(change),
        }
    }
}

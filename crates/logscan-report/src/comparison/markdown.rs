//! The comparison for a ticket or a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use logscan_model::comparison::{Comparison, FindingChange};

use super::{cells, moved, outcome, rule, standing};
use crate::markdown::{Page, code, escaped};
use crate::view;

/// Writes the comparison.
pub(super) fn write(run: &Comparison, limit: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(limit);
    page.part(|| head(run));
    if !run.findings.is_empty() {
        let head = "\n### Findings\n\n| | Severity | Rule | Finding | Figures |\n| --- | --- | --- | --- | --- |\n";
        page.part(|| head.to_owned());
        run.findings.iter().for_each(|finding| page.part(|| row(finding)));
    }
    out.write_all(page.finish().as_bytes())
}

fn head(run: &Comparison) -> String {
    let mut head = format!("## {}: {}\n\n", outcome(run.outcome), escaped(&run.headline));
    for (word, side) in [("Before", &run.before), ("After", &run.after)] {
        let name = code(&view::name(&side.name));
        let _ = writeln!(head, "- **{word}** {name}: {}", escaped(&standing(side)));
    }
    if !run.redacted {
        let _ = writeln!(head, "\n{}", view::UNMASKED);
    }
    head.push_str("\n| Figure | Before | After |\n| --- | ---: | ---: |\n");
    for figure in &run.figures {
        let [name, before, after] = cells(figure);
        let _ = writeln!(head, "| {name} | {before} | {after} |");
    }
    head
}

fn row(change: &FindingChange) -> String {
    format!(
        "| **{}** | {} | `{}` | {} | {} |\n",
        change.change.name(),
        change.severity.name(),
        escaped(&rule(change)),
        escaped(&change.title),
        escaped(&moved(change)),
    )
}

//! The comparison for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use logscan_model::comparison::{Change, Comparison, FindingChange, Outcome};

use super::{cells, moved, outcome, rule, shown, standing};
use crate::Options;
use crate::human::paint;
use crate::text::{clip, columns, wrap};
use crate::view;

const LABEL: usize = 9;
const STEP: usize = 4;

/// Writes the comparison.
pub(super) fn write(run: &Comparison, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let bold = Style::new().bold();
    let room = options.width.saturating_sub(LABEL).max(8);
    let sides = [("Before", &run.before), ("After", &run.after)];
    let word = outcome(run.outcome);
    let gap = " ".repeat(LABEL - word.len());
    let word = paint(word, of_outcome(run.outcome), options);
    writeln!(out, "{word}{gap}{}", clip(&shown(&run.headline), room))?;
    for (label, side) in sides {
        let gap = " ".repeat(LABEL - label.len());
        let label = paint(label, bold, options);
        let line = format!("{}  {}", view::name(&side.name), standing(side));
        writeln!(out, "{label}{gap}{}", clip(&line, room))?;
    }
    if !run.findings.is_empty() {
        writeln!(out, "\n{}", paint("Findings", bold, options))?;
        run.findings.iter().try_for_each(|change| finding(change, options, out))?;
    }
    figures(run, options, out)?;
    if !run.redacted {
        writeln!(out, "\n{}", view::UNMASKED)?;
    }
    Ok(())
}

fn finding(change: &FindingChange, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let word = change.change.name();
    let text = format!("{} {}: {}", change.severity.name(), rule(change), shown(&change.title));
    let moved = moved(change);
    let room = options.width.saturating_sub(LABEL).max(8);
    let gap = " ".repeat(LABEL - word.len());
    let mut lead = paint(word, of_change(change.change), options) + &gap;
    for line in wrap(&text, room).into_iter().chain(wrap(&moved, room)) {
        writeln!(out, "{lead}{line}")?;
        lead = " ".repeat(LABEL);
    }
    Ok(())
}

/// A table as wide as its cells.
fn figures(run: &Comparison, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let head = ["Figure", "before", "after"].map(str::to_owned);
    let rows: Vec<[String; 3]> =
        std::iter::once(head).chain(run.figures.iter().map(cells)).collect();
    let width = |at: usize| rows.iter().map(|row| columns(&row[at])).max().unwrap_or_default();
    let [name, before, after] = [width(0), width(1) + STEP, width(2) + STEP];
    writeln!(out)?;
    for (index, row) in rows.iter().enumerate() {
        let line = format!("{:name$}{:>before$}{:>after$}", row[0], row[1], row[2]);
        let style = if index == 0 { Style::new().bold() } else { Style::new() };
        writeln!(out, "{}", if index == 0 { paint(&line, style, options) } else { line })?;
    }
    Ok(())
}

fn of_outcome(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Better => of_change(Change::Better),
        Outcome::Worse => of_change(Change::Worse),
        Outcome::Same | Outcome::Unknown => Style::new(),
    }
    .bold()
}

fn of_change(change: Change) -> Style {
    match change {
        Change::New | Change::Worse => AnsiColor::Red.on_default(),
        Change::Better | Change::Gone => AnsiColor::Green.on_default(),
        Change::Same => Style::new(),
    }
}

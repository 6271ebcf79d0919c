//! The page about one scoring of the laboratory: the figures, and each miss with the command that shows it.

use std::fmt::Write as _;

use super::lab::{Scores, Share};
use super::ledger::f1;
use super::{share, sum};

pub(super) fn page(scores: &Scores) -> String {
    let mut page = String::from("# Accuracy on recordings of the laboratory\n\n");
    figures(&mut page, scores);
    classes(&mut page, scores);
    cells(&mut page, scores);
    misses(&mut page, scores);
    page
}

fn figures(page: &mut String, scores: &Scores) {
    let all = sum(&scores.classes);
    let of = |(right, all): Share| format!("{right} of {all} ({})", share(right, all));
    let precision = share(all.right, all.right + all.wrong);
    let recall = share(all.right, all.right + all.missed);
    let rows = [
        ("runs", scores.runs.to_string()),
        (
            "of these not judged: they failed of nothing that was planned",
            scores.unjudged.to_string(),
        ),
        ("classes: precision, recall, F1", format!("{precision}, {recall}, {}", f1(&all))),
        ("first cause", of(scores.first_cause)),
        ("culprits, F1", f1(&scores.culprits)),
        ("victims, F1", f1(&scores.victims)),
        ("first line within 3", of(scores.first_line)),
        ("silent where healthy", of(scores.silent)),
        ("failed tests mentioned", of(scores.explained)),
    ];
    page.push_str("| | |\n|---|---|\n");
    for (name, value) in rows {
        _ = writeln!(page, "| {name} | {value} |");
    }
}

fn classes(page: &mut String, scores: &Scores) {
    page.push_str(
        "\n## Classes\n\n| class | right | false | missed | F1 |\n|---|---|---|---|---|\n",
    );
    for (class, tally) in &scores.classes {
        let (right, wrong, missed) = (tally.right, tally.wrong, tally.missed);
        _ = writeln!(page, "| {class} | {right} | {wrong} | {missed} | {} |", f1(tally));
    }
}

fn cells(page: &mut String, scores: &Scores) {
    page.push_str("\n## Wholly right, by stack and fault\n\n");
    let mut stack = "";
    for ((name, fault), (right, all)) in &scores.cells {
        if name != stack {
            _ = write!(page, "{}- {name}: ", if stack.is_empty() { "" } else { "\n" });
        } else {
            page.push_str(", ");
        }
        _ = write!(page, "{fault} {right}/{all}");
        stack = name;
    }
    page.push('\n');
}

fn misses(page: &mut String, scores: &Scores) {
    page.push_str("\n## Misses\n");
    for miss in &scores.misses {
        let (run, stack, faults, command) = (&miss.run, &miss.stack, &miss.faults, &miss.command);
        _ = writeln!(
            page,
            "\n### {run}\n\n{stack}: {faults}. {}.\n\n```sh\n{command}\n```",
            miss.wrong.join("; ")
        );
    }
}

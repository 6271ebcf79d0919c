//! The text of a bug ticket: what a stranger needs to believe the finding and to see it
//! again.

use std::fmt::Write as _;

use logscan_model::Report;
use logscan_model::timeline::{Engine, Pool, Service, Worker};

use crate::markdown::{self, code, escaped};
use crate::{TICKET, view};

/// Most rows of a list.
const ROWS: usize = 20;
/// Kept free for what stands around the report.
const AROUND: usize = 16_384;

/// The ticket in Markdown: title, steps, evidence, environment, and `files` with what is
/// in each of them.
#[must_use]
pub fn ticket(report: &Report, files: &[(String, String)]) -> String {
    let mut page = format!("# {}\n\n", escaped(&title(report)));
    page.push_str(&markdown::page(report, TICKET - AROUND));
    page.push_str(&steps(report));
    page.push_str(&list("Environment", environment(report)));
    let files = files.iter().map(|(name, what)| format!("{}: {}", code(name), escaped(what)));
    page.push_str(&list("Files of this bundle", files.collect()));
    page
}

fn title(report: &Report) -> String {
    match report.first_cause() {
        Some(cause) => format!("{}: {}", view::rule(cause), cause.title),
        None => report.verdict.headline.clone(),
    }
}

/// What to run to see the same.
fn steps(report: &Report) -> String {
    let mut steps = "\n## Steps\n\n".to_owned();
    let tests = report.first_cause().map(view::tests).unwrap_or_default();
    let mut number = 1;
    let mut step = |text: String| {
        let _ = writeln!(steps, "{number}. {text}");
        number += 1;
    };
    if let Some(first) = tests.first() {
        let more = tests.len() - 1;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        step(format!("Run the tests with {}{more} among them.", code(&view::name(first))));
    } else {
        step("Run the tests as in the recorded run.".to_owned());
    }
    let inputs = report.inputs.iter().take(ROWS).map(|input| view::name(&input.name));
    let command = format!("logscan analyze {}", inputs.collect::<Vec<_>>().join(" "));
    step(format!("{} on their logs.", code(&command)));
    if let Some(cause) = report.first_cause().filter(|cause| !cause.would_refute.is_empty()) {
        let _ = writeln!(steps, "\nThis would refute it: {}", escaped(&cause.would_refute));
    }
    steps
}

fn environment(report: &Report) -> Vec<String> {
    let timeline = &report.timeline;
    let mut rows = vec![format!("{} {}", report.tool.name, report.tool.version)];
    let workers: Vec<String> = timeline.workers.iter().map(worker).collect();
    rows.extend(view::names(&workers, ROWS).map(|all| format!("workers {}", escaped(&all))));
    rows.extend(several(timeline.services.iter().map(service)));
    rows.extend(several(timeline.engines.iter().map(engine)));
    rows.extend(several(timeline.pools.iter().filter_map(pool)));
    rows
}

fn worker(worker: &Worker) -> String {
    let pid = worker.pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    format!("{}{pid}", worker.id)
}

fn service(service: &Service) -> String {
    let at = service.endpoint.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("service {}{at}", service.name)
}

fn engine(engine: &Engine) -> String {
    format!("engine {}", engine.url.as_deref().unwrap_or("of unknown address"))
}

fn pool(pool: &Pool) -> Option<String> {
    let size = pool.size?;
    let overflow = pool.max_overflow.map_or("unknown".to_owned(), |most| most.to_string());
    Some(format!("pool of {size} connections, max_overflow {overflow}"))
}

/// Each text once, in order.
fn several(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for one in all.map(|one| escaped(&one)) {
        if rows.len() < ROWS && !rows.contains(&one) {
            rows.push(one);
        }
    }
    rows
}

fn list(heading: &str, rows: Vec<String>) -> String {
    let rows: String = rows.into_iter().map(|row| format!("- {row}\n")).collect();
    format!("\n## {heading}\n\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_ticket_of_a_failed_run() {
        let files = [("report.html".to_owned(), "the report, opens offline".to_owned())];
        insta::assert_snapshot!(ticket(&fixture::failed_run(), &files));
    }

    #[test]
    fn log_text_cannot_break_out() {
        let mut report = fixture::failed_run();
        report.findings[0].title = "x\n# free <b> @all".into();
        report.timeline.services[0].name = "db\n\n# free @all".into();
        let text = ticket(&report, &[]);
        assert!(!text.lines().any(|line| line.starts_with("# free")), "{text}");
        assert!(!text.contains("@all"), "{text}");
    }
}

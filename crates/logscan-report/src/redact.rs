//! Passwords are taken out of the report before any writer sees it.
//!
//! Logs print connection strings. A report is made to be shared, so every text of it
//! is searched, not only those that should hold an address. The walk names every
//! field of the model: a new field does not compile until somebody has decided
//! whether it can hold a secret. When in doubt more is masked than needed.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use logscan_model::finding::{Evidence, Resource};
use logscan_model::note::Note;
use logscan_model::report::{Input, Verdict};
use logscan_model::timeline::{
    ConnectionCount, Engine, Fault, Name, Pool, Service, Session, Test, Timeline, Worker,
};
use logscan_model::{Finding, Report};
use regex::{Captures, Regex};

const MASK: &str = "***";

/// Masks the passwords in every text of the report.
///
/// Doing it twice changes nothing more; what is masked already stays as it is.
pub fn redact(report: &mut Report) {
    let Report { schema: _, tool: _, verdict, inputs, findings, notes, timeline, stats: _ } =
        report;
    let Verdict { status: _, headline, root_causes: _ } = verdict;
    text(headline);
    inputs.iter_mut().for_each(input);
    findings.iter_mut().for_each(finding);
    notes.iter_mut().for_each(note);
    whole_timeline(timeline);
}

fn input(input: &mut Input) {
    text(&mut input.name);
    input.unknown_shapes.iter_mut().for_each(|shape| text(&mut shape.shape));
}

fn note(note: &mut Note) {
    text(&mut note.sentence);
}

fn finding(finding: &mut Finding) {
    let Finding {
        id: _,
        code: _,
        name: _,
        class: _,
        severity: _,
        confidence: _,
        confidence_reason,
        title,
        detail,
        numbers: _,
        workers,
        tests,
        affected_tests,
        resource,
        start: _,
        end: _,
        count: _,
        evidence: lines,
        evidence_total: _,
        caused_by: _,
        suggestion,
        would_refute,
        fingerprint: _,
    } = finding;
    [confidence_reason, title, detail, suggestion, would_refute].into_iter().for_each(text);
    [workers, tests, affected_tests].into_iter().flatten().for_each(text);
    if let Some(Resource { kind: _, name }) = resource {
        text(name);
    }
    lines.iter_mut().for_each(evidence);
}

fn evidence(line: &mut Evidence) {
    text(&mut line.label);
    mask(&mut line.text, &mut line.span);
}

fn whole_timeline(timeline: &mut Timeline) {
    let Timeline {
        workers,
        tests,
        sessions,
        pools,
        engines,
        services,
        connection_counts,
        faults,
        table_makers,
        server_limit: _,
        server_ready: _,
        run_ended: _,
        first_success: _,
        service_stopped: _,
        damaged: _,
        server_stops: _,
        lock_waits: _,
        checkouts: _,
        clocks: _,
        connections_logged: _,
        targets: _,
        counted_failures: _,
        sequential: _,
        tests_at_once: _,
        settings: _,
        servers_only: _,
    } = timeline;
    workers.iter_mut().for_each(worker);
    tests.iter_mut().for_each(test);
    sessions.iter_mut().for_each(session);
    pools.iter_mut().for_each(pool);
    engines.iter_mut().for_each(engine);
    services.iter_mut().for_each(service);
    connection_counts.iter_mut().for_each(connection_count);
    faults.iter_mut().for_each(fault);
    let makers = std::mem::take(table_makers).into_iter();
    *table_makers = makers.map(|(maker, count)| (masked_name(maker), count)).collect();
}

fn worker(worker: &mut Worker) {
    let Worker { id, pid: _, start: _, end: _, ended_by: _, crash: _, crashed_in } = worker;
    name(id);
    crashed_in.iter_mut().for_each(name);
}

fn test(test: &mut Test) {
    let Test { id, worker, start: _, end: _, outcome: _, place: _ } = test;
    name(id);
    worker.iter_mut().for_each(name);
}

fn session(session: &mut Session) {
    let Session { worker, test, .. } = session;
    [worker, test].into_iter().flatten().for_each(name);
}

fn pool(pool: &mut Pool) {
    pool.worker.iter_mut().for_each(name);
    text(&mut pool.name);
}

fn engine(engine: &mut Engine) {
    let Engine { worker, number: _, url, created: _, duration_s: _, place: _ } = engine;
    worker.iter_mut().for_each(name);
    url.iter_mut().for_each(text);
}

fn service(service: &mut Service) {
    text(&mut service.name);
    service.endpoint.iter_mut().for_each(text);
}

fn connection_count(count: &mut ConnectionCount) {
    count.test.iter_mut().for_each(name);
}

fn fault(fault: &mut Fault) {
    let Fault { worker, test, relation, name: of, connection, endpoint, .. } = fault;
    [worker, test, relation, of, connection].into_iter().flatten().for_each(name);
    endpoint.iter_mut().for_each(text);
}

/// Masks the passwords in a text that goes elsewhere than into a report.
pub fn text(text: &mut String) {
    mask(text, &mut None);
}

fn name(name: &mut Name) {
    *name = masked_name(Arc::clone(name));
}

fn masked_name(name: Name) -> Name {
    let mut masked = name.to_string();
    text(&mut masked);
    if masked == *name { name } else { masked.into() }
}

/// Ways to write a password. Each pattern names the group that holds it.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let all = [
        // scheme://user:PASSWORD@host. A password may hold `/` or a bare `@`, and so
        // may a user's name; a `@` behind the host is part of the path.
        r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s:/'<>]*:(?<secret>[^\s@<>]+(?:@[^\s@/?#'<>]*)*)@",
        // user:PASSWORD@tcp(host), as Go writes it.
        r"\b[\w.\-]+:(?<secret>[^\s:'<>]+)@(?:tcp|unix)\(",
        // password=…, PGPASSWORD=…, 'password': '…', "password" => "…", also escaped.
        concat!(
            r"(?<key>[\w.\-]*(?i-u:passphrase|password|passwd|pwd)\w*)",
            r#"(?:\\*["'])?\s*(?:=>|=|:)\s*"#,
            r#"(?:(?:\w+\()?[bru]{0,2}(?:\\+["'](?<escaped>[^"'\\]+)"#,
            r#"|"(?<double>(?:[^"\\]|\\.)+)"|'(?<single>(?:[^'\\]|\\.)+)')"#,
            r#"|(?<secret>[^\s&;'":=\\][^\s&;'"]*))"#,
        ),
        // --password …
        r#"(?<key>--?(?i-u:passphrase|password|passwd|pwd))\s+['"]?(?<secret>[^\s'"\-][^\s'"]*)"#,
    ];
    all.into_iter().map(|pattern| Regex::new(pattern).expect("a fixed pattern")).collect()
});

/// Masks the passwords of a text; `span` goes on covering the same words.
fn mask(text: &mut String, span: &mut Option<[u32; 2]>) {
    for pattern in PATTERNS.iter() {
        let secrets: Vec<_> =
            pattern.captures_iter(text).filter_map(|found| secret(&found)).collect();
        // From the end, so that the ranges before stay true.
        for range in secrets.into_iter().rev() {
            if let Some(span) = span {
                *span = span_after(*span, &range);
            }
            text.replace_range(range, MASK);
        }
    }
}

/// Where the secret of a match stands, unless the match turns out to be harmless.
fn secret(found: &Captures) -> Option<Range<usize>> {
    let groups = ["secret", "escaped", "double", "single"];
    let secret = groups.iter().find_map(|group| found.name(group))?;
    let key = found.name("key").map(|key| key.as_str());
    (!is_harmless(key, secret.as_str())).then(|| secret.range())
}

fn is_harmless(key: Option<&str>, value: &str) -> bool {
    let masked = value.bytes().all(|byte| byte == b'*');
    match key {
        // The working directory, not a password; nothing at all.
        Some(key) => {
            masked
                || (value.starts_with('/') && key.to_ascii_lowercase().ends_with("pwd"))
                || ["None", "null", "nil"].contains(&value)
        }
        None => masked || is_port_and_path(value),
    }
}

/// `8080/users/me` in `http://localhost:8080/users/me@example.org`, also with a quote
/// or a comma behind the port.
fn is_port_and_path(value: &str) -> bool {
    let rest = value.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = value.len() - rest.len();
    (1..=5).contains(&digits) && rest.starts_with(['/', '"', '\'', ',', ';', ')', ']', '}'])
}

fn span_after([start, end]: [u32; 2], secret: &Range<usize>) -> [u32; 2] {
    let moved = |at: u32, inside: usize| {
        let at = at as usize;
        let moved = match at {
            at if at <= secret.start => at,
            at if at >= secret.end => at - secret.len() + MASK.len(),
            _ => secret.start + inside,
        };
        u32::try_from(moved).unwrap_or(u32::MAX)
    };
    [moved(start, 0), moved(end, MASK.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, fixture};

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        mask(&mut text, &mut None);
        let once = text.clone();
        mask(&mut text, &mut None);
        assert_eq!(text, once, "masking again changed the text");
        text
    }

    #[test]
    fn passwords_are_masked_however_they_are_written() {
        let shapes = [
            ("postgresql+asyncpg://me:hunter2@db:5432/x", "postgresql+asyncpg://me:***@db:5432/x"),
            ("redis://:hunter2@cache", "redis://:***@cache"),
            ("a://u:hunter2@h,b://u:hunter2@h", "a://u:***@h,b://u:***@h"),
            ("pg://me:hun@ter/2@db/x?mail=a@b", "pg://me:***@ter/2@db/x?mail=a@b"),
            ("pg://me:hun/ter2@db", "pg://me:***@db"),
            ("pg://me:hunt@er2@db/x", "pg://me:***@db/x"),
            ("pg://me@srv:hunter2@db", "pg://me@srv:***@db"),
            ("me:hunter2@tcp(db:3306)/x", "me:***@tcp(db:3306)/x"),
            ("host=db password=hunter2 dbname=x", "host=db password=*** dbname=x"),
            ("PGPASSWORD=hunter2 psql", "PGPASSWORD=*** psql"),
            ("POSTGRES_PASSWORD: hunter2", "POSTGRES_PASSWORD: ***"),
            ("{'user': 'me', 'password': 'hunter2'}", "{'user': 'me', 'password': '***'}"),
            (r#"{"password":"hun\"ter2","a":1}"#, r#"{"password":"***","a":1}"#),
            (r#"{\"password\":\"hunter2\"}"#, r#"{\"password\":\"***\"}"#),
            (r#""password" => "hunter2""#, r#""password" => "***""#),
            ("password: SecretStr('hunter2')", "password: SecretStr('***')"),
            (
                "jdbc:pg://h/x?user=a&password=hunter2&ssl=1",
                "jdbc:pg://h/x?user=a&password=***&ssl=1",
            ),
            ("Uid=me;Pwd=hunter2;Server=db", "Uid=me;Pwd=***;Server=db"),
            ("createdb --password hunter2 x", "createdb --password *** x"),
        ];
        for (text, expected) in shapes {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for text in [
            "postgresql://me:***@db/x",
            "postgresql://...@localhost:5432/x",
            "http://localhost:8080/users/me@example.org",
            r#"["http://localhost:8080","me@example.org"]"#,
            "FATAL: password authentication failed for user \"me\"",
            "tests/test_password.py::test_password_reset",
            "auth::password::reset",
            "PWD=/builds/app",
            "password=None",
            "{'password': '*****'}",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_masked_once_and_for_all(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..12),
            ends: (u32, u32),
        ) {
            let mut text = parts.concat();
            let mut span = Some([ends.0 % 90, ends.1 % 90]);
            mask(&mut text, &mut span);
            masked(&text);
        }
    }

    /// What passwords and their surroundings are made of.
    const PARTS: &[&str] = &[
        "pg://", "me", ":", "@", "/", "password", "pwd", "=", "'", "\"", "\\", " ", ",", "é",
        "***", "80", "--", "=>", "@tcp(", "None", "(", ";", "{", "\n",
    ];

    #[test]
    fn the_span_goes_on_covering_the_same_words() {
        let line = "pg://me:hunter2hunter2@db refused";
        let covers = |words: &str| {
            let start = line.find(words).unwrap() as u32;
            let mut text = line.to_owned();
            let mut span = Some([start, start + words.len() as u32]);
            mask(&mut text, &mut span);
            let [start, end] = span.unwrap().map(|at| at as usize);
            text[start..end].to_owned()
        };
        assert_eq!(covers("refused"), "refused");
        assert_eq!(covers("pg://"), "pg://");
        assert_eq!(covers("hunter2hunter2@db"), "***@db");
        assert_eq!(covers("me:hunter2"), "me:***");
        assert_eq!(covers("ter2hun"), "***");
        assert_eq!(covers(line), "pg://me:***@db refused");
    }

    #[test]
    fn no_writer_can_show_a_password() {
        let mut report = fixture::failed_run();
        poison(&mut report);
        redact(&mut report);
        for format in Format::ALL {
            let text = fixture::written(format, &report);
            assert!(!text.contains("hunter2"), "{}", format.name());
        }
        let everything = format!("{report:?}");
        assert!(!everything.contains("hunter2"), "{everything}");
    }

    /// Puts an address with a password wherever text comes from a log.
    fn poison(report: &mut Report) {
        const URL: &str = "x://me:hunter2@db";
        let names = |name: &mut Name| *name = URL.into();
        report.verdict.headline = URL.into();
        report.inputs[0].name = URL.into();
        report.inputs[0].unknown_shapes[0].shape = URL.into();
        report.notes[0].sentence = URL.into();
        let finding = &mut report.findings[0];
        finding.confidence_reason = URL.into();
        finding.title = URL.into();
        finding.detail = URL.into();
        finding.suggestion = URL.into();
        finding.would_refute = URL.into();
        finding.workers = vec![URL.into()];
        finding.tests = vec![URL.into()];
        finding.affected_tests = vec![URL.into()];
        finding.resource.as_mut().unwrap().name = URL.into();
        finding.evidence[0].text = URL.into();
        finding.evidence[0].label = URL.into();
        let timeline = &mut report.timeline;
        names(&mut timeline.workers[0].id);
        timeline.workers[0].crashed_in = Some(URL.into());
        names(&mut timeline.tests[0].id);
        timeline.tests[0].worker = Some(URL.into());
        timeline.sessions[0].worker = Some(URL.into());
        timeline.sessions[0].test = Some(URL.into());
        timeline.pools[0].worker = Some(URL.into());
        timeline.pools[0].name = URL.into();
        timeline.engines[0].worker = Some(URL.into());
        timeline.engines[0].url = Some(URL.into());
        timeline.services[0].name = URL.into();
        timeline.services[0].endpoint = Some(URL.into());
        timeline.connection_counts[0].test = Some(URL.into());
        timeline.table_makers.insert(URL.into(), 1);
    }
}

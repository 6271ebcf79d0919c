//! One story for all writers: sessions leak, the pool runs dry, tests fail.
//!
//! Every writer shows the same two reports, so their snapshots can be compared.

use logscan_model::finding::{Evidence, Resource, ResourceKind};
use logscan_model::note::{Note, NoteKind};
use logscan_model::report::{Input, Redaction, SCHEMA, Status, Tool, UnknownShape, Verdict};
use logscan_model::timeline::{
    ConnectionCount, EndedBy, Engine, Moment, Pool, PoolSample, Quantiles, Service, Session,
    SessionOutcome, Stats, Test, TestOutcome, Timeline, Worker,
};
use logscan_model::{
    Class, Confidence, Failures, Finding, InputId, Place, Report, Rule, Severity, Stamp,
};

use crate::{Format, Options, write};

mod altered;

pub(crate) use altered::{poison, repeat, without_times};

const DEBUG: u32 = 0;
const STDOUT: u32 = 1;
const TESTS: u32 = 7;

pub(crate) fn written(format: Format, report: &Report) -> String {
    let mut bytes = Vec::new();
    write(format, report, &Options::default(), &mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Two workers; `gw0` leaks one session per test until its pool is empty.
pub(crate) fn failed_run() -> Report {
    Report {
        verdict: Verdict {
            status: Status::Failed,
            headline: "2 of 14 tests failed: sessions are never closed until the pool is empty."
                .into(),
            root_causes: vec!["F1".into()],
        },
        inputs: vec![debug_log(), stdout()],
        findings: vec![leak(), exhaustion(), cascade(), late_server()],
        notes: notes(),
        timeline: timeline(true),
        stats: stats(2, 5),
        redaction: Redaction { on: true, masked: Vec::new() },
        ..empty()
    }
}

/// The same run without the leak.
pub(crate) fn healthy_run() -> Report {
    Report {
        verdict: Verdict {
            status: Status::Healthy,
            headline: "14 tests passed and every session was closed.".into(),
            root_causes: Vec::new(),
        },
        inputs: vec![debug_log(), stdout()],
        timeline: timeline(false),
        stats: stats(0, 0),
        redaction: Redaction { on: true, masked: Vec::new() },
        ..empty()
    }
}

/// A report that holds nothing.
pub(crate) fn empty() -> Report {
    Report {
        schema: SCHEMA,
        tool: Tool { name: "logscan", version: "0.0.0" },
        verdict: Verdict {
            status: Status::Unknown,
            headline: "Nothing was understood.".into(),
            root_causes: Vec::new(),
        },
        inputs: Vec::new(),
        findings: Vec::new(),
        failures: Failures::default(),
        filter: None,
        notes: Vec::new(),
        timeline: Timeline::default(),
        stats: Stats::default(),
        redaction: Redaction::default(),
    }
}

fn at(milliseconds: u32) -> Stamp {
    Stamp::time_of_day((74_060_000 + i64::from(milliseconds)) * 1000, 3)
}

fn place(input: u32, line: u32) -> Place {
    Place { input: InputId::new(input), line: u64::from(line) }
}

fn test_id(number: u32) -> String {
    format!("tests/jobs/test_background.py::test_schedule_job_{number}")
}

fn debug_log() -> Input {
    Input {
        name: "test_debug.log".into(),
        bytes: 56_912,
        lines: 654,
        lines_understood: 540,
        lines_ignored: 108,
        lines_unknown: 4,
        lines_damaged: 2,
        encoding: "utf-8".into(),
        format: "python-dash".into(),
        first: Some(at(0)),
        last: Some(at(8000)),
        unknown_shapes: vec![UnknownShape { shape: "retry in 0s".into(), count: 4, line: 17 }],
        ..Input::default()
    }
}

fn stdout() -> Input {
    Input {
        name: "pytest_stdout.log".into(),
        bytes: 13_590,
        lines: 206,
        lines_understood: 61,
        lines_ignored: 145,
        encoding: "utf-8".into(),
        compression: Some("gzip".into()),
        wrapper: Some("github-actions".into()),
        format: "pytest".into(),
        ..Input::default()
    }
}

fn rule(code: &'static str, name: &'static str, class: Class) -> Rule {
    Rule { code, name, class, page: "", since: "0.1" }
}

fn seen(evidence: Evidence, text: &str, mark: &str) -> Evidence {
    let start = text.find(mark).unwrap() as u32;
    let span = Some([start, start + mark.len() as u32]);
    Evidence { text: text.into(), span, ..evidence }
}

fn leak() -> Finding {
    let rule = rule("L101", "session-leak", Class::Leak);
    let title = "5 sessions were opened in tests and never closed";
    Finding {
        id: "F1".into(),
        detail: "Each of these tests opens a session in its set-up and none closes it. The \
                 sessions keep their connections until the process ends."
            .into(),
        numbers: [("sessions", 5.0)].into(),
        workers: vec!["gw0".into()],
        tests: (0..5).map(test_id).collect(),
        resource: Some(Resource { kind: ResourceKind::Session, name: "session".into() }),
        start: Some(at(1000)),
        count: 5,
        evidence: vec![
            seen(
                Evidence::primary(place(DEBUG, 120), "opened, never closed"),
                "20:34:21.000 - src.core.database - DEBUG - [DB_SESSION] Creating session #1 - Worker: gw0",
                "Creating session #1",
            ),
            seen(
                Evidence::context(place(DEBUG, 131), "one connection is out after the test"),
                "20:34:21.040 - src.core.database - INFO - [DB_POOL_STATE] Checked out: 1",
                "Checked out: 1",
            ),
        ],
        evidence_total: 17,
        suggestion: "Close the session where it is opened: use `async with`, or a fixture that \
                     yields it and closes it in `finally`."
            .into(),
        would_refute: "A line that closes one of these sessions.".into(),
        fingerprint: "leak-3f9a".into(),
        ..Finding::of(&rule, Severity::Error, title)
    }
}

fn exhaustion() -> Finding {
    let rule = rule("P101", "pool-exhausted", Class::Exhaustion);
    let line = "20:34:27.002 - src.core.database - ERROR - [DB_SESSION] Session #6 connection \
                test failed in 1.002s: QueuePool limit of size 3 overflow 2 reached, connection \
                timed out, timeout 1.00 (Background on this error at: \
                https://sqlalche.me/e/21/3o7r)";
    Finding {
        id: "F2".into(),
        detail: "All 5 connections of the pool were out when two more were asked for.".into(),
        confidence: Confidence::Likely,
        confidence_reason: "2 lines are torn where connections might have come back".into(),
        numbers: [("size", 3.0), ("max_overflow", 2.0), ("timeouts", 2.0)].into(),
        workers: vec!["gw0".into()],
        affected_tests: vec![test_id(5), test_id(6)],
        resource: Some(Resource { kind: ResourceKind::Pool, name: "engine #1".into() }),
        start: Some(at(7002)),
        end: Some(at(8000)),
        count: 2,
        evidence: vec![seen(
            Evidence::primary(place(DEBUG, 640), "no connection came free"),
            line,
            "QueuePool limit of size 3 overflow 2 reached",
        )],
        evidence_total: 1,
        caused_by: vec!["F1".into()],
        suggestion: "Fix the leak; a larger pool only fails later.".into(),
        fingerprint: "pool-77b0".into(),
        ..Finding::of(&rule, Severity::Error, "The pool of gw0 ran dry: 2 checkouts timed out")
    }
}

fn cascade() -> Finding {
    let rule = rule("X101", "inherited-failures", Class::Cascade);
    Finding {
        id: "F3".into(),
        affected_tests: vec![test_id(5), test_id(6)],
        workers: vec!["gw0".into()],
        count: 2,
        caused_by: vec!["F2".into()],
        ..Finding::of(&rule, Severity::Warning, "2 tests failed because the pool was empty")
    }
}

fn late_server() -> Finding {
    let rule = rule("R101", "server-not-ready", Class::StartupRace);
    let title = "The server answered at the 4th attempt; nothing was hurt";
    Finding {
        id: "F4".into(),
        workers: vec!["gw0".into(), "gw1".into()],
        start: Some(at(0)),
        count: 6,
        evidence: vec![seen(
            Evidence::primary(place(DEBUG, 17), "refused"),
            "20:34:20.000 - tests.conftest - DEBUG - Connection attempt #1 failed: \
             ConnectionRefusedError",
            "ConnectionRefusedError",
        )],
        evidence_total: 6,
        ..Finding::of(&rule, Severity::Info, title)
    }
}

fn notes() -> Vec<Note> {
    let torn = "2 lines of test_debug.log are torn; what they said is lost.";
    let repeated = "12 records stand in both inputs and were counted once.";
    vec![
        Note::new(NoteKind::TornLine, 2, torn.into(), Some(place(DEBUG, 301))),
        Note::new(NoteKind::MixedBlock, 12, repeated.into(), None),
    ]
}

fn stats(tests_failed: u64, sessions_open: u64) -> Stats {
    Stats {
        run_s: Some(8.0),
        sessions: u64::from(TESTS) * 2,
        sessions_open,
        tests: u64::from(TESTS) * 2,
        tests_failed,
        session_s: Quantiles { n: 9, p50: 0.031, p95: 1.002, max: 1.003 },
    }
}

fn timeline(leaking: bool) -> Timeline {
    let workers = ["gw0", "gw1"];
    let each = |worker: usize| (0..TESTS).map(move |number| (worker, number));
    let all = || (0..workers.len()).flat_map(each);
    let leaks = |worker: usize| leaking && worker == 0;
    Timeline {
        workers: workers.iter().zip([18_385, 18_388]).map(|(id, pid)| worker(id, pid)).collect(),
        tests: all().map(|(w, n)| test(workers[w], w as u32, n, leaks(w))).collect(),
        sessions: all().map(|(w, n)| session(workers[w], w as u32, n, leaks(w))).collect(),
        pools: (0..2).map(|w| pool(workers[w], w as u32, leaks(w))).collect(),
        engines: workers.iter().map(|id| engine(id)).collect(),
        services: vec![service()],
        connection_counts: vec![ConnectionCount { count: 9, line: 650, ..Default::default() }],
        ..Timeline::default()
    }
}

fn worker(id: &str, pid: u32) -> Worker {
    Worker {
        id: id.into(),
        pid: Some(pid),
        start: Some(at(0)),
        end: Some(at(8000)),
        ended_by: EndedBy::Exit,
        crash: None,
        crashed_in: None,
    }
}

fn test(worker: &str, index: u32, number: u32, leaks: bool) -> Test {
    let outcome = match number {
        5 if leaks => TestOutcome::Failed,
        6 if leaks => TestOutcome::Error,
        3 if index == 1 => TestOutcome::Skipped,
        _ => TestOutcome::Passed,
    };
    Test {
        id: test_id(index * TESTS + number).into(),
        worker: Some(worker.into()),
        start: Some(at(1000 * number + 1000)),
        end: Some(at(1000 * number + 1900)),
        outcome: Some(outcome),
        retried: false,
        place: place(STDOUT, 20 + number),
    }
}

fn session(worker: &str, index: u32, number: u32, leaks: bool) -> Session {
    let moment = |milliseconds, line| {
        Some(Moment { time: Some(at(milliseconds)), place: place(DEBUG, line) })
    };
    let (start, line) = (1000 * number + 1050, 120 + 80 * number + index);
    let stays = leaks && number < 5;
    let fails = leaks && !stays;
    Session {
        worker: Some(worker.into()),
        number: Some(number + 1),
        test: Some(test_id(index * TESTS + number).into()),
        opened: moment(start, line),
        closed: if stays { None } else { moment(start + 800, line + 40) },
        outcome: Some(if fails { SessionOutcome::Error } else { SessionOutcome::Ok }),
        duration_s: (!stays).then_some(0.8),
        pid: None,
        end_unlogged: false,
        connected: !fails,
        error: None,
        epoch: number,
        outlived: true,
        in_stream: true,
        ambiguous: false,
    }
}

fn pool(worker: &str, index: u32, leaks: bool) -> Pool {
    let out = |tick: u32| if leaks { (tick / 2 + tick % 2).min(5) } else { tick % 2 };
    let sample = |tick: u32| {
        let time = at(1050 + tick * 500);
        PoolSample(Some(time), out(tick), place(DEBUG, 125 + tick * 40 + index))
    };
    Pool {
        worker: Some(worker.into()),
        name: "engine #1".into(),
        size: Some(3),
        max_overflow: Some(2),
        peak_checked_out: Some(if leaks { 5 } else { 1 }),
        samples: (0..14).map(sample).collect(),
        at_capacity: if leaks { vec![[Some(at(5550)), None]] } else { Vec::new() },
        peak_at: None,
        peak_in_doubt: false,
        floors: Vec::new(),
    }
}

fn engine(worker: &str) -> Engine {
    Engine {
        worker: Some(worker.into()),
        number: Some(1),
        url: Some("postgresql+asyncpg://postgres:***@localhost:55432/reviews".into()),
        created: Some(at(950)),
        duration_s: Some(0.003),
        place: place(DEBUG, 90),
    }
}

fn service() -> Service {
    Service {
        name: "postgres".into(),
        endpoint: Some("localhost:55432".into()),
        first_attempt: Some(at(0)),
        failed_attempts: 6,
        ready: Some(at(900)),
        first_failure: None,
        ready_at: None,
    }
}

//! A small report that has every kind of cell.

use std::collections::BTreeMap;

use logscan_model::finding::Resource;
use logscan_model::report::{Input, Redaction, SCHEMA, Status, Tool, Verdict};
use logscan_model::timeline::{
    EndedBy, Engine, Moment, Pool, PoolSample, Session, SessionOutcome, Stats, Test, TestOutcome,
    Worker,
};
use logscan_model::{
    Class, Evidence, Failures, Finding, InputId, Place, Report, ResourceKind, Rule, Severity,
    Stamp, Timeline,
};

const RULE: Rule = Rule {
    code: "P101",
    name: "pool-exhausted",
    class: Class::Exhaustion,
    page: "",
    since: "0.1.0",
};

const TEN: i64 = 36_000_000_000;

/// 10:00:00 and some seconds, with neither date nor zone.
pub(crate) fn bare(seconds: i64) -> Stamp {
    Stamp::time_of_day(TEN + seconds * 1_000_000, 3)
}

/// The same time on 1970-01-02, two hours east of UTC.
pub(crate) fn full(seconds: i64) -> Stamp {
    Stamp::dated(1970, 1, 2, TEN + seconds * 1_000_000, 0).unwrap().with_offset(120)
}

/// What [`full`] is in microseconds UTC.
pub(crate) fn full_utc(seconds: i64) -> i64 {
    (24 + 8) * 3_600_000_000 + seconds * 1_000_000
}

pub(crate) fn place(line: u64) -> Place {
    Place { input: InputId::new(0), line }
}

/// A report about nothing.
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

/// A report about a pool that ran dry.
pub(crate) fn failed() -> Report {
    let mut report = empty();
    report.verdict.root_causes = vec!["F1".into()];
    report.inputs = vec![input()];
    report.findings = vec![finding("F1"), Finding { evidence: Vec::new(), ..finding("F2") }];
    report.timeline = Timeline {
        workers: vec![worker()],
        tests: vec![test()],
        sessions: vec![closed_session(), open_session()],
        pools: vec![pool()],
        engines: vec![engine()],
        ..Timeline::default()
    };
    report
}

fn input() -> Input {
    Input {
        name: "debug.log".into(),
        bytes: 4096,
        lines: 40,
        lines_understood: 30,
        lines_ignored: 10,
        encoding: "utf-8".into(),
        compression: Some("gzip".into()),
        format: "pytest-log-file".into(),
        first: Some(bare(0)),
        ..Input::default()
    }
}

fn finding(id: &str) -> Finding {
    let resource = Resource { kind: ResourceKind::Pool, name: "engine #1".into() };
    Finding {
        id: id.into(),
        numbers: BTreeMap::from([("size", 1.0), ("waited_s", 0.5)]),
        workers: vec!["gw0".into(), "gw1".into()],
        tests: vec!["t.py::a".into()],
        resource: Some(resource),
        start: Some(full(1)),
        count: 5,
        evidence: vec![
            Evidence { text: "checked out: 2".into(), ..Evidence::context(place(6), "full") },
            Evidence {
                span: Some([0, 9]),
                text: "QueuePool limit".into(),
                ..Evidence::primary(place(7), "the time-out")
            },
        ],
        evidence_total: 9,
        ..Finding::of(&RULE, Severity::Error, "The pool ran dry")
    }
}

fn worker() -> Worker {
    Worker {
        id: "gw0".into(),
        pid: Some(4711),
        start: Some(bare(0)),
        end: None,
        ended_by: EndedBy::Crash,
        crash: Some(place(39)),
        crashed_in: Some("t.py::a".into()),
    }
}

fn test() -> Test {
    Test {
        id: "t.py::a".into(),
        worker: Some("gw0".into()),
        start: None,
        end: Some(bare(9)),
        outcome: Some(TestOutcome::Failed),
        retried: false,
        place: Place::default(),
    }
}

fn closed_session() -> Session {
    Session {
        number: Some(7),
        closed: Some(Moment { time: Some(full(2)), place: place(8) }),
        outcome: Some(SessionOutcome::Ok),
        duration_s: Some(1.25),
        ..open_session()
    }
}

fn open_session() -> Session {
    Session {
        worker: Some("gw0".into()),
        number: None,
        test: None,
        opened: Some(Moment { time: Some(bare(1)), place: place(5) }),
        closed: None,
        outcome: None,
        duration_s: None,
        pid: None,
        end_unlogged: false,
        connected: true,
        error: None,
        epoch: 0,
        outlived: false,
        in_stream: true,
        ambiguous: false,
    }
}

fn pool() -> Pool {
    Pool {
        worker: Some("gw0".into()),
        name: "engine #1".into(),
        size: Some(1),
        max_overflow: Some(1),
        peak_checked_out: Some(2),
        samples: vec![PoolSample(Some(bare(1)), 1, place(5)), PoolSample(None, 2, place(6))],
        at_capacity: vec![[Some(bare(1)), None]],
        peak_at: None,
        peak_in_doubt: false,
        floors: Vec::new(),
    }
}

fn engine() -> Engine {
    Engine {
        worker: None,
        number: Some(1),
        url: Some("postgresql://localhost/db".into()),
        created: Some(full(0)),
        duration_s: Some(0.003),
        place: place(3),
    }
}

//! Every format takes twice as long for twice the report: bytes of memory are counted, and how
//! much of it is held at once, because seconds of a shared machine prove nothing.

use std::io;

use logscan_model::report::Status;
use logscan_model::timeline::{Fault, Name, Pool, Subject, Worker};
use logscan_model::{EventKind, Finding, Report};

use crate::{Format, Options, csv, fixture, write};

/// A run with so many workers, each with a test that failed, a session, a full pool, a time-out
/// and a finding; every second finding follows from the one before.
fn run(workers: u32) -> Report {
    let mut report = fixture::failed_run();
    report.verdict.status = Status::Failed;
    let timeline = &mut report.timeline;
    let (test, session) = (timeline.tests[0].clone(), timeline.sessions[0].clone());
    let (pool, worker) = (timeline.pools[0].clone(), timeline.workers[0].clone());
    let finding = report.findings[0].clone();
    let named = |n: u32| Name::from(format!("gw{n}"));
    let own = |n: u32| Some(named(n));
    timeline.workers = (0..workers).map(|n| Worker { id: named(n), ..worker.clone() }).collect();
    timeline.tests = (0..workers)
        .map(|n| logscan_model::timeline::Test {
            id: format!("tests/test_a.py::test_{n}").into(),
            worker: own(n % (workers / 4).max(1)),
            outcome: Some(logscan_model::timeline::TestOutcome::Failed),
            ..test.clone()
        })
        .collect();
    timeline.sessions = (0..workers)
        .map(|n| logscan_model::timeline::Session {
            worker: own(0),
            closed: None,
            number: Some(n),
            ..session.clone()
        })
        .collect();
    timeline.pools = (0..workers).map(|n| Pool { worker: own(n), ..pool.clone() }).collect();
    let moment = session.opened.unwrap();
    let fault = Fault {
        basis: logscan_model::Basis::Signature,
        kind: EventKind::PoolTimeout,
        moment,
        places: vec![moment.place],
        subject: Subject::Unknown,
        worker: own(0),
        test: None,
        relation: None,
        name: None,
        connection: None,
        endpoint: None,
        size: None,
        max_overflow: None,
        timeout_s: None,
    };
    timeline.faults = vec![fault; workers as usize];
    let id = |n: u32| format!("F{}", n + 1);
    report.findings = (0..workers)
        .map(|n| Finding {
            id: id(n),
            caused_by: (n % 2 == 1).then(|| id(n - 1)).into_iter().collect(),
            workers: vec![format!("gw{n}")],
            tests: vec![format!("tests/test_a.py::test_{n}")],
            ..finding.clone()
        })
        .collect();
    report.verdict.root_causes = (0..workers).step_by(2).map(id).collect();
    report
}

/// All bytes that were asked for, and most that were held at once.
fn cost(write: impl FnOnce()) -> [u64; 2] {
    let memory = allocation_counter::measure(write);
    [memory.bytes_total, memory.bytes_max]
}

fn is_linear(what: &str, costs: [[u64; 2]; 2]) {
    let [less, more] = costs;
    for (less, more) in less.into_iter().zip(more) {
        assert!(more <= less * 23 / 10 + 100_000, "{what}: {costs:?}");
    }
}

#[test]
fn every_format_grows_as_the_report_does() {
    let reports = [run(400), run(800)];
    for format in Format::ALL {
        let write = |report: &Report| {
            cost(|| write(format, report, &Options::default(), &mut io::sink()).unwrap())
        };
        is_linear(format.name(), [write(&reports[0]), write(&reports[1])]);
    }
    for table in csv::tables() {
        let write = |report: &Report| cost(|| table.write(report, false, &mut io::sink()).unwrap());
        is_linear(table.name, [write(&reports[0]), write(&reports[1])]);
    }
}

#[test]
fn every_format_holds_little_of_ten_thousand_findings() {
    let report = run(10_000);
    for format in Format::ALL {
        let [_, most] =
            cost(|| write(format, &report, &Options::default(), &mut io::sink()).unwrap());
        assert!(most < 48 << 20, "{} holds {most} bytes", format.name());
    }
}

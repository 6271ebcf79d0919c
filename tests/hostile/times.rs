//! Clocks that step, zones that differ, and no times at all.

use super::tool::{analyze, examine, leaking, record, run, twin};

/// Durations of all sessions in the timeline.
fn durations(ran: &super::tool::Ran) -> Vec<f64> {
    let sessions = ran.report["timeline"]["sessions"].as_array().unwrap();
    sessions.iter().filter_map(|session| session["duration_s"].as_f64()).collect()
}

#[test]
fn c27_a_clock_that_steps_back() {
    let ran = examine("back.log", run("gw0", 10, 0, 90_000) + &run("gw1", 10, 0, 0));
    assert!(durations(&ran).iter().all(|seconds| *seconds >= 0.0));
    assert_eq!((ran.sessions(), ran.findings().len()), ((20, 0), 0));
}

#[test]
fn c28_hours_that_come_twice_or_never() {
    let line = |time: &str, what: &str| format!("{time} [   DEBUG] a.b: [DB_SESSION] {what}\n");
    let fall = line("2026-10-25 02:59:59,000", "Creating session #1 - Worker: gw0")
        + &line("2026-10-25 02:00:01,000", "Session #1 completed successfully in 0.1s")
        + &line("2026-10-25 02:00:01,000", "Session #1 closed in 0.1s");
    let ran = examine("fall.log", fall);
    assert_eq!((ran.sessions(), ran.findings().len()), ((1, 0), 0));
    assert!(durations(&ran).iter().all(|seconds| *seconds >= 0.0));
    let gap = line("2026-03-29 02:30:00,000", "Creating session #1 - Worker: gw0")
        + &line("2026-03-29 02:30:01,000", "Session #1 closed in 0.1s");
    assert_eq!(examine("gap.log", gap).sessions(), (1, 0));
}

#[test]
fn c29_zones_that_differ() {
    let times = [
        "2026-03-05T14:22:01Z",
        "2026-03-05T16:22:02+02:00",
        "2026-03-05T16:22:03+0200",
        "2026-03-05 14:22:04,000",
    ];
    let log: String = times
        .iter()
        .enumerate()
        .map(|(i, time)| {
            format!("{time} [   DEBUG] a.b: [DB_SESSION] Creating session #{i} - Worker: gw0\n")
        })
        .collect();
    let ran = examine("zones.log", log);
    assert_eq!(ran.sessions().0, 4);
}

#[test]
fn c30_times_that_are_none() {
    let odd = [
        "0000-01-01 10:00:00",
        "9999-12-31 10:00:00",
        "99999-01-01 10:00:00",
        "2026-13-01 10:00:00",
        "2026-02-30 10:00:00",
        "2026-06-30 24:00:00",
        "2026-06-30 23:59:60",
    ];
    let log: String = odd
        .iter()
        .map(|time| {
            format!("{time},000 [   DEBUG] a.b: [DB_SESSION] Creating session #7 - Worker: gw1\n")
        })
        .collect();
    let ran = examine("odd.log", leaking() + &log);
    assert!(ran.sessions().0 >= 10);
    assert!(durations(&ran).iter().all(|seconds| *seconds >= 0.0));
}

#[test]
fn c31_no_times_and_times_without_a_day() {
    let bare: String =
        leaking().lines().map(|line| line.split_once(": ").unwrap().1.to_owned() + "\n").collect();
    assert_eq!(examine("bare.log", bare).sessions(), (10, 2));
    let midnight = "23:59:58 [   DEBUG] a.b: [DB_SESSION] Creating session #1 - Worker: gw0\n\
                    00:00:01 [   DEBUG] a.b: [DB_SESSION] Session #1 completed successfully in 3.0s\n\
                    00:00:01 [   DEBUG] a.b: [DB_SESSION] Session #1 closed in 0.1s\n";
    let ran = examine("midnight.log", midnight);
    assert_eq!((ran.sessions(), ran.findings().len()), ((1, 0), 0));
    assert!(durations(&ran).iter().all(|seconds| (0.0..100.0).contains(seconds)));
}

#[test]
fn c32_one_time_for_all() {
    let log: String =
        leaking().lines().map(|line| format!("{}{}\n", super::tool::at(1), &line[23..])).collect();
    twin("same.log", &log, &leaking());
    let of = |threads: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("same.log"), log.repeat(200)).unwrap();
        analyze(folder, &["same.log", "--threads", threads]).report.to_string()
    };
    assert_eq!(of("1"), of("4"));
}

#[test]
fn sessions_across_a_step_have_no_negative_duration() {
    let log = record(90_000, "[DB_SESSION] Creating session #1 - Worker: gw0")
        + &record(10, "[DB_SESSION] Session #1 closed in 0.1s");
    assert!(durations(&examine("x.log", log)).iter().all(|seconds| *seconds >= 0.0));
}

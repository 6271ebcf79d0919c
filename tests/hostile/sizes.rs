//! Too long, too many, too deep, out of range.

use serde_json::Value;

use super::tool::{at, examine, examine_with, leaking, record, run, twin};

#[test]
fn c22_lines_without_end() {
    let long = "x".repeat(3 << 20);
    let ran = examine("long.log", format!("{}{long}\n{}", leaking(), run("gw1", 10, 0, 9000)));
    let told = ran.note("long-line");
    assert!(told["sentence"].as_str().unwrap().contains("--max-line"), "{told}");
    assert_eq!(told["first"]["line"], leaking().lines().count() + 1);
    assert_eq!((ran.sessions().0, ran.input()["skipped_bytes"].as_u64()), (20, Some(2 << 20)));

    let ran = examine("one.log", "A".repeat(900_000));
    assert_eq!((ran.code, ran.input()["lines"].as_u64()), (2, Some(1)));
    let ran = examine_with("short.log", leaking(), &["--max-line", "100B"]);
    assert_eq!(ran.note("long-line")["severity"], "loss");
}

#[test]
fn c23_numbers_out_of_range() {
    let pool = |size: &str, out: &str, overflow: &str| {
        record(9000, &format!("[DB_POOL_STATE] Pool size: {size}"))
            + &record(9000, &format!("[DB_POOL_STATE] Checked out: {out}"))
            + &record(9000, &format!("[DB_POOL_STATE] Overflow: {overflow}"))
    };
    let odd = [
        ("99999999999999999999999", "1", "0"),
        ("-1", "1", "0"),
        ("5", "18446744073709551616", "0"),
        ("5", "5", "-5"),
        ("5", "NaN", "inf"),
        ("0x5", "1e3", "5.5"),
        ("", "", ""),
        ("+5", "٣", "--0"),
    ];
    let pools: String = odd.iter().map(|(size, out, overflow)| pool(size, out, overflow)).collect();
    let sessions = record(9100, "[DB_SESSION] Creating session #9223372036854775808 - Worker: gw0")
        + &record(9101, "[DB_SESSION] Creating session #-1 - Worker: gw0")
        + &record(9102, "[DB_SESSION] Session #1 closed in 1e400s")
        + &record(9103, "[TESTCONTAINER_DEBUG] Container started in 1e400s");
    let ran = examine("numbers.log", leaking() + &pools + &sessions);
    assert_eq!(ran.report["timeline"]["pools"].as_array().map_or(0, Vec::len), 0);
    assert!(ran.sessions().0 <= 12, "{:?}", ran.sessions());
}

#[test]
fn c24_json_that_is_deep_or_odd() {
    let deep = format!("{}1{}\n", "{\"a\":".repeat(20_000), "}".repeat(20_000));
    let ran = examine("deep.log", format!("{}{deep}{}", leaking(), run("gw1", 10, 0, 9000)));
    assert!(ran.note("deep-line")["sentence"].as_str().unwrap().contains("--max-json-depth"));
    assert_eq!(ran.sessions().0, 20);
    let odd = "{\"text\":\"a\",\"text\":\"b\",\"n\":1e999}\n{\"text\":\"\\ud800\"}\n\
               {\"text\":\"\\u0000\"}\n{\"a\":1,}\n";
    let ran = examine("odd.log", odd.to_owned() + &leaking());
    assert_eq!(ran.sessions(), (10, 2));
}

#[test]
fn c25_many_workers_tests_and_long_names() {
    let workers: String = (0..5000)
        .map(|i| record(i, &format!("[DB_SESSION] Creating session #1 - Worker: gw{i}")))
        .collect();
    let ran = examine("workers.log", &workers);
    assert_eq!(ran.sessions().0, 5000);
    assert!(std::fs::metadata(ran.folder.path().join("out.html")).unwrap().len() < 20_000_000);
    let ran = examine_with("workers.log", &workers, &["--max-workers", "100"]);
    assert_eq!(ran.note("many-workers")["count"], 4900);
    assert_eq!(ran.sessions().0, 100);

    let name = "n".repeat(100_000);
    let line = format!(
        "FAILED tests/a.py::{name} - sqlalchemy.exc.TimeoutError: QueuePool limit of size 3 overflow 2 reached, connection timed out, timeout 1.00\n"
    );
    let ran = examine("name.log", leaking() + &line);
    assert!(ran.page.len() < 100_000);
    let alike: String = (0..6000)
        .map(|i| {
            record(
                i,
                &format!(
                    "[DB_SESSION] Creating session #{i} - Worker: {}",
                    format!("{i:016b}").repeat(4)
                ),
            )
        })
        .collect();
    assert_eq!(examine("alike.log", alike).sessions().0, 6000);
}

#[test]
fn a_run_in_which_everything_fails() {
    let error = "E   sqlalchemy.exc.TimeoutError: QueuePool limit of size 3 overflow 2 reached, \
                 connection timed out, timeout 1.00";
    let each = |line: fn(usize, &str) -> String| -> String {
        (0..8000).map(|test| line(test, error)).collect()
    };
    let results =
        each(|test, _| format!("[gw{}] [ 50%] FAILED tests/a.py::test_{test} \n", test % 2));
    let blocks = each(|test, error| {
        format!(
            "________ test_{test} ________\n[gw{}] linux -- Python 3.11.7 x\n{error}\n",
            test % 2
        )
    });
    let log = format!(
        "===== test session starts =====\n{results}===== FAILURES =====\n{blocks}\
         ===== 8000 failed in 60.00s =====\n"
    );
    let ran = examine("all.log", log);
    let failed = |finding: &Value| finding["affected_tests"].as_array().map_or(0, Vec::len);
    assert_eq!(ran.findings().iter().map(failed).sum::<usize>(), 8000);
}

#[test]
fn a_server_that_starts_again_and_again() {
    let starts = (0..60_000).map(|start| {
        format!(
            "{0} UTC [77] LOG:  database system is ready to accept connections\n\
             {0} UTC [77] LOG:  received fast shutdown request\n\
             {0} UTC [{1}] FATAL:  terminating connection due to administrator command\n",
            at(start),
            1000 + start,
        )
    });
    let ran = examine("postgresql.log", starts.collect::<String>());
    assert_eq!(ran.findings()[0]["name"], "server-stopped");
}

#[test]
fn c26_storms_of_brackets_and_prefixes() {
    let storm = format!("{}{}\n", "[DB_POOL_STATE]".repeat(200), "[".repeat(2000)).repeat(100);
    let ran = examine("storm.log", leaking() + &storm);
    assert_eq!(ran.sessions(), (10, 2));
}

#[test]
fn c52_bait_for_matchers_that_track_back() {
    let bait = [
        format!("{}!", "a".repeat(30_000)),
        format!("{}x", " ".repeat(60_000)),
        format!("[DB_SESSION] Session #{}x", "1".repeat(30_000)),
        "[".repeat(30_000),
        format!("{}@", "=".repeat(30_000)),
        "://".repeat(10_000),
        format!("{}@", "a:".repeat(15_000)),
        "x=".repeat(20_000),
    ];
    let log: String =
        bait.iter().map(|line| format!("{} [    INFO] a.b: {line}\n", at(1))).collect();
    let ran = examine("bait.log", log.repeat(20) + &leaking());
    assert_eq!(ran.sessions(), (10, 2));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("big.toml"), "#".repeat(17 << 20)).unwrap();
    let path = folder.path().to_str().unwrap();
    let ran = examine_with("x.log", leaking(), &["--signatures", path]);
    assert_eq!(ran.code, 2);
    assert!(ran.errors.contains("--max-signatures"), "{}", ran.errors);
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let ran = examine_with("x.log", leaking(), &["--max-findings", "0"]);
    assert_eq!((ran.findings().len(), ran.note("many-findings")["count"].as_u64()), (0, Some(1)));
    twin("y.log", leaking(), &leaking());
}

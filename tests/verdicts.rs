//! No red run is called healthy, whoever ran it and wherever it says so.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fmt::Write as _;

use support::{logscan, report, temporary};

const GREEN: &str = "\
============================= test session starts ==============================
collected 2 items

tests/test_a.py ..                                                       [100%]

============================== 2 passed in 0.12s ===============================
";

/// Totals of runners and last words of jobs, one for each line.
const RED: &str = "\
Failed!  - Failed:     1, Passed:     2, Skipped:     0, Total:     3, Duration: 12 ms - a.dll (net8.0)
Test Run Failed.
Chrome Headless 120.0.0.0 (Linux x86_64): Executed 3 of 3 (1 FAILED) (0.02 secs / 0.01 secs)
3 specs, 1 failure
There was 1 failure:
Passed: 2 Failed: 1
1 of 3 failed
Ran 3 tests. 1 failed.
3 total, 1 failed
3 tests, 3 assertions, 1 failures
   Shop.Tests  Total: 3, Errors: 0, Failed: 1, Skipped: 0, Time: 0.123s
  Test Count: 3, Passed: 2, Failed: 1, Warnings: 0, Inconclusive: 0, Skipped: 0
  \u{2716}  1 of 3 failed (33%)                     00:12        3        2        1
test cases: 3 | 2 passed | 1 failed
Executed 3 tests, with 1 failure (0 unexpected) in 0.123 (0.125) seconds
FAIL! -- 2 Passed | 1 Failed | 0 Pending | 0 Skipped
00:02 +2 -1: Some tests failed.
** TEST FAILED **
Testing shop.orders: TEST COMPLETE, 2 ok, 1 failed of 3 test cases
//shop:orders_test                                FAILED in 0.3s
Number of tests failed: 1
Failed 1/3 test programs. 1/9 subtests failed.
/bin/sh: line 1:  4242 Segmentation fault      (core dumped) pytest
FAIL Required test coverage of 90% not reached. Total coverage: 71.00%
Process finished with exit code 1
Some tests failed.
Test suite failed!
[12:00:01] Tests failed: 1, passed: 2
/bin/sh: line 1:  4242 Killed                  pytest
Build FAILED.
";

/// What programs print that has nothing to do with how their tests went.
const HARMLESS: &str = "\
3 specs, 0 failures
Executed 3 tests, with 0 failures (0 unexpected) in 0.123 (0.125) seconds
imported 3 rows, 1 failed validation as expected
10:00:00 INFO app.batch: 3 total, 1 failed
attempt 1 of 3 failed, retrying
Process finished with exit code 0
";

fn status(log: &str) -> String {
    let (_kept, path) = temporary("job.log", log.as_bytes());
    report(&[&path])["verdict"]["status"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn whoever_counts_a_failure_the_run_is_not_healthy() {
    assert_eq!(status(GREEN), "healthy");
    for red in RED.lines() {
        assert_eq!(status(&format!("{GREEN}{red}\n")), "unknown", "{red}");
        assert_eq!(status(&format!("{red}\n{GREEN}")), "unknown", "{red}");
        assert_ne!(status(&format!("{red}\n")), "healthy", "{red}");
    }
    for harmless in HARMLESS.lines() {
        assert_eq!(status(&format!("{harmless}\n{GREEN}")), "healthy", "{harmless}");
    }
}

#[test]
fn reports_of_runners_beside_a_green_log_count() {
    let junit = |tests: u32, failures: u32| {
        format!(
            "<?xml version=\"1.0\"?>\n<testsuites>\n<testsuite name=\"a\" errors=\"0\" \
             failures=\"{failures}\" tests=\"{tests}\">\n</testsuite>\n</testsuites>\n"
        )
    };
    for (content, expected) in [(junit(1, 1), "unknown"), (junit(2, 0), "healthy")] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.log"), GREEN).unwrap();
        std::fs::write(folder.path().join("junit.xml"), content).unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(report(&[path])["verdict"]["status"], expected);
    }
}

#[test]
fn a_green_total_is_no_word_on_what_comes_behind_it() {
    for (log, expected) in [
        ("Ran 3 tests in 0.001s\n\nOK\n", "healthy"),
        (
            "4 tests, 0 failures\n** (DBConnection.ConnectionError) connection not available and request was \
             dropped from queue after 2000ms\n",
            "unknown",
        ),
        ("# tests 3\n# pass 3\n# fail 0\n# cancelled 0\n", "healthy"),
        ("# tests 3\n# pass 2\n# fail 0\n# cancelled 1\n", "unknown"),
        (" 3 pass\n 0 fail\n 1 error\nRan 3 tests across 1 file. [10.00ms]\n", "unknown"),
        ("00:01 +3: All tests passed!\n", "healthy"),
    ] {
        assert_eq!(status(log), expected, "{log}");
    }
}

#[test]
fn what_follows_the_last_line_of_a_run_counts() {
    for (behind, expected) in [
        ("running 2 tests\ntest a ... ok\n", "unknown"),
        ("=== RUN   TestC\n", "unknown"),
        ("============ test session starts ============\nb/test_b.py ...\n", "unknown"),
        ("Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 'x'\n", "unknown"),
        ("zsh: killed     pytest\n", "unknown"),
        ("rake aborted!\n", "unknown"),
        ("Exit status: 1\n", "unknown"),
        ("Exit status: 0\n", "healthy"),
        ("Uploading artifacts...\nterminated workers: 0\n", "healthy"),
        ("./ci.sh: line 9: psql: command not found\n", "unknown"),
        ("found 0 vulnerabilities\n", "healthy"),
        ("$ npx vitest run\n", "unknown"),
    ] {
        assert_eq!(status(&format!("{GREEN}{behind}")), expected, "{behind}");
    }
    let before = "Error: the first attempt failed\n";
    assert_eq!(status(&format!("{before}{GREEN}")), "healthy");
    // What a console shows in a file of its own counts; what a program logs while tests run does not.
    let beside = |other: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.log"), GREEN).unwrap();
        std::fs::write(folder.path().join("b.log"), other).unwrap();
        let read = report(&[folder.path().to_str().unwrap()]);
        read["verdict"]["status"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(beside("=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n"), "unknown");
    assert_eq!(beside("PHP Fatal error:  Uncaught Error: Class not found\n"), "unknown");
    assert_eq!(
        beside("2026-03-01 10:00:00,123 [   ERROR] shop.pay: refused as expected\n"),
        "healthy"
    );
}

/// The codes of the errors of a log.
fn errors(log: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, log).unwrap();
    let read = report(&[path.to_str().unwrap()]);
    let findings = read["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    errors.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_container_that_ends_is_what_it_was_to_the_run() {
    let failed = "tests-1 | FAILED t.py::test_a - psycopg2.OperationalError: could not translate host \
                  name \"store\" to address: Name or service not known\n\
                  tests-1 | ======= 1 failed, 2 passed in 2.10s =======\n";
    let green = "tests-1 | ======= 3 passed in 2.10s =======\n";
    // Of a server, while the tests run, of the tests, and of a server that is stopped behind them.
    assert_eq!(errors(&format!("db-1 exited with code 137\n{failed}")), ["W202", "R201"]);
    assert!(
        !errors(&format!("{failed}tests-1 exited with code 1\ndb-1 exited with code 137\n"))
            .contains(&"W202".to_owned())
    );
    assert!(
        errors(&format!("{green}tests-1 exited with code 0\ndb-1 exited with code 137\n"))
            .is_empty()
    );
}

#[test]
fn who_forks_shares_the_connection_that_is_lost() {
    let lost = "DBD::mysql::st execute failed: MySQL server has gone away at t/a.t line 8.\n\
                not ok 2 - rows are there\n1..2\n# Looks like you failed 1 test of 2.\n";
    assert_eq!(errors(&format!("ok 1 - connects\n# parent 512 forks 3 workers\n{lost}")), ["W301"]);
    assert_eq!(errors(&format!("ok 1 - connects\n{lost}")), ["W203"]);
}

#[test]
fn what_this_program_printed_into_the_log_of_its_job_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let counts = |log: &str| {
        std::fs::write(&path, log).unwrap();
        let read = report(&[path.to_str().unwrap()]);
        let findings = read["findings"].as_array().unwrap().clone();
        findings.iter().map(|one| (one["code"].clone(), one["count"].clone())).collect::<Vec<_>>()
    };
    let log = "======= test session starts =======\ncollected 3 items\n\ntests/test_a.py ..F\n\n\
               E   sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, \
               connection timed out, timeout 30.00\n\
               ======= 1 failed, 2 passed in 2.10s =======\n";
    let once = counts(log);
    assert!(!once.is_empty());
    let printed = |format: &str| {
        std::fs::write(&path, log).unwrap();
        let output = logscan(&["analyze", "--format", format, path.to_str().unwrap()]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(counts(&format!("{log}{}", printed("human"))), once);
    // GitHub prints the text of an annotation in place of its command.
    let annotations = printed("github").lines().fold(String::new(), |mut shown, command| {
        let (head, text) = command[2..].split_once("::").unwrap();
        let level = head.split(' ').next().unwrap();
        _ = writeln!(shown, "##[{level}]{}", text.replace("%0A", "\n"));
        shown
    });
    assert_eq!(counts(&format!("{log}{annotations}")), once);
}

#[test]
fn prose_that_quotes_a_runner_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.md");
    let text = "# Notes\n\nWe saw this last night:\n\n==== 1 failed, 2 passed in 0.31s ====\n\nLook at it.\n";
    std::fs::write(&notes, text).unwrap();
    // Nothing in it tells of a test run.
    assert_eq!(logscan(&["analyze", notes.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn a_log_that_begins_or_is_called_like_a_document_is_read() {
    let red = "E   sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, \
               connection timed out, timeout 30.00\n==== 1 failed, 2 passed in 0.31s ====\n";
    for (name, begin) in [
        ("a.log", "{\n  \"name\": \"shop\"\n}\n"),
        ("a.log", "<!doctype html>\n<p>no</p>\n</html>\n"),
        ("a.log", "<?xml version=\"1.0\"?>\n<settings/>\n"),
        ("a.log", "{\"schema\":\"logscan.report/1\"}\n"),
        ("output.md", ""),
        ("build.sh", ""),
        ("test.t", ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("green.log"), GREEN).unwrap();
        std::fs::write(folder.path().join(name), format!("{begin}{red}")).unwrap();
        let read = report(&[folder.path().to_str().unwrap()]);
        assert_eq!(read["verdict"]["status"], "failed", "{name} {begin}");
    }
}

#[test]
fn a_line_that_is_tagged_as_the_databases_is_about_one() {
    for line in [
        "[DB_SESSION] Worker: gw0 Session #1 failed: OperationalError",
        "[DB_SESSION] Worker: gw0 Session #1 created",
        "[DB_POOL] something that nobody knows",
    ] {
        assert_eq!(status(&format!("{line}\n")), "unknown", "{line}");
    }
}

#[test]
fn what_a_test_prints_in_plain_words_is_an_error_if_it_fails() {
    let of = |outcome: &str| {
        format!(
            "=== RUN   TestA\n    a_test.go:3: could not connect to postgres: connection refused\n\
             --- {outcome}: TestA (0.00s)\n{outcome}\n"
        )
    };
    assert_eq!(status(&of("FAIL")), "failed");
    assert_ne!(status(&of("PASS")), "failed");
    let panicked = "panic: could not start postgres: timeout\n\ngoroutine 1 [running]:\n\
                    FAIL\texample.org/shop\t0.204s\n";
    assert_eq!(status(panicked), "failed");
}

#[test]
fn a_pool_that_was_full_is_exhausted_whatever_server_was_never_there() {
    let log = "tests/a.py::test_a FAILED\ntests/a.py::test_b FAILED\n\
        ============ FAILURES ============\n____________ test_a ____________\n\
        E   sqlalchemy.exc.TimeoutError: QueuePool limit of size 3 overflow 2 reached, connection timed out, timeout 1.00\n\
        ____________ test_b ____________\n\
        E   psycopg2.OperationalError: connection to server at \"127.0.0.1\", port 55432 failed: Connection refused\n\
        ======= 2 failed in 7.16s =======\n";
    let (_kept, path) = temporary("job.log", log.as_bytes());
    let read = report(&[&path]);
    let findings = read["findings"].as_array().unwrap();
    let exhausted = findings.iter().find(|finding| finding["code"] == "P101").unwrap();
    assert_eq!(exhausted["affected_tests"], serde_json::json!(["tests/a.py::test_a"]));
}

#[test]
fn a_pool_state_that_may_be_another_workers_names_none() {
    let engine = |worker: &str| {
        format!(
            "[DB_ENGINE_CREATE] Worker: {worker}, PID: 100, Thread: 1\n\
             [DB_ENGINE_CREATE] Using parallel test pool settings: size=5, overflow=5, reset_on_return=commit\n\
             [DB_ENGINE_CREATE] Engine #1 created successfully in 0.001s\n"
        )
    };
    let closed = |number: u32, worker: &str| {
        format!(
            "[DB_SESSION] Session #{number} created in 0.000s\n\
             [DB_SESSION] Closing session #{number} - Worker: {worker}\n\
             [DB_SESSION] Session #{number} closed in 0.000s\n"
        )
    };
    let states = "[DB_SESSION] Creating session #7 - Worker: gw3\n\
        [DB_SESSION] Creating session #6 - Worker: gw5\n\
        [DB_POOL_STATE] Before session #7 - Worker: gw3\n\
        [DB_POOL_STATE] Before session #6 - Worker: gw5\n\
        [DB_POOL_STATE] Pool size: 5\n[DB_POOL_STATE] Checked out: 2\n\
        [DB_POOL_STATE] Checked in: 3\n[DB_POOL_STATE] Overflow: 0\n\
        [DB_POOL_STATE] Pool size: 5\n[DB_POOL_STATE] Checked out: 10\n\
        [DB_POOL_STATE] Checked in: 0\n[DB_POOL_STATE] Overflow: 5\n";
    let log = [engine("gw3"), engine("gw5"), states.into(), closed(6, "gw5"), closed(7, "gw3")];
    let head = |line: &str| format!("2026-03-01 10:00:00.000 | INFO     | db:f:1 - {line}\n");
    let log: String = log.concat().lines().map(head).collect();
    let log = log
        + "[gw3] PASSED tests/gw3.py::t\n[gw5] PASSED tests/gw5.py::t\n==== 2 passed in 3.00s ====\n";
    let (_kept, path) = temporary("debug.log", log.as_bytes());
    let read = report(&[&path]);
    let findings = read["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["code"] != "P102"), "{findings:?}");
}

#[test]
fn what_a_test_met_before_it_passed_is_a_warning() {
    let log = "    Starting 2 tests across 1 binary\n\
        \u{20} TRY 1 FAIL [   0.530s] (─────) shop::it orders::saves\n\
        \u{20} stderr ───\n\
        \u{20}   called `Result::unwrap()` on an `Err` value: relation \"orders\" already exists, code: SqlState(E42P07)\n\n\
        \u{20} TRY 2 PASS [   0.124s] ( 1/2) shop::it orders::saves\n\
        \u{20}       PASS [   0.240s] ( 2/2) shop::it orders::reads\n\
        ────────────\n\
        \u{20}    Summary [   0.704s] 2 tests run: 2 passed (1 flaky), 0 skipped\n";
    let (_kept, path) = temporary("job.log", log.as_bytes());
    let read = report(&[&path]);
    assert_eq!(read["verdict"]["status"], "warning");
    assert_eq!(read["stats"]["tests_failed"], 0);
    let tests = read["timeline"]["tests"].as_array().unwrap();
    let retried: Vec<_> = tests.iter().filter(|test| test["retried"] == true).collect();
    assert_eq!((tests.len(), retried.len()), (2, 1));
    assert_eq!(retried[0]["outcome"], "passed");
}

/// Lines behind a green run by which nobody knows that the job passed.
#[test]
fn what_goes_wrong_behind_a_green_run_is_no_health() {
    for line in [
        "make: *** No rule to make target 'integration'.  Stop.",
        "users/rename.go:14:2: fmt.Printf format %d has arg name of wrong type string",
        "thread 'main' panicked at src/bin/export.rs:31:9:",
        "docker: Error response from daemon: pull access denied for acme/shop",
        "Found 2 errors.",
        "2026-03-01 10:00:00 ERROR 404: Not Found.",
        "✖   found 2 problems, 0 warnings",
        "advisories ok, bans FAILED, licenses ok, sources ok",
    ] {
        assert_eq!(status(&format!("{GREEN}{line}\n")), "unknown", "{line}");
    }
    assert_eq!(status(&format!("{GREEN}Success: no issues found in 12 source files\n")), "healthy");
}

/// A connection that did not work, for a reason that nobody knows.
#[test]
fn a_session_that_failed_of_something_unknown_is_no_health() {
    let line = |rest: &str| format!("2026-03-01 10:00:03 - db - DEBUG - [DB_SESSION] {rest}\n");
    let created = line("Creating session #1 - Worker: gw0") + &line("Session #1 created in 0.000s");
    let closed = line("Session #1 closed in 0.001s");
    let tested = |how: &str| line(&format!("Session #1 connection test {how}"));
    let run = |how| status(&format!("{created}{}{closed}", tested(how)));
    assert_eq!(run("failed in 0.002s: boom"), "unknown");
    assert_eq!(run("passed in 0.002s"), "healthy");
}

#[test]
fn a_server_that_cannot_start_is_told_beside_a_green_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tests.log"), GREEN).unwrap();
    let died =
        "2026-03-01 10:00:00.123 UTC [1] FATAL:  database files are incompatible with server\n";
    std::fs::write(folder.path().join("server.log"), died).unwrap();
    let read = report(&[folder.path().to_str().unwrap()]);
    assert_eq!(read["verdict"]["status"], "warning");
    assert_eq!(read["findings"][0]["code"], "R201");
}

#[test]
fn tests_beyond_the_most_are_counted_and_told() {
    let lines: String =
        (0..5).map(|test| format!("tests/test_a.py::test_{test} FAILED\n")).collect();
    let (_kept, path) = temporary("job.log", lines.as_bytes());
    let read = report(&[&path, "--max-tests", "2"]);
    assert_eq!(read["stats"]["tests_failed"], 5);
    assert_eq!(read["timeline"]["tests"].as_array().unwrap().len(), 2);
    let sentence = read["notes"][0]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("3 lines are of tests beyond"), "{sentence}");
}

#[test]
fn a_record_of_the_level_of_an_error_is_no_health() {
    let log = |level: &str, message: &str| {
        format!(
            "2026-03-02 10:00:00.000 | DEBUG    | src.core.database:get_async_session:211 - \
             [DB_SESSION] Creating session #1 - Worker: gw0\n\
             2026-03-02 10:00:00.010 | DEBUG    | src.core.database:get_async_session:232 - \
             [DB_SESSION] Session #1 created in 0.000s\n\
             2026-03-02 10:00:00.020 | DEBUG    | src.core.database:get_async_session:293 - \
             [DB_SESSION] Session #1 closed in 0.000s\n\
             2026-03-02 10:00:00.030 | {level:8} | src.web:serve:12 - {message}\n"
        )
    };
    let ended = "the template is rendered";
    assert_eq!(status(&log("INFO", ended)), "healthy");
    for message in [ended, "template engine exploded", "[DB_SESSION] Session #1 exploded"] {
        assert_eq!(status(&log("ERROR", message)), "unknown", "{message}");
    }
}

#[test]
fn a_failed_connection_hides_no_leak_before_it() {
    let head = |second: u32| {
        format!("2026-11-28 01:22:0{second}.000 | INFO     | src.core.database:f:1 - [DB_SESSION]")
    };
    let mut log = String::new();
    for number in 1..4 {
        let head = head(number);
        _ = writeln!(log, "{head} Creating session #{number} - Worker: gw0");
        _ = writeln!(log, "{head} Session #{number} created in 0.000s");
        if number == 1 {
            _ = writeln!(log, "{head} Closing session #1 - Worker: gw0");
            _ = writeln!(log, "{head} Session #1 closed in 0.001s");
        }
        _ = writeln!(log, "[gw0] PASSED tests/a.py::t{number}");
    }
    let head = head(4);
    _ = writeln!(log, "{head} Creating session #4 - Worker: gw0");
    _ = writeln!(
        log,
        "{head} Session #4 connection test failed in 1.002s: QueuePool limit of size 2 overflow 0 \
         reached, connection timed out, timeout 1.00"
    );
    log.push_str("[gw0] PASSED tests/a.py::t4\n==== 4 passed in 7.0s ====\n");
    assert_eq!(status(&log), "warning");
}

/// What a log is read as.
fn read(log: &str) -> serde_json::Value {
    let (_kept, path) = temporary("a.log", log.as_bytes());
    report(&[&path])
}

#[test]
fn sessions_are_not_called_open_where_no_close_is_logged() {
    let mut log = String::new();
    for number in 1..20 {
        let head =
            format!("2026-11-28 01:22:{number:02}.000 | INFO     | src.db:f:1 - [DB_SESSION]");
        _ = writeln!(log, "{head} Creating session #{number} - Worker: gw0");
        _ = writeln!(log, "{head} Session #{number} created in 0.000s");
        _ = writeln!(log, "[gw0] PASSED tests/a.py::t{number}");
    }
    log.push_str("==== 19 passed in 7.0s ====\n");
    let finding = &read(&log)["findings"][0];
    assert_eq!(finding["code"], "L101");
    assert!(finding["title"].as_str().unwrap().contains("not seen to close"), "{finding}");
    assert_eq!(finding["confidence"], "likely");
}

#[test]
fn a_runner_that_gives_up_is_quoted_with_its_reason() {
    let conftest = |error: &str| {
        read(&format!(
            "ImportError while loading conftest '/app/tests/conftest.py'.\ntests/conftest.py:3: in \
             <module>\n    raise RuntimeError(f\"no {{url}}\")\nE   {error}\n"
        ))
    };
    let gave_up = conftest("RuntimeError: no database at db:5432");
    assert_eq!(gave_up["findings"][0]["code"], "R202");
    assert_eq!(gave_up["findings"][0]["evidence"][0]["line"], 4);
    let of_code = conftest("ModuleNotFoundError: No module named 'freezegun'");
    assert_eq!(of_code["findings"].as_array().unwrap().len(), 0);
    let headline = of_code["verdict"]["headline"].as_str().unwrap();
    assert!(headline.ends_with("ModuleNotFoundError: No module named 'freezegun'"), "{headline}");
}

#[test]
fn an_error_that_a_program_logs_and_a_test_meets_is_one() {
    let log = "\
2026-03-01 10:00:31.300 ERROR 4711 --- [           main] o.h.engine.jdbc.spi.SqlExceptionHelper   : HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=2)
[ERROR] Tests run: 3, Failures: 0, Errors: 1, Skipped: 0, Time elapsed: 31.2 s <<< FAILURE! -- in org.shop.OrderTest
[ERROR] org.shop.OrderTest.saves -- Time elapsed: 30.01 s <<< ERROR!
java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=2)
\tat org.shop.OrderTest.saves(OrderTest.java:44)
";
    let found = read(log);
    let found = found["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["numbers"]["timeouts"], 1.0);
}

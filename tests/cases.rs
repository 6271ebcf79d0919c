//! The whole program, as a user runs it: exit status, streams, hints, and the same
//! answer whatever the way in.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{logscan, report, root, temporary, text};

/// Code and severity of the findings, in their order.
fn findings(report: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let all = report["findings"].as_array().unwrap();
    all.iter().map(|finding| (word(&finding["code"]), word(&finding["severity"]))).collect()
}

fn loud(report: &Value) -> Vec<String> {
    let loud = findings(report).into_iter().filter(|(_, severity)| severity != "info");
    let mut codes: Vec<String> = loud.map(|(code, _)| code).collect();
    codes.sort();
    codes.dedup();
    codes
}

#[test]
fn every_sample_is_understood_for_what_it_is() {
    for (sample, codes, exit) in [
        ("healthy", vec![], 0),
        ("late-server", vec![], 0),
        ("damaged-log", vec![], 0),
        ("session-leak", vec!["L101"], 0),
        ("fixture-leak", vec!["L101"], 0),
        ("leak-exhaustion", vec!["L101", "P101"], 1),
        ("pool-exhaustion", vec!["P101"], 1),
        ("coloured-loguru", vec!["P101"], 1),
        ("captured-utf16", vec!["P101"], 1),
        ("server-out-of-slots", vec!["P201"], 1),
        ("startup-race", vec!["R101"], 1),
        ("worker-collision", vec!["W101"], 1),
        ("config-drift", vec!["C101"], 1),
        ("inherited-failures", vec!["R201", "X101"], 1),
        ("open-transaction", vec!["K102", "L101", "L104"], 1),
        ("worker-crash", vec!["W201"], 1),
        ("echo-pool-leak", vec!["L103"], 0),
        ("connection-counts", vec!["L105"], 0),
        ("hikari-leak", vec!["L103", "P101"], 1),
        ("pgbouncer-wait", vec!["P103"], 1),
        ("knex-leak", vec!["L103", "P101"], 1),
        ("ecto-pool", vec!["L106", "P101"], 1),
    ] {
        let path = format!("samples/{sample}");
        assert_eq!(loud(&report(&[&path])), codes, "{sample}");
        assert_eq!(logscan(&["analyze", &path]).status.code(), Some(exit), "{sample}");
    }
}

#[test]
fn the_same_finding_on_several_workers_is_one() {
    for sample in ["pool-exhaustion", "coloured-loguru"] {
        let report = report(&[&format!("samples/{sample}")]);
        let pools = report["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "P101");
        let pools: Vec<&Value> = pools.collect();
        assert_eq!(pools.len(), 1, "{sample}");
        assert!(pools[0]["workers"].as_array().unwrap().len() > 1, "{sample}");
        // It began where it began first.
        let places = pools[0]["evidence"].as_array().unwrap().iter();
        let lines: Vec<u64> = places
            .filter(|e| e["role"] == "primary")
            .map(|e| e["line"].as_u64().unwrap())
            .collect();
        assert!(lines.is_sorted(), "{sample}: {lines:?}");
    }
}

#[test]
fn the_first_five_lines_carry_the_answer() {
    let output = text(&logscan(&["analyze", "samples/leak-exhaustion"]).stdout);
    let head: Vec<&str> = output.lines().take(5).collect();
    let head = head.join("\n");
    for word in ["L101", "session-never-closed", "gw0", "test_background.py", "test_debug.log:"] {
        assert!(head.contains(word), "{word} is not in:\n{head}");
    }
}

#[test]
fn a_leak_heads_the_verdict_and_its_followers_are_folded_under_it() {
    let report = report(&["samples/leak-exhaustion"]);
    let roots = report["verdict"]["root_causes"].as_array().unwrap();
    let find = |code: &str| {
        let all = report["findings"].as_array().unwrap();
        all.iter().find(|finding| finding["code"] == code).unwrap().clone()
    };
    let (leak, exhausted) = (find("L101"), find("P101"));
    assert_eq!(roots[0], leak["id"]);
    assert_eq!(exhausted["caused_by"][0], leak["id"]);
    assert_eq!(exhausted["affected_tests"].as_array().unwrap().len(), 2);
    assert_eq!(find("R101")["severity"], "info");
}

#[test]
fn lines_add_up_in_every_sample() {
    for folder in std::fs::read_dir(root().join("samples")).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for input in report(&[folder.to_str().unwrap()])["inputs"].as_array().unwrap() {
            let count = |name: &str| input[name].as_u64().unwrap();
            let parts = ["lines_understood", "lines_ignored", "lines_unknown", "lines_damaged"];
            assert_eq!(parts.iter().map(|part| count(part)).sum::<u64>(), count("lines"));
        }
    }
}

#[test]
fn threads_change_no_byte() {
    let once = |threads: &str| {
        logscan(&["analyze", "--format", "json", "--threads", threads, "samples/pool-exhaustion"])
            .stdout
    };
    assert_eq!(once("1"), once("4"));
}

#[test]
fn the_order_of_the_files_changes_no_finding() {
    let one = report(&[
        "samples/leak-exhaustion/test_debug.log",
        "samples/leak-exhaustion/pytest_stdout.log",
    ]);
    let other = report(&[
        "samples/leak-exhaustion/pytest_stdout.log",
        "samples/leak-exhaustion/test_debug.log",
    ]);
    assert_eq!(findings(&one), findings(&other));
    let names = |report: &Value| report["findings"][0]["tests"].clone();
    assert_eq!(names(&one), names(&other));
}

#[test]
fn file_pipe_and_gzip_give_the_same_findings() {
    let path = root().join("samples/pool-exhaustion/pytest_stdout.log");
    let content = std::fs::read(&path).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&content).unwrap();
    let (_kept, packed) = temporary("log.bin", &encoder.finish().unwrap());
    let plain = report(&[path.to_str().unwrap()]);
    let unpacked = report(&[&packed]);
    assert_eq!(unpacked["inputs"][0]["compression"], "gzip");
    assert_eq!(plain["findings"], unpacked["findings"]);
    assert_eq!(plain["findings"], piped(&content)["findings"]);
}

fn piped(content: &[u8]) -> Value {
    let mut child = Command::new(env!("CARGO_BIN_EXE_logscan"))
        .args(["analyze", "--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_logscan"))
        .args(["analyze", "--format", "json", "samples/worker-collision"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn what_cannot_be_done_is_said_and_is_status_2() {
    let (_a, empty) = temporary("empty.log", b"");
    let (_b, binary) = temporary("picture.log", b"\x89PNG\r\n\x1a\n0000");
    let (_c, strange) = temporary("strange.log", b"the kettle is on\nthe kettle is off\n");
    for (args, word) in [
        (vec!["analyze", "no/such/file.log"], "no/such/file.log"),
        (vec!["analyze", &empty], "empty"),
        (vec!["analyze", &binary], "not a text log"),
        (vec!["analyze", &strange], "the kettle is"),
        (vec!["analyze"], "PATH"),
        (vec!["explain", "Z999"], "Z999"),
    ] {
        let output = logscan(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains(word), "{args:?}: {}", text(&output.stderr));
    }
}

#[test]
fn outputs_are_written_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let tables = path("tables/");
    std::fs::create_dir(&tables).unwrap();
    let (html, json, csv) = (path("r.html"), path("r.json"), path("findings.csv"));
    let wanted =
        ["analyze", "samples/leak-exhaustion", "-o", &html, "-o", &json, "-o", &csv, "-o", &tables];
    assert_eq!(logscan(&wanted).status.code(), Some(1));
    assert!(std::fs::read_to_string(&html).unwrap().contains("<svg"));
    let written: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(written["schema"], "logscan.report/1");
    assert!(std::fs::read_to_string(&csv).unwrap().contains("L101"));
    for table in ["findings", "sessions", "pools", "tests", "workers"] {
        assert!(Path::new(&tables).join(format!("{table}.csv")).exists(), "{table}");
    }
}

#[test]
fn a_log_is_never_overwritten_by_its_report() {
    let (_kept, path) = temporary("log.txt", b"[DB_POOL_STATE] Pool size: 5\n");
    let output = logscan(&["analyze", &path, "-o", &path]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(std::fs::read(&path).unwrap(), b"[DB_POOL_STATE] Pool size: 5\n");
}

#[test]
fn no_log_that_is_left_out_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["a.log", "b.log"] {
        std::fs::write(path(name), "[DB_POOL_STATE] Pool size: 5\n").unwrap();
    }
    let to = format!("json:{}", path("b.log"));
    let output = logscan(&["analyze", &path(""), "--exclude", "b.log", "-o", &to]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(std::fs::read(path("b.log")).unwrap(), b"[DB_POOL_STATE] Pool size: 5\n");
}

#[test]
fn neither_signatures_nor_what_a_shell_gives_are_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    std::fs::write(&log, "[DB_POOL_STATE] Pool size: 5\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_logscan"));
    command.args(["analyze", "-", "-o"]).arg(format!("json:{}", log.display()));
    let output = command.stdin(std::fs::File::open(&log).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(std::fs::read(&log).unwrap(), b"[DB_POOL_STATE] Pool size: 5\n");
    let own = folder.path().join("own.toml");
    let signature = "[[signature]]\nid = \"x\"\nkind = \"detail\"\npattern = 'kiln x'\nsource = 'y'\n\
                     samples = ['kiln x']\nrejects = ['y']\n";
    std::fs::write(&own, signature).unwrap();
    let (path, own) = (log.to_str().unwrap(), own.to_str().unwrap());
    let folder = folder.path().to_str().unwrap();
    let to = format!("json:{own}");
    let output = logscan(&["analyze", path, "--signatures", folder, "-o", &to]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(own).unwrap(), signature);
}

#[test]
fn what_was_not_done_is_not_called_healthy() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(root().join("samples/healthy/test_debug.log")).unwrap();
    std::fs::write(folder.path().join("good.log"), good).unwrap();
    std::fs::write(folder.path().join("broken.gz"), b"\x1f\x8bnot gzip").unwrap();
    let path = folder.path().to_str().unwrap();
    let report = report(&[path]);
    assert_eq!(report["verdict"]["status"], "unknown");
    assert_eq!(report["notes"][0]["kind"], "unreadable");
    assert_eq!(logscan(&["analyze", "--select", "X999", path]).status.code(), Some(2));
    let archive = format!("{path}/broken.zip");
    std::fs::write(&archive, b"PK\x03\x04 cut").unwrap();
    assert_eq!(logscan(&["analyze", path, &archive]).status.code(), Some(0));
    std::fs::remove_file(&archive).unwrap();
    let missing = format!("{path}/missing.log");
    assert_eq!(logscan(&["analyze", path, &missing]).status.code(), Some(2));
    assert_eq!(logscan(&["analyze", LEAK, &missing]).status.code(), Some(1));
    // What was found in the others is told, if not as certain.
    let empty = format!("{path}/empty.log");
    std::fs::write(&empty, "").unwrap();
    let found = self::report(&["samples/session-leak/test_debug.log", &empty]);
    assert_eq!(found["findings"][0]["code"], "L101");
    assert_eq!(found["findings"][0]["confidence"], "likely");
    assert_eq!(found["verdict"]["status"], "warning");
    let ticket = format!("{path}/ticket.zip");
    assert_eq!(logscan(&["bundle", &missing, "-o", &ticket]).status.code(), Some(2));
    assert!(!Path::new(&ticket).exists());
}

const LEAK: &str = "samples/leak-exhaustion";

#[test]
fn filters_hide_and_never_judge() {
    let whole = report(&[LEAK]);
    for (options, hidden) in [
        (&["--ignore", "L,P"][..], 2),
        (&["--worker", "gw1"], 2),
        (&["--select", "service-not-ready"], 2),
        (&["--test", "test_schedule_job"], 1),
        (&["--until", "20:34:19"], 2),
        (&["--since", "-1m"], 0),
        (&["--run", "1"], 1),
    ] {
        let mut all = vec!["analyze", "--format", "json", LEAK];
        all.extend(options);
        let output = logscan(&all);
        assert_eq!(output.status.code(), Some(1), "{options:?}");
        let filtered: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(filtered["verdict"], whole["verdict"], "{options:?}");
        assert_eq!(filtered["stats"], whole["stats"], "{options:?}");
        let left_out = filtered["filter"]["hidden"].as_array().unwrap().len();
        assert_eq!(left_out, hidden, "{options:?}: {:#}", filtered["findings"]);
        assert_eq!(filtered["findings"].as_array().unwrap().len() + left_out, 3, "{options:?}");
        for format in ["human", "github", "junit", "markdown"] {
            all[2] = format;
            let page = text(&logscan(&all).stdout);
            assert!(page.contains(&format!("hidden by {}", options[0])), "{format}: {page}");
        }
        for format in ["csv", "sarif", "gitlab"] {
            all[2] = format;
            let said = text(&logscan(&all).stderr);
            assert!(said.contains(&format!("hidden by {}", options[0])), "{format}: {said}");
        }
    }
}

#[test]
fn what_the_logs_do_not_have_is_no_filter() {
    for (options, hint) in [
        (["--worker", "gw9"], "gw0"),
        (["--test", "test_shedule_job"], "test_schedule_job"),
        (["--select", "pool-exausted"], "pool-exhausted"),
        (["--ignore", "Q"], "rules"),
        (["--run", "2"], "there is 1"),
        (["--since", "yesterday"], "-10m"),
        (["--until", "2026-11-20"], "10:00:00"),
    ] {
        let output = logscan(&[
            "analyze",
            "samples/leak-exhaustion/test_debug.log",
            "samples/leak-exhaustion/pytest_stdout.log",
            options[0],
            options[1],
        ]);
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(text(&output.stderr).contains(hint), "{options:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_is_no_log_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let log = std::fs::read(root().join(LEAK).join("test_debug.log")).unwrap();
    std::fs::write(folder.path().join("a.log"), log).unwrap();
    let alone = report(&[path]);
    let write = |name: &str| format!("{path}/{name}");
    let names = ["r.json", "r.html", "r.md", "r.xml", "r.csv", "r.sarif", "r.txt", "r.jsonl"];
    let mut all = vec!["analyze".to_owned(), path.to_owned(), "-o".to_owned(), write("tables/")];
    all.extend(names.iter().flat_map(|name| ["-o".to_owned(), write(name)]));
    all.extend(
        ["github", "gitlab", "chrome"]
            .map(|f| ["-o".to_owned(), format!("{f}:{}", write(f))])
            .concat(),
    );
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    // The second time the reports lie there already, and are written anew.
    for _ in 0..2 {
        assert_eq!(logscan(&all).status.code(), Some(1));
    }
    std::fs::write(
        folder.path().join("README.md"),
        "# A\n\n[DB_SESSION] Creating session #1 - Worker: gw0\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("truth.json"), "{\n  \"a\": \"connection refused\"\n}\n")
        .unwrap();
    std::fs::write(folder.path().join("test_a.py"), "raise RuntimeError('QueuePool limit')\n")
        .unwrap();
    let again = report(&[path]);
    assert_eq!(again["findings"], alone["findings"]);
    let note = again["notes"].as_array().unwrap().iter().find(|note| note["kind"] == "no-logs");
    assert_eq!(note.unwrap()["count"], 19);
}

#[test]
fn a_log_that_only_names_databases_tells_nothing() {
    let line = "2026-03-01 10:00:00 status installed postgresql-15:amd64 15.6-0+deb12u1\n";
    let (_kept, path) = temporary("dpkg.log", line.repeat(3).as_bytes());
    let output = logscan(&["analyze", &path]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("nothing in these logs is about a test run"));
}

#[test]
fn a_test_report_on_a_single_line_is_not_judged() {
    let case =
        "<testcase classname=\"a\" name=\"b\"><error message=\"Connection refused\"/></testcase>";
    let report = format!("<?xml version=\"1.0\"?>\n<testsuite name=\"a\">{case}</testsuite>\n");
    let (_kept, path) = temporary("junit.xml", report.as_bytes());
    let output = logscan(&["analyze", &path]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("xmllint --format"), "{}", text(&output.stderr));
}

#[test]
fn a_document_is_read_only_if_it_is_said_to_be_a_log() {
    let lines = "# A ticket\n\n[DB_SESSION] Creating session #1 - Worker: gw0\n";
    let (_kept, path) = temporary("ticket.md", lines.as_bytes());
    assert_eq!(logscan(&["analyze", &path]).status.code(), Some(2));
    let read = report(&["--input-format", "plain", &path]);
    assert_eq!(read["stats"]["sessions"], 1);
    let (_other, log) = temporary("green.log", b"===== 2 passed in 0.10s =====\n");
    let beside = report(&[&log, &path]);
    assert_eq!(
        (&beside["stats"]["sessions"], &beside["verdict"]["status"]),
        (&json!(0), &json!("unknown"))
    );
    let own = logscan(&["analyze", "reports/leak-exhaustion.json"]);
    assert_eq!(own.status.code(), Some(2));
    assert!(text(&own.stderr).contains("a report of logscan"));
}

#[test]
fn counts_that_two_workers_wait_for_go_to_the_pool_that_they_follow_on() {
    let before = |worker: &str, session: u32| {
        format!("[DB_POOL_STATE] Before session #{session} - Worker: {worker}\n")
    };
    let counts = |out: i64| {
        let (idle, overflow) = (0.max(5 - out), out - 5);
        format!(
            "[DB_POOL_STATE] Pool size: 5\n[DB_POOL_STATE] Checked out: {out}\n\
             [DB_POOL_STATE] Checked in: {idle}\n[DB_POOL_STATE] Overflow: {}\n\
             [DB_POOL_STATE] Invalid: N/A\n",
            overflow + idle
        )
    };
    let (gw0, gw4) = (|session| before("gw0", session), |session| before("gw4", session));
    let parts = [gw0(1), counts(1), gw4(8), counts(9), gw4(9), gw0(2), counts(10), counts(2)];
    let (_kept, path) = temporary("mixed.log", parts.concat().as_bytes());
    let read = report(&[&path]);
    let pools = read["timeline"]["pools"].as_array().unwrap().iter();
    let peaks: Vec<_> = pools.map(|pool| (&pool["worker"], &pool["peak_checked_out"])).collect();
    assert_eq!(peaks, [(&json!("gw0"), &json!(2)), (&json!("gw4"), &json!(10))]);
}

#[test]
fn a_program_that_says_where_it_connects_is_held_to_what_was_configured() {
    let first = |lines: &str| {
        let log =
            format!("{lines}  1) saves the order\n     Error: wrong\n\n1 passing\n1 failing\n");
        let (_kept, path) = temporary("mocha.log", log.as_bytes());
        let read = report(&[&path]);
        read["findings"][0]["title"].as_str().unwrap_or_default().to_owned()
    };
    let set = "DATABASE_URL=postgres://ci@localhost:5433/shop_test\n";
    let used = |address: &str| format!("{set}connected to {address}\n");
    assert_eq!(
        first(&used("postgres://me@localhost:5432/shop_dev")),
        "Connections go to localhost:5432/shop_dev, but localhost:5433/shop_test is configured"
    );
    assert_eq!(first(&used("postgres://ci@localhost:5433/shop_test")), "");
    // Another kind of server, another name of the machine, the database that a runner makes.
    assert_eq!(first(&used("mongodb://localhost:27017/shop")), "");
    assert_eq!(first(&used("postgres://ci@db:5432/shop_test")), "");
    assert_eq!(first(&used("postgres://ci@localhost:5433/test_shop_test")), "");
    let refused = "Access denied for user 'forge'@'localhost' (using password: NO)\n";
    assert_eq!(first(refused), "The program logs in as forge, the default user of Laravel");
}

#[test]
fn a_pool_that_is_smaller_than_the_crowd_of_tests_is_said_to_be() {
    let log = b"Running ExUnit with seed: 5470, max_cases: 8\n\n  1) test lists users (App.UsersTest)\n     \
        ** (DBConnection.ConnectionError) connection not available and request was dropped from \
        queue after 2000ms. This means requests are coming in\n\n4 tests, 1 failure\n";
    let (folder, log) = temporary("exunit.log", log);
    let crowd = |size: u32| {
        let config = folder.path().join("logscan.toml");
        std::fs::write(&config, format!("[pools]\nsize = {size}\n")).unwrap();
        let report = report(&[&log, "--config", config.to_str().unwrap()]);
        report["findings"][0]["numbers"]["tests_at_once"].as_f64()
    };
    assert_eq!((crowd(4), crowd(8)), (Some(8.0), None));
}

#[test]
fn no_output_shows_a_password() {
    let beyond_the_cut = "x".repeat(380);
    let line = format!(
        "[DB_SESSION] Session #1 connection test failed in 1.0s: {beyond_the_cut} \
         postgresql://user:geheimnis@host/db sorry, too many clients already\n"
    );
    let (_kept, path) = temporary("secret.log", line.repeat(3).as_bytes());
    for format in ["human", "json", "markdown", "html", "csv"] {
        let output = logscan(&["analyze", "--verbose", "--format", format, &path]);
        assert!(!text(&output.stdout).contains("geheim"), "{format}");
        assert!(!text(&output.stderr).contains("geheim"), "{format}");
    }
}

#[test]
fn every_rule_explains_itself() {
    let rules = text(&logscan(&["rules"]).stdout);
    for line in rules.lines().filter(|line| !line.trim().is_empty()) {
        let code = line.split_whitespace().next().unwrap();
        let page = logscan(&["explain", code]);
        assert_eq!(page.status.code(), Some(0), "{code}");
        assert!(text(&page.stdout).contains("What to do"), "{code}");
    }
}

#[test]
fn the_choice_of_a_format_is_explained() {
    let why = text(&logscan(&["formats", "--why", "samples/damaged-log/test_debug.log"]).stdout);
    assert!(why.contains("pytest-log-file"), "{why}");
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block =
        readme.split("```console\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (command, shown) = block.split_once('\n').unwrap();
    let args: Vec<&str> = command.strip_prefix("$ logscan ").unwrap().split(' ').collect();
    let printed = text(&logscan(&args).stdout);
    assert!(printed.starts_with(shown), "README shows:\n{shown}\nprinted:\n{printed}");
}

//! Lines that are torn, lost, repeated, forged or quoted.

use super::tool::{at, examine, leaking, record, run, twin};

/// A source of numbers that is the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) % sides) as usize
    }
}

#[test]
fn c33_lines_torn_by_two_writers() {
    let (first, second) = (run("gw0", 60, 0, 0), run("gw1", 60, 0, 20));
    let (mut dice, mut log, mut a, mut b) =
        (Dice(1), Vec::new(), first.as_bytes(), second.as_bytes());
    while !a.is_empty() || !b.is_empty() {
        for rest in [&mut a, &mut b] {
            let (piece, behind) = rest.split_at(rest.len().min(1 + dice.roll(160)));
            log.extend_from_slice(piece);
            *rest = behind;
        }
    }
    let ran = examine("torn.log", log);
    assert!(ran.notes().iter().any(|note| note["severity"] == "loss"), "{:?}", ran.told());
    assert!(ran.findings().iter().all(|finding| finding["confidence"] != "certain"));
}

#[test]
fn c34_writers_that_overwrite_each_other() {
    let (mut log, other) =
        (run("gw0", 200, 0, 0).into_bytes(), run("gw1", 120, 0, 20).into_bytes());
    let mut dice = Dice(2);
    for (place, block) in other.chunks(700).enumerate() {
        if dice.roll(10) < 6 {
            log[place * 700..place * 700 + block.len()].copy_from_slice(block);
        }
    }
    let ran = examine("clobbered.log", log);
    assert!(
        ran.told().contains("torn-line") || ran.told().contains("session-gap"),
        "{:?}",
        ran.told()
    );
    assert_eq!(ran.notes()[0]["severity"], "loss");
    assert!(
        ran.page.contains("log_file_mode") || ran.told().contains("session-gap"),
        "{}",
        ran.page
    );
}

#[test]
fn c35_a_log_without_its_end_or_beginning() {
    let log = run("gw0", 20, 0, 0);
    let cut = examine("tail.log", &log[..log.len() - 150]);
    assert_eq!(cut.findings().len(), 0, "{:?}", cut.says());
    let ran = examine("head.log", &log[333..]);
    assert!(ran.findings().iter().all(|finding| finding["class"] != "leak"), "{:?}", ran.says());
}

#[test]
fn what_is_missing_may_be_the_connection_that_worked() {
    let refused: String = (1..6)
        .map(|attempt| {
            record(attempt, &format!("[TESTCONTAINER_DEBUG] Connection attempt #{attempt} failed: ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)"))
        })
        .collect();
    let confidence = |log: &str| {
        let ran = examine("refused.log", log);
        let never = ran.findings().iter().find(|finding| finding["code"] == "R102").unwrap();
        never["confidence"].as_str().unwrap().to_owned()
    };
    let ended = "=========== 1 failed in 5.00s ===========\n";
    assert_eq!(confidence(&format!("{refused}{ended}")), "certain");
    assert_eq!(confidence(&format!("{refused}\u{0}\u{0}\n{refused}{ended}")), "likely");
    // A few lines without an end tell of attempts, not of what became of them.
    assert_eq!(confidence(&refused), "possible");
}

#[test]
fn c36_a_log_given_twice_in_one_file() {
    let ran = examine("twice.log", run("gw0", 20, 0, 0).repeat(2));
    assert_eq!(ran.findings().len(), 0, "{:?}", ran.says());
}

#[test]
fn c37_closes_without_opens_and_twice() {
    let log = record(1, "[DB_SESSION] Session #1 closed in 0.1s")
        + &record(2, "[DB_SESSION] Creating session #1 - Worker: gw0")
        + &record(3, "[DB_SESSION] Session #1 closed in 0.1s")
        + &record(4, "[DB_SESSION] Session #1 closed in 0.1s")
        + &record(5, "[DB_SESSION] Creating session #1 - Worker: gw0")
        + &record(6, "[DB_SESSION] Session #1 closed in 0.1s");
    let ran = examine("closes.log", log);
    assert_eq!((ran.sessions().1, ran.findings().len()), (0, 0), "{:?}", ran.says());
}

#[test]
fn c38_a_worker_that_starts_again() {
    let life = |pid: u32, open: u64, start: u64| {
        record(start, &format!("[DB_DEBUG] Worker: gw0, PID: {pid}, Thread: 1"))
            + &run("gw0", 10, open, start)
    };
    let log = life(100, 0, 0) + &life(101, 0, 20_000) + &life(100, 0, 40_000);
    let ran = examine("restart.log", log);
    assert_eq!((ran.sessions(), ran.findings().len()), ((30, 0), 0), "{:?}", ran.says());
}

#[test]
fn c39_events_that_are_only_quoted() {
    let quoted = "Traceback (most recent call last):\n  File \"tests/test_log.py\", line 5, in test_x\n    \
                  assert \"closed\" in caplog.text\nAssertionError: assert 'closed' in 'the pool was tested'\n";
    twin("quoted.log", leaking() + quoted, &leaking());
}

#[test]
fn c40_a_line_forged_by_a_line_end() {
    let forged = record(9000, "user said hello\nSession says 500 connections were lost");
    twin("forged.log", leaking() + &forged, &leaking());
}

#[test]
fn c41_colours_and_prefixes_of_containers_and_ci() {
    let wrapped = |prefix: &str| -> String {
        leaking().lines().map(|line| format!("{prefix}{line}\n")).collect()
    };
    for prefix in [
        "2026-03-05T14:22:01.1234567Z ",
        "2026-03-05T14:22:01.123456789Z stdout F ",
        "2026-03-05T14:22:01.123456789Z ",
        "web-1  | ",
    ] {
        twin("wrapped.log", wrapped(prefix), &leaking());
    }
    let coloured: String = leaking()
        .lines()
        .map(|line| format!("\u{1b}[32m{}\u{1b}[0m{}\u{1b}[K\n", &line[..23], &line[23..]))
        .collect();
    twin("coloured.log", coloured, &leaking());
    assert_eq!(at(1).len(), 23);
}

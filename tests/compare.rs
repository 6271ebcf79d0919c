//! Two runs side by side, and findings that were accepted before.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use support::{logscan, report, temporary, text};

const LEAK: &str = "samples/leak-exhaustion";

fn diff(before: &str, after: &str) -> (Value, Option<i32>) {
    let output = logscan(&["diff", before, after, "--format", "json"]);
    let comparison = serde_json::from_slice(&output.stdout);
    (comparison.unwrap_or_else(|_| panic!("{}", text(&output.stderr))), output.status.code())
}

fn changes(comparison: &Value) -> Vec<String> {
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let all = comparison["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["severity"] != "info")
        .map(|finding| format!("{} {}", word(finding, "change"), word(finding, "code")))
        .collect()
}

#[test]
fn a_fix_is_better_and_its_loss_is_worse() {
    let (comparison, status) = diff(LEAK, "samples/healthy");
    assert_eq!(comparison["outcome"], "better");
    assert_eq!(
        (changes(&comparison), status),
        (vec!["gone L101".into(), "gone P101".into()], Some(0))
    );
    let (comparison, status) = diff("samples/healthy", LEAK);
    assert_eq!(comparison["outcome"], "worse");
    assert_eq!(
        (changes(&comparison), status),
        (vec!["new L101".into(), "new P101".into()], Some(1))
    );
}

#[test]
fn figures_of_connection_counts_tell_what_was_kept() {
    let printed = |counts: [u32; 4]| {
        format!(
            "Initial connections: {}\nAfter test 1: {}\nAfter test 2: {}\nFinal connections: {}\n\
             ============ 2 passed in 0.02s ============\n",
            counts[0], counts[1], counts[2], counts[3]
        )
    };
    let (_kept, before) = temporary("before.log", printed([9, 10, 11, 12]).as_bytes());
    let (_also, after) = temporary("after.log", printed([9, 9, 9, 9]).as_bytes());
    let (comparison, _) = diff(&before, &after);
    let figures = comparison["figures"].as_array().unwrap();
    let kept = figures.iter().find(|figure| figure["name"].as_str().unwrap().contains("kept"));
    assert_eq!((&kept.unwrap()["before"], &kept.unwrap()["after"]), (&3.0.into(), &0.0.into()));
    assert_eq!(comparison["outcome"], "better", "{comparison}");
}

#[test]
fn a_report_compares_like_the_log_it_was_made_of() {
    let (_kept, saved) = temporary("report.json", report(&[LEAK]).to_string().as_bytes());
    let (comparison, status) = diff(&saved, LEAK);
    assert_eq!((&comparison["outcome"], status), (&"same".into(), Some(0)));
    let figures = comparison["figures"].as_array().unwrap();
    assert!(figures.iter().all(|figure| figure["before"] == figure["after"]), "{figures:?}");
}

#[test]
fn fingerprints_survive_shifted_lines_and_other_workers() {
    let log = std::fs::read_to_string(support::root().join(LEAK).join("test_debug.log")).unwrap();
    let moved = format!("{}{}", "\n".repeat(17), log.replace("gw0", "gw7").replace("gw1", "gw0"));
    let prints = |report: &Value| -> Vec<Value> {
        let all = report["findings"].as_array().unwrap().iter();
        all.map(|finding| finding["fingerprint"].clone()).collect()
    };
    let (_one, before) = temporary("test_debug.log", log.as_bytes());
    let (_two, after) = temporary("test_debug.log", moved.as_bytes());
    let (first, second) = (report(&[&before]), report(&[&after]));
    assert!(!prints(&first).is_empty());
    assert_eq!(prints(&first), prints(&second));
    assert_eq!(diff(&before, &after).0["outcome"], "same");
}

#[test]
fn only_what_the_baseline_does_not_have_counts() {
    let (_kept, known) = temporary("known.json", report(&[LEAK]).to_string().as_bytes());
    let (_also, other) =
        temporary("other.json", report(&["samples/healthy"]).to_string().as_bytes());
    let status = |baseline: &str| {
        logscan(&["analyze", LEAK, "--baseline", baseline, "--quiet"]).status.code()
    };
    assert_eq!(status(&known), Some(0));
    assert_eq!(status(&other), Some(1));
    let marked = report(&[LEAK, "--baseline", &known]);
    assert_eq!(marked["findings"][0]["accepted"]["by"], "baseline");
    assert_eq!(marked["verdict"]["status"], "warning");
    let headline = marked["verdict"]["headline"].as_str().unwrap();
    assert!(headline.starts_with("Nothing new; accepted before: 8 sessions"), "{headline}");
}

#[test]
fn a_suppression_needs_a_reason_and_a_date() {
    let suppressed = |settings: &str| {
        let (_kept, settings) = temporary("logscan.toml", settings.as_bytes());
        logscan(&["analyze", LEAK, "--config", &settings, "--format", "json"])
    };
    let whole = |rule: &str| {
        format!("[[suppressions]]\nrule = {rule:?}\nreason = \"issue 7\"\ndate = \"2026-03-01\"\n")
    };
    let both = suppressed(&(whole("L101") + &whole("pool-exhausted")));
    assert_eq!(both.status.code(), Some(0), "{}", text(&both.stderr));
    let report: Value = serde_json::from_slice(&both.stdout).unwrap();
    assert_eq!(report["findings"][0]["accepted"]["reason"], "issue 7");
    assert_eq!(suppressed(&whole("L101")).status.code(), Some(1));
    for (wrong, said) in [
        ("[[suppressions]]\nrule = \"L101\"\ndate = \"2026-03-01\"", "no reason"),
        ("[[suppressions]]\nrule = \"L101\"\nreason = \"x\"\ndate = \"soon\"", "no date"),
        ("[[suppressions]]\nrule = \"L999\"\nreason = \"x\"\ndate = \"2026-03-01\"", "no rule"),
        (
            "[[suppressions]]\nreason = \"x\"\ndate = \"2026-03-01\"",
            "names a fingerprint or a rule",
        ),
    ] {
        let output = suppressed(wrong);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn what_cannot_be_read_is_not_compared() {
    for (before, after) in [("absent.log", LEAK), (LEAK, "absent.log"), (LEAK, "Cargo.lock")] {
        let output = logscan(&["diff", before, after]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{before} {after}");
    }
}

#[test]
fn what_is_no_report_is_said() {
    let (_kept, torn) = temporary("torn.json", br#"{"schema": "logscan.report/1", "verdict": "#);
    let (_also, later) = temporary("later.json", br#"{"schema": "logscan.report/1""#);
    for path in [&torn, &later, &"README.md".to_owned(), &"absent.json".to_owned()] {
        let output = logscan(&["analyze", LEAK, "--baseline", path]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(text(&output.stderr).contains(path.as_str()), "{}", text(&output.stderr));
    }
}

#[test]
fn every_format_of_a_comparison_can_be_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let files = ["diff.html", "diff.md", "diff.json", "diff.txt"].map(path);
    let mut args = vec!["diff", "samples/healthy", LEAK, "--fail-on", "never"];
    files.iter().for_each(|file| args.extend(["-o", file]));
    assert_eq!(logscan(&args).status.code(), Some(0));
    for file in &files {
        let written = std::fs::read_to_string(file).unwrap();
        assert!(written.to_uppercase().contains("WORSE") && written.contains("L101"), "{file}");
    }
    let refused = logscan(&["diff", "samples/healthy", LEAK, "-o", &path("diff.sarif")]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("formats are human, json, markdown, html"));
}

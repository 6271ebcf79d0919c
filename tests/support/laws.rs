//! What holds for the sentences of every report, whatever the log says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// Checks the sentences of a JSON report; `of` names it where a law is broken.
pub(crate) fn check(report: &Value, of: &str) {
    let headline = text(&report["verdict"]["headline"]);
    numbers_agree_with_nouns(headline, of);
    for note in list(&report["notes"]) {
        numbers_agree_with_nouns(text(&note["sentence"]), of);
    }
    for finding in list(&report["findings"]) {
        let of = format!("{of}, {}", text(&finding["code"]));
        for field in ["title", "detail", "suggestion", "confidence_reason", "would_refute"] {
            numbers_agree_with_nouns(text(&finding[field]), &of);
        }
        sides_differ(text(&finding["title"]), &of);
        numbers_are_those_of_the_lists(finding, &of);
        one_is_no_many(finding, &of);
        advice_has_its_object(finding, &of);
        the_message_is_quoted(finding, &of);
    }
    no_finding_is_there_twice(report, of);
    open_sessions_are_those_of_the_leaks(report, of);
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// "1 sessions" and "5 session" are no English.
fn numbers_agree_with_nouns(sentence: &str, of: &str) {
    const NOUNS: &str = "session|connection|checkout|attempt|worker|pool|test|line|finding|statement|\
                         transaction|error|failure|file|run|count|state|number";
    static ONE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!(r"(?:^|[\s(])1 (?:\w+ )?(?:{NOUNS})s\b")).unwrap());
    static MANY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?:^|[\s(])(?:0|[2-9]|[1-9]\d+) (?:{NOUNS})(?:[\s,.:)]|$)")).unwrap()
    });
    // Words of two nouns end with the one that counts.
    let plain = sentence.replace("session number", "number").replace("pool state", "state");
    for law in [&ONE, &MANY] {
        assert!(!law.is_match(&plain), "{of}: {sentence}");
    }
}

/// What follows a "but" contradicts what stands before it.
fn sides_differ(title: &str, of: &str) {
    let Some((before, behind)) = title.split_once(", but ") else { return };
    let first = before.rsplit(' ').next().unwrap();
    let second = behind.split(' ').next().unwrap();
    assert!(!first.starts_with(second) && !second.starts_with(first), "{of}: {title}");
}

/// A number in the title is that of the list that it counts.
fn numbers_are_those_of_the_lists(finding: &Value, of: &str) {
    static COUNT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:The pool misses |The log ends while )?(\d+) (test|session|connection|checkout|worker)s? ").unwrap()
    });
    let title = text(&finding["title"]);
    let Some(counted) = COUNT.captures(title) else { return };
    let number: usize = counted[1].parse().unwrap();
    let is = |value: &Value| value.as_u64() == Some(number as u64);
    let lists = |names: &[&str]| names.iter().any(|name| list(&finding[*name]).len() == number);
    let agrees = match &counted[2] {
        "test" => lists(&["tests", "affected_tests"]),
        "worker" => lists(&["workers"]),
        _ => is(&finding["count"]),
    };
    assert!(agrees, "{of}: {title}");
}

/// One thing is not "they".
fn one_is_no_many(finding: &Value, of: &str) {
    let (title, detail) = (text(&finding["title"]), text(&finding["detail"]));
    assert!(!(title.starts_with("1 ") && detail.starts_with("They ")), "{of}: {title}: {detail}");
}

/// Who is told to look at the named test must find one named.
fn advice_has_its_object(finding: &Value, of: &str) {
    let advice = text(&finding["suggestion"]);
    let tests = list(&finding["tests"]).len() + list(&finding["affected_tests"]).len();
    assert!(tests > 0 || !advice.contains("named test"), "{of}: {advice}");
}

/// The line that heads a finding is what a program said, not its source code.
fn the_message_is_quoted(finding: &Value, of: &str) {
    for line in list(&finding["evidence"]).iter().filter(|line| line["role"] == "primary") {
        let said = text(&line["text"]).trim_start_matches([' ', '\t', '>']);
        let code = ["raise ", "throw ", "pytest.fail("].iter().any(|word| said.starts_with(word));
        assert!(!code, "{of}: {said}");
    }
}

/// The same finding on several workers is one.
fn no_finding_is_there_twice(report: &Value, of: &str) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for finding in list(&report["findings"]) {
        let mut title = text(&finding["title"]).to_owned();
        for worker in list(&finding["workers"]) {
            title = title.replace(text(worker), "WORKER");
        }
        let causes: Vec<&str> = list(&finding["caused_by"]).iter().map(text).collect();
        let resource = finding["resource"]["name"].to_string();
        let named = if finding["resource"]["kind"] == "pool" { "" } else { &resource };
        let key = format!(
            "{} {} {title} {causes:?} {named} {}",
            finding["code"], finding["severity"], finding["tests"]
        );
        let id = text(&finding["id"]);
        let twin = seen.insert(key, id);
        assert!(twin.is_none(), "{of}: {id} and {}: {title}", twin.unwrap());
    }
}

/// What is said to be open is what findings say, where they tell of all.
fn open_sessions_are_those_of_the_leaks(report: &Value, of: &str) {
    let leaks = list(&report["findings"]).iter().filter(|finding| finding["code"] == "L101");
    let counts: Vec<u64> = leaks.map(|leak| leak["count"].as_u64().unwrap()).collect();
    let open = report["stats"]["sessions_open"].as_u64().unwrap();
    let leaked: u64 = counts.iter().sum();
    assert!(leaked <= open, "{of}: {leaked} sessions leaked, {open} are open");
}

//! What is text and no log: source code, prose, web pages, documents of data.
//!
//! Such files lie beside logs. They quote log lines, so that reading them as logs finds
//! trouble that nobody had. A file is a document by how it begins, or by its name unless most of
//! its lines are records of a log.

use std::path::Path;

use crate::prose;

/// Endings of files that programmers write, and what they hold.
const WRITTEN: &[(&str, &[&str])] = &[
    (
        "prose",
        &["md", "markdown", "rst", "adoc", "asciidoc", "textile", "org", "tex", "mdx", "rtf"],
    ),
    ("mail", &["eml", "mbox", "msg"]),
    ("a calendar", &["ics", "vcf"]),
    ("translations", &["po", "pot", "xlf", "strings", "resx", "arb"]),
    (TABLE, &["csv", "tsv"]),
    (
        "source code",
        &[
            "py", "pyi", "ipynb", "rs", "js", "mjs", "cjs", "jsx", "ts", "tsx", "mts", "cts",
            "vue", "svelte", "java", "kt", "kts", "groovy", "scala", "sc", "clj", "cljs", "go",
            "rb", "erb", "rake", "php", "phtml", "pl", "pm", "t", "ex", "exs", "eex", "heex",
            "erl", "hrl", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "cs", "fs", "vb", "swift",
            "m", "mm", "dart", "lua", "r", "jl", "hs", "elm", "zig", "nim", "sh", "bash", "zsh",
            "fish", "ps1", "bat", "cmd", "sql", "graphql", "proto", "css", "scss", "sass", "less",
            "tf", "nix", "cmake", "mk", "gradle", "sbt", "snap", "patch", "diff",
        ],
    ),
    (
        "settings",
        &[
            "toml",
            "yml",
            "yaml",
            "ini",
            "cfg",
            "conf",
            "properties",
            "env",
            "lock",
            "editorconfig",
            "plist",
        ],
    ),
];

/// Names of files that have no ending.
const NAMED: &[(&str, &[&str])] = &[
    ("prose", &["readme", "license", "licence", "copying", "changelog", "contributing", "authors"]),
    ("source code", &["makefile", "dockerfile", "rakefile", "gemfile", "jenkinsfile", "justfile"]),
];

/// The report of a test runner, which says as much as a log if somebody asks for it.
pub const TEST_REPORT: &str = "a test report";

/// Such a report without line breaks, so that no line tells of one test.
pub const ONE_LINE_REPORT: &str = "a test report on a single line";

/// How the first element of such a report begins: of JUnit, vstest, NUnit, xunit, TestNG.
const REPORTS: [&str; 5] =
    ["<testsuite", "<TestRun ", "<test-run ", "<assemblies", "<testng-results"];

/// Sentences that a program may have printed; they are read where somebody names the file.
pub const NOTES: &str = "notes";
/// A table.
const TABLE: &str = "a table";
/// A table whose columns are those of a log; it is read where somebody names it.
pub const TABLE_OF_LOG: &str = "a table of log lines";

/// A report of this program.
pub const OWN_REPORT: &str = "a report of logscan";

/// What a text is, if it is no log. `records` says whether most of its lines are records.
pub(crate) fn kind(name: &str, beginning: &str, records: bool) -> Option<&'static str> {
    let text = beginning.trim_start();
    let known = markup(text).or_else(|| data(text)).or_else(|| markdown(text));
    let known = known.or_else(|| begun(text)).or_else(|| program(text));
    let known = known.or_else(|| change_or_image(text)).or_else(|| entries(text));
    known.or_else(|| {
        // CI systems begin the log of a step with the script that it runs.
        let script = text.starts_with("#!") && !text.starts_with("#![") && !is_named_log(name);
        let written = || by_name(name).filter(|_| !records);
        let written = || written().map(|kind| if kind == TABLE { table(text) } else { kind });
        let notes = || match () {
            () if records => None,
            () if prose::is_personal(text) => Some("prose"),
            () => prose::is_written(text).then_some(NOTES),
        };
        script.then_some("source code").or_else(written).or_else(notes)
    })
}

/// Columns that logs have.
const OF_LOGS: [&str; 8] =
    ["time", "timestamp", "@timestamp", "date", "log", "message", "msg", "textpayload"];

/// What a table holds, by the names of its columns.
fn table(text: &str) -> &'static str {
    let names = text.lines().next().unwrap_or("").split([',', '\t', ';']);
    let mut names = names.map(|name| name.trim_matches(['"', ' ']).to_lowercase());
    if names.any(|name| OF_LOGS.contains(&name.as_str())) { TABLE_OF_LOG } else { TABLE }
}

/// What a file is by its first words: a calendar, a mail, translations.
fn begun(text: &str) -> Option<&'static str> {
    const HEADERS: [&str; 7] =
        ["From: ", "To: ", "Subject: ", "Date: ", "Received: ", "MIME-Version: ", "Message-ID: "];
    let of_mail = |line: &&str| HEADERS.iter().any(|name| line.starts_with(name));
    let mail = text.lines().take(4).filter(of_mail).count() > 1;
    let first = text.lines().find(|line| !line.starts_with('#')).unwrap_or("");
    match () {
        () if text.starts_with("{\\rtf") => Some("prose"),
        () if text.starts_with("BEGIN:V") => Some("a calendar"),
        () if mail => Some("mail"),
        () if first.starts_with("msgid \"") => Some("translations"),
        () => None,
    }
}

/// Settings in the form of YAML and statements of SQL, if there is nothing else.
fn entries(text: &str) -> Option<&'static str> {
    let lines = || {
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        lines.filter(|line| !line.trim_start().starts_with(['#']) && !line.starts_with("--"))
    };
    let first = lines().next()?;
    let name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-./\"".contains(c))
    };
    let entry = |line: &str| {
        let item = line.trim_start();
        item.starts_with("- ") || item.split_once(':').is_some_and(|(key, _)| name(key))
    };
    let nested = lines().nth(1).is_some_and(|line| line.starts_with("  "));
    let small =
        first.strip_suffix(':').is_some_and(|key| name(key) && !key.contains(char::is_uppercase));
    if small && nested && lines().count() > 3 && lines().all(entry) {
        return Some("settings");
    }
    let words =
        ["CREATE ", "INSERT INTO ", "ALTER ", "DROP ", "SELECT ", "UPDATE ", "DELETE FROM "];
    let begins = |line: &str| words.iter().any(|word| line.starts_with(word));
    let goes_on = |line: &str| line.starts_with(' ') || line.ends_with([';', ',', '(']);
    let statements = begins(first) && lines().all(|line| begins(line) || goes_on(line));
    (statements && lines().any(|line| line.ends_with(';'))).then_some("source code")
}

/// Whether the name is one of a log.
fn is_named_log(name: &str) -> bool {
    let path = std::path::Path::new(name);
    path.extension().is_some_and(|suffix| ["log", "out", "txt"].iter().any(|log| suffix == *log))
}

fn markup(text: &str) -> Option<&'static str> {
    let starts = |with: &str| text.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    if starts("<!doctype html") || starts("<html") {
        let behind = text.rsplit_once("</html>").map_or("", |(_, behind)| behind);
        behind.trim().is_empty().then_some("a web page")
    } else if REPORTS.iter().any(|name| first_element(text).starts_with(name)) {
        let lines = first_element(text).trim_end().lines().count();
        Some(if lines > 1 { TEST_REPORT } else { ONE_LINE_REPORT })
    } else if starts("<?xml") {
        Some("XML")
    } else {
        None
    }
}

/// XML without its declaration and without comments before its first element.
fn first_element(text: &str) -> &str {
    let mut rest = text;
    for (begin, end) in [("<?xml", "?>"), ("<?xml-", "?>"), ("<!--", "-->")] {
        if let Some((_, behind)) = rest.strip_prefix(begin).and_then(|rest| rest.split_once(end)) {
            rest = behind.trim_start();
        }
    }
    rest
}

/// A title, a paragraph and more headings or fences: prose, whatever it is called.
fn markdown(text: &str) -> Option<&'static str> {
    let title = text.strip_prefix("# ")?.split_once("\n\n");
    let (_, rest) = title.filter(|(title, _)| !title.contains('\n'))?;
    let mut lines = rest.lines();
    lines.any(|line| line.starts_with("## ") || line.starts_with("```")).then_some("prose")
}

/// Lines of a program by which it is known.
const OF_PROGRAM: usize = 20;

/// What programs begin with, and goes on as they do, whatever it is called.
fn program(text: &str) -> Option<&'static str> {
    let comments = ["//", "# ", "#!", "/*", "* ", "*/", "--"];
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let mut lines = lines.skip_while(|line| comments.iter().any(|mark| line.starts_with(mark)));
    let first = lines.next()?;
    if first.starts_with("\"\"\"") && first.matches("\"\"\"").count() == 1 {
        lines.by_ref().find(|line| line.contains("\"\"\""))?;
    }
    let begins = if first.starts_with("\"\"\"") { lines.next()? } else { first };
    let rest: Vec<&str> = lines.take(OF_PROGRAM).collect();
    let code = rest.iter().filter(|line| is_code(line)).count();
    (takes_in(begins) && rest.len() > 1 && 2 * code >= rest.len()).then_some("source code")
}

/// A change of source code, or how an image is built, whatever it is called.
fn change_or_image(text: &str) -> Option<&'static str> {
    let lines = || text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let begins = |marks: &[&str], line: &str| marks.iter().any(|mark| line.starts_with(mark));
    let first = lines().next()?;
    let goes_on = |marks: &[&str]| lines().skip(1).any(|line| begins(marks, line));
    let of_change = [
        "diff ",
        "index ",
        "Index: ",
        "====",
        "@@ ",
        "+",
        "-",
        " ",
        "\\",
        "new file ",
        "deleted file ",
        "old mode ",
        "new mode ",
        "similarity ",
        "rename ",
        "Binary ",
    ];
    let is_change = begins(&["diff --git ", "--- a/", "Index: "], first)
        && goes_on(&["@@ -"])
        && lines().all(|line| begins(&of_change, line));
    let steps = ["RUN ", "COPY ", "ADD ", "WORKDIR ", "ENV ", "CMD ", "ENTRYPOINT ", "EXPOSE "];
    let is_image = first.starts_with("FROM ") && goes_on(&steps);
    (is_change || is_image).then_some("source code")
}

/// Whether a line takes in other parts of a program, as its first line does.
fn takes_in(line: &str) -> bool {
    let name = |name: &str| {
        let name = name.trim_end_matches(';');
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.:\\*{}, ".contains(c))
    };
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let string = rest.starts_with(['"', '\'', '<', '(']);
    match word {
        "import" => (name(rest) && !rest.contains(':')) || string || rest.contains(" from "),
        "from" => rest.contains(" import "),
        "#include" | "require" | "require_relative" => string,
        "package" | "defmodule" | "module" => name(rest) && !rest.contains(':'),
        "using" | "use" => name(rest) && line.ends_with(';'),
        "const" | "let" | "var" => rest.contains("= require("),
        _ => ["<?php", "'use strict'", "\"use strict\""].iter().any(|mark| line.starts_with(mark)),
    }
}

fn is_code(line: &str) -> bool {
    let ends = line.ends_with(['{', '}', ';', '(', ')', '[', ']', ':', ',']);
    ends || takes_in(line) || line.trim_start().starts_with(['@', '}', '"'])
}

/// One value of JSON that goes on over many lines, or is all there is. Logs are one object a
/// line, and say when or how severe.
fn data(text: &str) -> Option<&'static str> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end();
    let inner = match first.as_bytes() {
        [b'{', inner @ ..] | [b'[', inner @ ..] => inner,
        _ => return None,
    };
    if inner.trim_ascii_start().is_empty() {
        // An object that ends in the same line is none, and so is `[` before a log's time.
        let begins = rest.trim_start().starts_with(['"', '{', '[', ']', '}']);
        return (begins && !goes_on(text)).then_some("JSON");
    }
    let value: serde_json::Value = serde_json::from_str(first).ok()?;
    let one = rest.trim().is_empty();
    let of_log = |key: &&str| value.get(*key).is_some();
    let log = value.is_object()
        && ["time", "ts", "timestamp", "@timestamp", "level", "msg", "message"].iter().any(of_log);
    (one && !log && (value.is_object() || is_list(&value))).then_some("JSON")
}

/// Whether something else stands behind a value of JSON: a program printed it into its log.
fn goes_on(text: &str) -> bool {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    let whole = values.next().is_some_and(|value| value.is_ok());
    let behind = text[values.byte_offset()..].trim_start();
    whole && !behind.is_empty() && !behind.starts_with(['{', '['])
}

/// `[1, "a"]` is data; `[12345]` may head a log's line.
fn is_list(value: &serde_json::Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(|one| !one.is_number()))
}

/// What a file is by its name, if that is no log's.
pub(crate) fn by_name(name: &str) -> Option<&'static str> {
    // A member of an archive stands behind its name.
    let file = name.rsplit(['/', '\\', '!']).next().unwrap_or(name).to_ascii_lowercase();
    let ending = Path::new(&file).extension().and_then(|ending| ending.to_str());
    let (known, wanted) = match ending {
        Some(ending) => (WRITTEN, ending),
        None => (NAMED, file.as_str()),
    };
    known.iter().find(|(_, names)| names.contains(&wanted)).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_how_they_begin() {
        for (text, expected) in [
            ("<!DOCTYPE html>\n<p>", Some("a web page")),
            ("<html lang=\"en\">", Some("a web page")),
            ("<?xml version=\"1.0\"?>\n<testsuites>\n<testsuite", Some(TEST_REPORT)),
            ("<?xml version=\"1.0\"?>\n<testsuites><testsuite\n", Some(ONE_LINE_REPORT)),
            ("<?xml version=\"1.0\"?>\n<!-- x -->\n<testsuite>\n<", Some(TEST_REPORT)),
            ("<?xml version=\"1.0\"?>\n<phpunit>\n<testsuites>", Some("XML")),
            ("<?xml version=\"1.0\"?>\n<project>", Some("XML")),
            ("<!doctype html>\n<p></p></html>\n1 failed", None),
            ("{\n  \"a\": 1\n}\n", Some("JSON")),
            ("{\n  \"a\": 1\n}\n1 failed\n", None),
            ("[\n  {\"a\": 1}\n]\n", Some("JSON")),
            ("{\"a\":1,\"b\":[2]}\n", Some("JSON")),
            ("{\"level\":30,\"time\":1,\"msg\":\"x\"}\n{\"level\":30}\n", None),
            ("{\"level\":30,\"time\":1,\"msg\":\"x\"}\n", None),
            ("{\"a\":1}\n{\"a\":2}\n", None),
            ("# Notes\n\nText.\n\n```\n1 failed\n", Some("prose")),
            ("# Notes\n\nText.\n\n## More\n", Some("prose")),
            ("# Subtest: a\nok 1 - a\n\n## x\n", None),
            ("# nothing\n\n1 failed\n", None),
            ("[DB_POOL_STATE] Checked out: 5\n", None),
            ("[2026-03-01 10:00:00] x\n", None),
            ("[12345]\nx", None),
            ("{:error, :timeout}\n", None),
            ("** (exit) x", None),
            ("import logging\n\ndef f():\n    log.error(\"refused\")\n", Some("source code")),
            ("// x\npackage app;\n\nimport a.B;\n\nclass A {\n", Some("source code")),
            ("\"\"\"Makes logs.\n\n1 failed\n\"\"\"\nimport os\nx = [\n]\n", Some("source code")),
            ("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", Some("source code")),
            ("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n1 failed\n", None),
            ("FROM python:3.12\nRUN pip install .\nCMD [\"pytest\"]\n", Some("source code")),
            ("BEGIN:VCALENDAR\nSUMMARY:deadlock detected\nEND:VCALENDAR\n", Some("a calendar")),
            ("From: a@x.example\nTo: b@x.example\n\nHi.\n", Some("mail")),
            ("msgid \"too many clients\"\nmsgstr \"x\"\n", Some("translations")),
            ("services:\n  db:\n    image: postgres:16\n    ports: [\"5432\"]\n", Some("settings")),
            ("failures:\n    tests::a\n    tests::b\n\ntest result: FAILED\n", None),
            (
                "-- deadlock\nCREATE TABLE a (\n  id int\n);\nINSERT INTO a VALUES (1);\n",
                Some("source code"),
            ),
            ("SELECT 1\n 1\n(1 row)\n", None),
            ("import failed: no module x\n1 failed\n2 passed\n", None),
            ("import os\n1 failed\n2 passed\n3 skipped\n", None),
            ("", None),
        ] {
            assert_eq!(kind("x.log", text, false), expected, "{text}");
        }
        assert_eq!(kind("x", "#!/bin/sh\necho", false), Some("source code"));
        assert_eq!(kind("step.log", "#!/bin/sh\necho", false), None);
    }

    #[test]
    fn a_name_counts_unless_the_lines_are_records() {
        assert_eq!(kind("docs/rules.md", "# Rules\n", false), Some("prose"));
        assert_eq!(kind("a/conftest.py", "import os\n", false), Some("source code"));
        assert_eq!(kind("ci.zip!README", "x", false), Some("prose"));
        assert_eq!(kind("pasted.md", "10:00:00 x", true), None);
        assert_eq!(kind("postgresql.log", "x", false), None);
        assert_eq!(kind("output", "x", false), None);
    }
}

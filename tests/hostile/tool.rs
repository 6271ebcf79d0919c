//! Running the program on hostile input, and what must hold whatever the input is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use logscan_report::Format;
use serde_json::Value;
use tempfile::TempDir;

/// Address space that the program may take, in bytes.
const MEMORY: &str = "3000000000";
/// Seconds after which it hangs.
const PATIENCE: &str = "120";
/// What CI systems take as a command where a line begins with it.
const COMMANDS: [&str; 5] = ["::", "##[", "##vso[", "##teamcity[", "section_start:"];

/// What the program made of an input.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) report: Value,
    pub(crate) page: String,
    pub(crate) errors: String,
    pub(crate) folder: TempDir,
}

/// Runs the program within limits of memory and time, in a folder of its own.
pub(crate) fn logscan(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("prlimit");
    command.args([&format!("--as={MEMORY}"), "timeout", PATIENCE, env!("CARGO_BIN_EXE_logscan")]);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("TZ", "UTC");
    command
}

/// Analyses one file with this content.
pub(crate) fn examine(name: &str, content: impl AsRef<[u8]>) -> Ran {
    examine_with(name, content, &[])
}

/// The same with more arguments.
pub(crate) fn examine_with(name: &str, content: impl AsRef<[u8]>, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    analyze(folder, &[&[name], more].concat())
}

/// Analyses what stands in the folder, in every format, and checks the laws.
pub(crate) fn analyze(folder: TempDir, arguments: &[&str]) -> Ran {
    let mut all = vec!["analyze", "--isolated"];
    all.extend(arguments);
    let outputs: Vec<String> = Format::ALL
        .iter()
        .filter(|format| **format != Format::Csv)
        .map(|format| format!("{0}:out.{0}", format.name()))
        .collect();
    outputs.iter().for_each(|output| all.extend(["-o", output.as_str()]));
    all.extend(["-o", "tables/"]);
    let output = logscan(folder.path(), &all).output().unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        report: read_json(&folder.path().join("out.json")),
        page: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        errors: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        folder,
    };
    laws(&ran);
    ran
}

fn read_json(path: &Path) -> Value {
    std::fs::read(path).ok().map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap())
}

/// What holds for every input.
fn laws(ran: &Ran) {
    assert!((0..=2).contains(&ran.code), "status {}: {}", ran.code, ran.errors);
    assert!(!ran.errors.contains("panicked"), "{}", ran.errors);
    for text in [&ran.page, &ran.errors] {
        let strange = text.chars().find(|c| is_active(*c));
        assert_eq!(strange, None, "{text:?}");
    }
    if ran.report.is_null() {
        return;
    }
    super::laws::check(&ran.report, "a hostile case");
    for input in ran.report["inputs"].as_array().unwrap() {
        let number = |name: &str| input[name].as_u64().unwrap();
        let taken = ["understood", "ignored", "unknown", "damaged"];
        let sum: u64 = taken.iter().map(|kind| number(&format!("lines_{kind}"))).sum();
        assert_eq!(sum, number("lines"), "{input}");
        assert!(number("skipped_bytes") <= number("content_bytes"), "{input}");
    }
    let lossy = ran.notes().iter().any(|note| note["severity"] == "loss");
    assert!(!lossy || ran.report["verdict"]["status"] != "healthy", "{:?}", ran.notes());
    let certain = |finding: &&Value| {
        finding["class"] == "leak" && finding["confidence"] == "certain" && lossy
    };
    assert_eq!(ran.findings().iter().find(certain), None);
    written(ran);
}

/// Every report is whole, and nothing in it is alive.
fn written(ran: &Ran) {
    let read = |name: &str| std::fs::read_to_string(ran.folder.path().join(name)).unwrap();
    let html = read("out.html");
    assert!(html.trim_end().ends_with("</html>"));
    for tag in ["<img", "<iframe", "<object", "<link", "<base", "href=\"javascript"] {
        assert!(!html.contains(tag), "{tag} in the page");
    }
    assert_eq!(html.matches("<script").count(), html.matches("</script>").count());
    for line in read("out.jsonl").lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    for name in ["out.sarif", "out.gitlab", "out.chrome"] {
        serde_json::from_str::<Value>(&read(name)).unwrap();
    }
    roxmltree::Document::parse(&read("out.junit")).unwrap();
    for page in [read("out.human"), read("out.markdown"), ran.page.clone()] {
        for line in page.lines().map(str::trim_start) {
            assert!(!COMMANDS.iter().any(|command| line.starts_with(command)), "{line}");
        }
    }
    for table in std::fs::read_dir(ran.folder.path().join("tables")).unwrap() {
        cells(&table.unwrap().path());
    }
}

/// No cell is a formula, and rows have as many cells as there are columns.
fn cells(table: &PathBuf) {
    for row in csv::Reader::from_path(table).unwrap().records() {
        for cell in &row.unwrap() {
            let formula =
                cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            assert!(!formula || cell.parse::<f64>().is_ok(), "{cell:?} in {}", table.display());
        }
    }
}

/// Whether a terminal would obey a character, or show text in another order.
fn is_active(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Ran {
    pub(crate) fn findings(&self) -> &[Value] {
        self.report["findings"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn notes(&self) -> &[Value] {
        self.report["notes"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn input(&self) -> &Value {
        &self.report["inputs"][0]
    }

    /// The kinds of the notes.
    pub(crate) fn told(&self) -> BTreeSet<&str> {
        self.notes().iter().filter_map(|note| note["kind"].as_str()).collect()
    }

    pub(crate) fn note(&self, kind: &str) -> &Value {
        let found = self.notes().iter().find(|note| note["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} among {:?}; {}", self.told(), self.errors))
    }

    /// What the findings say, without where it stands.
    pub(crate) fn says(&self) -> Vec<String> {
        let keys =
            ["code", "title", "severity", "confidence", "count", "tests", "workers", "numbers"];
        let say = |finding: &Value| keys.map(|key| finding[key].to_string()).join(" ");
        self.findings().iter().map(say).collect()
    }

    /// Sessions that were seen, and those that stayed open.
    pub(crate) fn sessions(&self) -> (u64, u64) {
        let number = |name: &str| self.report["stats"][name].as_u64().unwrap_or_default();
        (number("sessions"), number("sessions_open"))
    }

    /// Whether any byte of a text stands in any file of the run, or in what was printed.
    pub(crate) fn leaks(&self, secret: &str) -> bool {
        let printed = self.page.contains(secret) || self.errors.contains(secret);
        let holds = |path: &Path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            memchr::memmem::find(&bytes, secret.as_bytes()).is_some()
        };
        let folders = [self.folder.path().to_owned(), self.folder.path().join("tables")];
        let files =
            folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
        let written = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            path.is_file() && (name.starts_with("out.") || name.ends_with(".csv"))
        };
        printed || files.flatten().map(|file| file.path()).filter(written).any(|path| holds(&path))
    }
}

/// A moment of the made-up run, in milliseconds.
pub(crate) fn at(millis: u64) -> String {
    let (seconds, minutes) = (millis / 1000 % 60, 22 + millis / 60_000);
    format!("2026-03-05 14:{minutes:02}:{seconds:02},{:03}", millis % 1000)
}

/// A record of the debug log.
pub(crate) fn record(millis: u64, message: &str) -> String {
    format!("{} [   DEBUG] src.core.database: {message} (database.py:113)\n", at(millis))
}

/// A run of sessions of one worker; of the first ones so many are never closed.
pub(crate) fn run(worker: &str, sessions: u64, open: u64, start: u64) -> String {
    let mut log = String::new();
    for number in 1..=sessions {
        let millis = start + number * 40;
        log +=
            &record(millis, &format!("[DB_SESSION] Creating session #{number} - Worker: {worker}"));
        log += &record(
            millis + 1,
            &format!("[DB_SESSION] Session #{number} created successfully in 0.001s"),
        );
        if number > open {
            log += &record(
                millis + 9,
                &format!("[DB_SESSION] Session #{number} completed successfully in 0.008s"),
            );
            log +=
                &record(millis + 10, &format!("[DB_SESSION] Session #{number} closed in 0.001s"));
        }
    }
    log
}

/// The run that most twins are made of: two sessions of ten stay open.
pub(crate) fn leaking() -> String {
    run("gw0", 10, 2, 0)
}

/// That an input says what its clean twin says.
pub(crate) fn twin(name: &str, content: impl AsRef<[u8]>, clean: &str) -> Ran {
    let (ran, clean) = (examine(name, content), examine("twin.log", clean));
    assert!(!clean.findings().is_empty(), "the clean twin says nothing");
    assert_eq!(ran.says(), clean.says(), "{:?} {}", ran.notes(), ran.errors);
    assert_eq!(ran.sessions(), clean.sessions());
    assert_eq!(ran.code, clean.code);
    ran
}

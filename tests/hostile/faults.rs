//! Faults that no file can hold: full disks, readers that leave, signals, links, files that
//! change while they are read.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use logscan_ingest::{Catalogue, Options, Reader, Source};
use logscan_model::InputId;
use tempfile::TempDir;

use super::tool::{analyze, examine, examine_with, leaking, logscan, run};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn shell(folder: &Path, line: &str) -> std::process::Output {
    let line = line.replace("logscan", env!("CARGO_BIN_EXE_logscan"));
    Command::new("bash").args(["-c", &line]).current_dir(folder).output().unwrap()
}

#[test]
fn c60_a_full_disk() {
    let folder = folder(&[("x.log", &leaking()), ("r.html", "the old report")]);
    let full =
        logscan(folder.path(), &["analyze", "x.log", "-o", "html:/dev/full"]).output().unwrap();
    assert_eq!(full.status.code(), Some(2));
    let told = String::from_utf8(full.stderr).unwrap();
    assert!(told.contains("/dev/full") && told.contains("No space left"), "{told}");
    let small =
        shell(folder.path(), "trap '' XFSZ; ulimit -f 1; logscan analyze x.log -o r.html -q");
    assert_eq!(small.status.code(), Some(2), "{}", String::from_utf8_lossy(&small.stderr));
    assert_eq!(std::fs::read_to_string(folder.path().join("r.html")).unwrap(), "the old report");
    assert_eq!(names(folder.path()), ["r.html", "x.log"]);
}

#[test]
fn c61_readers_that_leave() {
    let folder = folder(&[("x.log", &run("gw0", 3000, 2500, 0))]);
    for line in
        ["logscan analyze x.log --format jsonl | head -c 10", "logscan analyze x.log | head -1"]
    {
        let output = shell(folder.path(), &format!("set -o pipefail; {line}"));
        assert_eq!(
            output.status.code(),
            Some(0),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let closed = shell(folder.path(), "logscan analyze x.log >&- 2>err; echo $?");
    let code = String::from_utf8(closed.stdout).unwrap();
    assert!(["0\n", "1\n", "2\n"].contains(&code.as_str()), "{code}");
    assert!(!std::fs::read_to_string(folder.path().join("err")).unwrap().contains("panicked"));
}

/// The program, waiting for input that never ends, with a report begun.
fn waiting(folder: &Path) -> Child {
    let made = Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap();
    assert!(made.success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_logscan"));
    child.args(["analyze", "--isolated", "x.log", "pipe", "-o", "r.html"]).current_dir(folder);
    let child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while !names(folder).iter().any(|name| name.starts_with(".logscan-")) {
        assert!(started.elapsed() < Duration::from_secs(60), "no report was begun");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn signalled(signal: &str) -> (Option<i32>, TempDir) {
    let folder = folder(&[("x.log", &leaking()), ("r.html", "the old report")]);
    let mut child = waiting(folder.path());
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let status = child.wait().unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("r.html")).unwrap(), "the old report");
    (status.signal(), folder)
}

#[test]
fn c62_interrupted_terminated_killed() {
    for (name, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        let (signal, folder) = signalled(name);
        assert_eq!(signal, Some(number));
        assert_eq!(names(folder.path()), ["pipe", "r.html", "x.log"]);
    }
    assert_eq!(signalled("-KILL").0, Some(9));
}

#[test]
fn c63_inputs_that_are_not_there() {
    let ran = analyze(folder(&[("x.log", &leaking())]), &["missing.log", "x.log"]);
    assert!(ran.errors.contains("missing.log"), "{}", ran.errors);
    assert_eq!(ran.sessions(), (10, 2));
    let ran = analyze(folder(&[]), &["missing.log"]);
    assert_eq!(ran.code, 2);
    let ran = analyze(folder(&[]), &[""]);
    assert_eq!(ran.code, 2);
}

/// Reads a file to which something happens after it was looked at.
fn changed(change: impl Fn(&Path)) -> String {
    let folder = folder(&[("x.log", &leaking())]);
    let path = folder.path().join("x.log");
    let source = Source::file(&path);
    let reader = Reader::new(&source, Catalogue::builtin(), &Options::default()).unwrap();
    change(&path);
    let (input, notes) = reader.read(InputId::new(0), |_| ()).unwrap();
    let read = input.lines_understood;
    notes.iter().map(|note| format!("{:?} {read} {}", note.kind, note.sentence)).collect()
}

#[test]
fn c64_a_file_that_shrinks() {
    let half = |path: &Path| File::options().write(true).open(path).unwrap().set_len(500).unwrap();
    let told = changed(half);
    assert!(told.starts_with("Stopped") && told.contains("shrank"), "{told}");
    let told = changed(|path| File::options().write(true).open(path).unwrap().set_len(0).unwrap());
    assert!(told.starts_with("Stopped 0") && told.contains("after 0 bytes"), "{told}");
}

#[test]
fn c65_a_file_that_grows() {
    let told = changed(|path| {
        File::options().append(true).open(path).unwrap().write_all(b"one line more\n").unwrap();
    });
    assert!(told.starts_with("Grown") || told.contains("14 bytes"), "{told}");
}

#[test]
fn c66_outputs_that_are_links_or_inputs() {
    let folder = folder(&[("x.log", &leaking()), ("precious", "precious")]);
    symlink("precious", folder.path().join("r.json")).unwrap();
    let output =
        logscan(folder.path(), &["analyze", "x.log", "-q", "-o", "r.json"]).output().unwrap();
    assert!(output.status.code().unwrap() < 2);
    assert_eq!(std::fs::read_to_string(folder.path().join("precious")).unwrap(), "precious");
    let same = logscan(folder.path(), &["analyze", "x.log", "-o", "html:x.log"]).output().unwrap();
    assert_eq!(same.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(folder.path().join("x.log")).unwrap(), leaking());
    let writers: Vec<Child> = (0..4)
        .map(|_| {
            logscan(folder.path(), &["analyze", "x.log", "-q", "-o", "w.json"])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().code().unwrap() < 2);
    }
    let written = std::fs::read(folder.path().join("w.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&written).unwrap();
    assert!(names(folder.path()).iter().all(|name| !name.starts_with('.')));
}

#[test]
fn c67_names_of_files() {
    let long = format!("{}.log", "n".repeat(251));
    for name in [
        "new\nline.log",
        "esc\u{1b}[31m.log",
        "two words.log",
        "a*b[c].log",
        "right\u{202e}gol.log",
        &long,
    ] {
        let ran = examine(name, leaking());
        assert_eq!(ran.sessions(), (10, 2), "{name:?}");
        assert_eq!(ran.input()["name"], name);
    }
    let ran = analyze(folder(&[("-dash.log", &leaking())]), &["--", "-dash.log"]);
    assert_eq!(ran.code, 2, "outputs stand behind --");
    let ran = analyze(folder(&[("-dash.log", &leaking())]), &["./-dash.log"]);
    assert_eq!(ran.sessions(), (10, 2));
}

#[test]
fn c68_pipes_and_devices() {
    let folder = folder(&[("x.log", &leaking())]);
    for line in [
        "logscan analyze --format json <(cat x.log)",
        "cat x.log | logscan analyze --format json -",
        "mkfifo f; cat x.log > f & logscan analyze --format json f",
    ] {
        let output = shell(folder.path(), line);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["stats"]["sessions"], 10, "{line}");
    }
    let ran = analyze(tempfile::tempdir().unwrap(), &["/dev/zero", "--max-unpacked", "5MB"]);
    assert!(ran.note("stopped")["sentence"].as_str().unwrap().contains("--max-unpacked"));
    assert_eq!(analyze(tempfile::tempdir().unwrap(), &["-"]).code, 2);
}

#[test]
fn c69_links_in_circles_and_deep_folders() {
    let folder = folder(&[("x.log", &leaking())]);
    symlink(".", folder.path().join("loop")).unwrap();
    symlink("x.log", folder.path().join("again.log")).unwrap();
    let mut deep = folder.path().to_owned();
    for _ in 0..200 {
        deep.push("d");
    }
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("deep.log"), run("gw1", 5, 0, 9000)).unwrap();
    let output = logscan(folder.path(), &["analyze", "--format", "json", "."]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["inputs"].as_array().unwrap().len(), 2);
    assert_eq!(report["stats"]["sessions"], 15);
}

#[test]
fn c70_little_memory_few_files_a_small_stack() {
    let folder = folder(&[("x.log", &leaking())]);
    for limit in ["ulimit -v 600000", "ulimit -n 16", "ulimit -s 512"] {
        let output =
            shell(folder.path(), &format!("{limit}; logscan analyze x.log --threads 2 -o r.html"));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!((0..=2).contains(&output.status.code().unwrap()), "{limit}: {told}");
        assert!(!told.contains("panicked"), "{limit}: {told}");
    }
}

#[test]
fn c71_odd_surroundings() {
    let folder = folder(&[("x.log", &leaking())]);
    let plain = shell(folder.path(), "logscan analyze x.log --format json").stdout;
    for set in [
        "LANG=C LC_ALL=C",
        "LANG=tr_TR.UTF-8",
        "TZ=:bad",
        "TZ=Asia/Kathmandu",
        "TERM=dumb",
        "NO_COLOR=1",
        "COLUMNS=1",
        "COLUMNS=100000",
        "-u HOME",
    ] {
        let json = shell(folder.path(), &format!("env {set} logscan analyze x.log --format json"));
        assert_eq!(json.stdout, plain, "{set}");
        let human = shell(folder.path(), &format!("env {set} logscan analyze x.log"));
        assert!(human.status.code().unwrap() < 2, "{set}");
    }
}

#[test]
fn c72_threads_and_repetitions_change_no_byte() {
    let folder = folder(&[("x.log", &run("gw0", 4000, 5, 0))]);
    let plain = shell(folder.path(), "logscan analyze x.log --format json").stdout;
    for threads in ["1", "2", "7", "64"] {
        let line = format!(
            "RAYON_NUM_THREADS={threads} SOURCE_DATE_EPOCH=1 logscan analyze x.log --format json"
        );
        assert_eq!(shell(folder.path(), &line).stdout, plain, "{threads}");
    }
    for _ in 0..50 {
        assert_eq!(shell(folder.path(), "logscan analyze x.log --format json").stdout, plain);
    }
}

#[test]
fn c73_an_error_in_the_middle() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(run("gw0", 4000, 0, 0).as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    let middle = packed.len() / 2;
    packed[middle..middle + 64].fill(0xff);
    let ran = examine_with("middle.log.gz", packed, &["--verbose"]);
    let told = ran.note("stopped")["sentence"].as_str().unwrap();
    assert!(told.contains("middle.log.gz") && told.contains("bytes"), "{told}");
    assert!(ran.sessions().0 > 500 && ran.findings().is_empty(), "{:?}", ran.says());
    let mut page = String::new();
    File::open(ran.folder.path().join("out.human")).unwrap().read_to_string(&mut page).unwrap();
    assert!(page.contains("middle.log.gz"), "{page}");
}

#[test]
fn no_output_replaces_what_is_read() {
    let files = [("x.log", leaking()), ("c.toml", String::new()), ("b.json", String::new())];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = folder(&files);
    let made = shell(folder.path(), "logscan analyze x.log -o b.json");
    assert!(made.status.code().unwrap() < 2);
    for line in [
        "logscan analyze . -o json:x.log",
        "logscan analyze '*.log' -o json:x.log",
        "logscan analyze x.log --config c.toml -o json:c.toml",
        "logscan analyze x.log --baseline b.json -o b.json",
        "logscan diff b.json x.log -o b.json",
        "logscan bundle . -o x.log",
        "logscan analyze x.log -o r.json -o ./r.json",
    ] {
        let before = std::fs::read(folder.path().join("b.json")).unwrap();
        let output = shell(folder.path(), line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert_eq!(std::fs::read_to_string(folder.path().join("x.log")).unwrap(), leaking());
        assert_eq!(std::fs::read(folder.path().join("b.json")).unwrap(), before, "{line}");
        assert_eq!(names(folder.path()), ["b.json", "c.toml", "x.log"], "{line}");
    }
    // A report of an earlier run is no log, and may be written anew.
    let again = shell(folder.path(), "logscan analyze . -o b.json");
    assert!(again.status.code().unwrap() < 2, "{}", String::from_utf8_lossy(&again.stderr));
}

#[test]
fn settings_are_read_from_files_only() {
    let folder = folder(&[("x.log", &leaking())]);
    for line in [
        "mkfifo pipe; logscan analyze x.log --config pipe",
        "logscan analyze x.log --config /dev/zero",
        "logscan analyze x.log --baseline /dev/zero",
        "mkdir s; mkfifo s/a.toml; logscan analyze x.log --signatures s",
    ] {
        let output = shell(folder.path(), line);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(errors.contains("no regular file"), "{line}: {errors}");
    }
}

#[test]
fn a_file_that_may_not_grow_leaves_nothing_behind() {
    let folder = folder(&[("x.log", &leaking())]);
    let output = shell(folder.path(), "ulimit -f 1; logscan analyze x.log -o r.html");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(folder.path()), ["x.log"]);
}

#[test]
fn a_folder_for_temporary_files_that_is_missing_is_named() {
    let folder = folder(&[("x.log", &leaking())]);
    let output = shell(folder.path(), "TMPDIR=/no/such/folder logscan analyze - < x.log");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("temporary file in /no/such/folder"), "{errors}");
}

#[test]
fn a_temporary_file_that_cannot_grow_is_no_end_of_the_log() {
    let green = "tests/test_a.py::test_a PASSED\n".repeat(100_000);
    let folder = folder(&[("x.log", &green)]);
    let output = shell(folder.path(), "ulimit -f 100; cat x.log | logscan analyze -");
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("cannot keep - in a temporary file in "), "{errors}");
}

#[test]
fn nothing_from_outside_acts_on_a_terminal() {
    let name = "a\u{1b}[31m\n::error::x\u{202e}.toml";
    let folder = folder(&[("x.log", &leaking()), (name, "[pools]\nsize = \"\u{1b}]0;x\u{7}\"\n")]);
    for arguments in [
        &["analyze", "x.log", "--config", name][..],
        &["analyze", name],
        &["analyze", "missing\u{1b}[2J.log"],
        &["formats", "--why", name],
        &["init", name],
        &["explain", "\u{1b}[31mP101"],
        &["analyze", "x.log", "--worker", "\u{1b}[31m"],
        &["analyze", "x.log", "-o", "x.\u{1b}"],
        &["analyze", "x.log", "--since", "\u{1b}[31m"],
        &["\u{1b}[31m"],
    ] {
        let output = super::tool::logscan(folder.path(), arguments).output().unwrap();
        for text in [output.stdout, output.stderr] {
            let text = String::from_utf8(text).unwrap();
            let acts =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!text.contains(acts), "{arguments:?}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("::error")), "{arguments:?}: {text}");
        }
    }
}

//! What is written is read back: values, types, and what a spreadsheet would see.

use std::fs;
use std::path::{Path, PathBuf};

use logscan_model::Report;
use polars::prelude::*;
use tempfile::TempDir;

use crate::{Table, TablesError, export, files, fixture, frames, is_table};

fn exported(report: &Report) -> TempDir {
    let dir = TempDir::new().unwrap();
    let file = |name: String| fs::File::create(dir.path().join(name)).unwrap();
    let mut made: Vec<fs::File> = files().map(file).collect();
    export(report, &mut made).unwrap();
    dir
}

fn parquet(dir: &Path, name: &str) -> DataFrame {
    let file = fs::File::open(dir.join(format!("{name}.parquet"))).unwrap();
    ParquetReader::new(file).finish().unwrap()
}

fn csv(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(format!("{name}.csv"))).unwrap()
}

fn texts<'f>(frame: &'f DataFrame, name: &str) -> Vec<Option<&'f str>> {
    frame.column(name).unwrap().str().unwrap().iter().collect()
}

fn counts(frame: &DataFrame, name: &str) -> Vec<Option<u64>> {
    frame.column(name).unwrap().u64().unwrap().iter().collect()
}

fn small(frame: &DataFrame, name: &str) -> Vec<Option<u32>> {
    frame.column(name).unwrap().u32().unwrap().iter().collect()
}

fn micros(frame: &DataFrame, name: &str) -> Vec<Option<i64>> {
    frame.column(name).unwrap().datetime().unwrap().physical().iter().collect()
}

/// A line with name and type for every column.
fn schema(frame: &DataFrame) -> String {
    let line = |column: &Column| format!("  {} {}\n", column.name(), column.dtype());
    frame.columns().iter().map(line).collect()
}

#[test]
fn every_table_comes_back_from_parquet_as_it_was() {
    for report in [fixture::failed(), fixture::empty()] {
        let dir = exported(&report);
        for table in frames(&report).unwrap() {
            let read = parquet(dir.path(), table.name);
            assert!(read.equals_missing(&table.frame), "{}: {read:?}", table.name);
            assert_eq!(schema(&read), schema(&table.frame));
        }
    }
}

#[test]
fn columns_and_types_are_the_same_for_every_report() {
    let (empty, full) = (fixture::empty(), fixture::failed());
    for (none, some) in frames(&empty).unwrap().iter().zip(frames(&full).unwrap()) {
        assert_eq!(none.frame.height(), 0);
        assert!(some.frame.height() > 0, "{} is never filled", some.name);
        assert_eq!(schema(&none.frame), schema(&some.frame));
    }
}

#[test]
fn findings_say_what_the_report_says() {
    let dir = exported(&fixture::failed());
    let findings = parquet(dir.path(), "findings");
    assert_eq!(texts(&findings, "id"), [Some("F1"), Some("F2")]);
    assert_eq!(texts(&findings, "workers")[0], Some("gw0, gw1"));
    assert_eq!(texts(&findings, "affected_tests")[0], Some(""));
    assert_eq!(texts(&findings, "numbers")[0], Some("size=1, waited_s=0.5"));
    assert_eq!(texts(&findings, "resource_kind")[0], Some("pool"));
    assert_eq!(counts(&findings, "line"), [Some(7), None]);
    let root_cause = findings.column("root_cause").unwrap().bool().unwrap();
    assert_eq!(root_cause.iter().collect::<Vec<_>>(), [Some(true), Some(false)]);
}

#[test]
fn a_point_in_time_needs_date_and_zone() {
    let dir = exported(&fixture::failed());
    let sessions = parquet(dir.path(), "sessions");
    assert_eq!(texts(&sessions, "opened"), [Some("T10:00:01.000"); 2]);
    assert_eq!(micros(&sessions, "opened_utc"), [None; 2]);
    assert_eq!(texts(&sessions, "closed"), [Some("1970-01-02T10:00:02+02:00"), None]);
    assert_eq!(micros(&sessions, "closed_utc"), [Some(fixture::full_utc(2)), None]);
}

#[test]
fn columns_stay_as_they_are_written_down() {
    let block = |table: &Table| format!("{}\n{}", table.name, schema(&table.frame));
    let found: Vec<_> = frames(&fixture::empty()).unwrap().iter().map(block).collect();
    assert_eq!(found.join("\n"), include_str!("columns.txt"));
}

#[test]
fn evidence_is_numbered_within_its_finding() {
    let dir = exported(&fixture::failed());
    let evidence = parquet(dir.path(), "evidence");
    assert_eq!(texts(&evidence, "finding"), [Some("F1"); 2]);
    assert_eq!(small(&evidence, "number"), [Some(1), Some(2)]);
    assert_eq!(small(&evidence, "span_end"), [None, Some(9)]);
    assert_eq!(texts(&evidence, "role"), [Some("context"), Some("primary")]);
    assert_eq!(texts(&evidence, "file"), [Some("debug.log"); 2]);
}

#[test]
fn a_place_that_was_never_filled_in_is_null() {
    let dir = exported(&fixture::failed());
    let tests = parquet(dir.path(), "tests");
    assert_eq!((texts(&tests, "file"), counts(&tests, "line")), (vec![None], vec![None]));
    let workers = parquet(dir.path(), "workers");
    assert_eq!(counts(&workers, "crash_line"), [Some(39)]);
}

#[test]
fn csv_shows_nulls_lists_and_points_in_time() {
    let dir = exported(&fixture::failed());
    let expected = "worker,number,url,created,created_utc,duration_s,file,line\r\n\
        ,1,postgresql://localhost/db,1970-01-02T10:00:00+02:00,\
        1970-01-02T08:00:00.000000Z,0.003,debug.log,3\r\n";
    assert_eq!(csv(dir.path(), "engines"), expected);
}

#[test]
fn an_empty_report_leaves_the_heads() {
    let dir = exported(&fixture::empty());
    assert_eq!(
        csv(dir.path(), "tests"),
        "id,worker,start,start_utc,end,end_utc,outcome,file,line\r\n"
    );
    for table in frames(&fixture::empty()).unwrap() {
        assert_eq!(csv(dir.path(), table.name).lines().count(), 1, "{}", table.name);
    }
}

#[test]
fn log_text_cannot_pose_as_a_formula_or_act_on_a_screen_in_csv() {
    for (start, shown) in [
        ("=", "'="),
        ("+", "'+"),
        ("-", "'-"),
        ("@", "'@"),
        ("\t", "' "),
        ("\r", "'\\u{d}"),
        ("\u{1b}[31m", "\\u{1b}[31m"),
        ("\u{202e}", "\\u{202e}"),
        ("::error", "\\u{3a}:error"),
    ] {
        let mut report = fixture::failed();
        report.timeline.tests[0].id = format!("{start}HYPERLINK(1)").into();
        let dir = exported(&report);
        let written = csv(dir.path(), "tests");
        let row = written.split_once('\n').unwrap().1.trim_start_matches('"');
        assert!(row.starts_with(&format!("{shown}HYPERLINK(1)")), "{row:?}");
        let kept = parquet(dir.path(), "tests");
        assert_eq!(texts(&kept, "id"), [Some(&*report.timeline.tests[0].id)]);
    }
}

#[test]
fn figures_are_never_touched() {
    let mut report = fixture::failed();
    report.timeline.engines[0].duration_s = Some(-0.5);
    let dir = exported(&report);
    assert!(csv(dir.path(), "engines").contains(",-0.5,"));
}

#[test]
fn commas_quotes_and_newlines_stay_in_their_cell() {
    let mut report = fixture::failed();
    report.findings[0].title = "a, \"b\"\nc".into();
    let dir = exported(&report);
    assert!(csv(dir.path(), "findings").contains(",\"a, \"\"b\"\"\nc\","));
}

#[test]
fn the_files_are_those_that_are_announced_and_known_again() {
    let dir = exported(&fixture::failed());
    let mut announced: Vec<PathBuf> = files().map(|name| dir.path().join(name)).collect();
    assert_eq!(announced[0], dir.path().join("findings.parquet"));
    assert_eq!(announced[1], dir.path().join("findings.csv"));
    announced.sort();
    assert_eq!(names(dir.path()), announced);
    for path in announced.iter().filter(|path| path.extension().is_some_and(|e| e == "csv")) {
        let text = fs::read_to_string(path).unwrap();
        assert!(is_table(text.lines().next().unwrap()), "{}", path.display());
    }
    assert!(!is_table("id,name") && !is_table(""));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let (one, two) = (exported(&fixture::failed()), exported(&fixture::failed()));
    for path in names(one.path()) {
        let other = two.path().join(path.file_name().unwrap());
        assert_eq!(fs::read(&path).unwrap(), fs::read(other).unwrap(), "{}", path.display());
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named_with_the_reason() {
    let dir = exported(&fixture::failed());
    let mut unwritable = fs::File::open(dir.path().join("findings.csv")).unwrap();
    let error = export(&fixture::failed(), [&mut unwritable]).unwrap_err();
    let TablesError::File { name, cause } = &error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), format!("cannot write {name}: {cause}"));
    assert_eq!(name, "findings.parquet");
}

/// What stands in the directory, hidden files included.
fn names(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

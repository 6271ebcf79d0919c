//! The archive for a ticket.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::Value;
use sha2::{Digest, Sha256};
use support::{logscan, text};

const LEAK: &str = "samples/leak-exhaustion";

fn bundle(log: &str, more: &[&str]) -> Result<Vec<u8>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ticket.zip").to_str().unwrap().to_owned();
    let mut args = vec!["bundle", log, "-o", &path];
    args.extend(more);
    let output = logscan(&args);
    match output.status.code() {
        Some(0) => Ok(std::fs::read(&path).unwrap()),
        _ => {
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
            Err(text(&output.stderr))
        }
    }
}

fn unpacked(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().unwrap().into_owned(), content);
    }
    files
}

#[test]
fn the_manifest_lists_every_file_with_its_hash() {
    let files = unpacked(&bundle(LEAK, &[]).unwrap());
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for file in listed {
        let content = &files[file["name"].as_str().unwrap()];
        let hash: String = Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(file["sha256"], hash);
    }
    for name in ["ticket.md", "report.html", "report.json", "findings.csv"] {
        assert!(files.contains_key(name), "{name}");
    }
}

#[test]
fn every_line_of_evidence_is_in_the_cut_log() {
    let files = unpacked(&bundle(LEAK, &[]).unwrap());
    let report: Value = serde_json::from_slice(&files["report.json"]).unwrap();
    let logs: Vec<String> = files
        .iter()
        .filter(|(name, _)| name.starts_with("log-"))
        .map(|(_, content)| text(content))
        .collect();
    let findings = report["findings"].as_array().unwrap().iter();
    let evidence = findings.flat_map(|finding| finding["evidence"].as_array().unwrap());
    for line in evidence {
        let shown = format!("{:>7} > {}", line["line"], line["text"].as_str().unwrap());
        assert!(logs.iter().any(|log| log.contains(&shown)), "{shown}");
    }
}

#[test]
fn the_same_logs_give_the_same_bytes() {
    assert_eq!(bundle(LEAK, &[]).unwrap(), bundle(LEAK, &["--threads", "1"]).unwrap());
}

#[test]
fn the_limit_holds_and_what_is_missing_is_said() {
    let whole = bundle(LEAK, &[]).unwrap().len();
    let mut last = usize::MAX;
    for limit in [whole, whole - 1, 6000] {
        let archive = bundle(LEAK, &["--max-size", &limit.to_string()]).unwrap();
        assert!(archive.len() <= limit && archive.len() < last, "{limit}: {}", archive.len());
        last = archive.len();
    }
    let least = unpacked(&bundle(LEAK, &["--max-size", "6000"]).unwrap());
    let manifest: Value = serde_json::from_slice(&least["manifest.json"]).unwrap();
    assert!(manifest["left_out"].as_array().unwrap().iter().any(|name| name == "report.html"));
    assert!(text(&least["ticket.md"]).contains("`report.html`: left out"));
    let refused = bundle(LEAK, &["--max-size", "1kB"]).unwrap_err();
    assert!(refused.contains("--max-size"), "{refused}");
}

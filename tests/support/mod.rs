//! What the tests of the whole program share: running it as a user does.

#![allow(dead_code, reason = "no test file needs all of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn logscan(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logscan"));
    command.args(args).current_dir(root()).env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn report(args: &[&str]) -> Value {
    let mut all = vec!["analyze", "--format", "json"];
    all.extend(args);
    let output = logscan(&all);
    assert!(output.status.code().unwrap() < 2, "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn temporary(name: &str, content: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

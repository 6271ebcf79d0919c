//! What must hold: lists are complete, pages exist, arrows point the right way, files
//! stay readable, generated things are fresh.

use std::collections::BTreeSet;

use crate::{generate, read, root, stems};

/// Lines of a file before its tests.
const LONGEST: usize = 400;
/// Bytes that samples and tests may take together.
const LARGEST: u64 = 20 << 20;

const DETECTORS: &str = "crates/logscan-analysis/src/detectors";
/// Modules beside the detectors that are none.
const HELPERS: [&str; 7] =
    ["mod", "support", "passed_beside", "readiness", "too_early", "drift", "errors"];

/// Checks everything; returns what does not hold.
pub(crate) fn run() -> Vec<String> {
    let mut failures = Vec::new();
    for check in [detectors, catalogue, formats, arrows, lengths, sizes, readme, accuracy] {
        match check() {
            Ok(found) => failures.extend(found),
            Err(failure) => failures.push(failure),
        }
    }
    failures.extend(generate::run(true));
    failures.extend(generate::orphans());
    failures
}

type Found = Result<Vec<String>, String>;

/// Every detector has its page and its two lines in the list.
fn detectors() -> Found {
    let list = read(&format!("{DETECTORS}/mod.rs"))?;
    let code: Vec<String> = stems(DETECTORS, ".rs")
        .into_iter()
        .filter(|stem| !HELPERS.contains(&stem.as_str()))
        .collect();
    // The rows of the table of errors have pages, and no file of their own.
    let rows = read(&format!("{DETECTORS}/errors.rs"))?;
    let pages = stems(DETECTORS, ".md").into_iter();
    let pages: Vec<String> =
        pages.filter(|page| !rows.contains(&format!("include_str!(\"{page}.md\")"))).collect();
    let mut failures = differences(&code, &pages, "detector", "page");
    for stem in &code {
        for line in [format!("mod {stem};"), format!("{stem}::DETECTOR,")] {
            if !list.contains(&line) {
                failures.push(format!("{DETECTORS}/mod.rs lacks `{line}`"));
            }
        }
    }
    Ok(failures)
}

fn differences(left: &[String], right: &[String], one: &str, other: &str) -> Vec<String> {
    let left: BTreeSet<_> = left.iter().collect();
    let right: BTreeSet<_> = right.iter().collect();
    let lacks = left.difference(&right).map(|stem| format!("{one} {stem} has no {other}"));
    let spare = right.difference(&left).map(|stem| format!("{other} {stem} has no {one}"));
    lacks.chain(spare).collect()
}

/// Every catalogue file is compiled in.
fn catalogue() -> Found {
    let read_by = [
        "catalogue/lists",
        "recognise/codes",
        "recognise/lifecycle",
        "recognise/pool_counts",
        "recognise/target",
        "recognise/total",
        "recognise/trouble",
        "recognise/vocabulary",
    ];
    let list: Result<String, String> =
        read_by.iter().map(|file| read(&format!("crates/logscan-ingest/src/{file}.rs"))).collect();
    let list = list?;
    let files = stems("crates/logscan-ingest/catalogue", ".toml");
    let missing = files.iter().filter(|file| !list.contains(&format!("{file}.toml\"")));
    Ok(missing.map(|file| format!("catalogue/{file}.toml is not compiled in")).collect())
}

/// Every format is listed.
fn formats() -> Found {
    let list = read("crates/logscan-ingest/src/formats/mod.rs")?;
    let files = stems("crates/logscan-ingest/src/formats", ".rs");
    let formats = files.iter().filter(|file| !["mod", "time"].contains(&file.as_str()));
    let missing = formats.filter(|file| !list.contains(&format!("{file}::FORMAT,")));
    Ok(missing.map(|file| format!("formats/{file}.rs is not in the list")).collect())
}

/// Arrows between crates are those that ARCHITECTURE.md draws: `- a -> b, c`.
fn arrows() -> Found {
    let page = read("ARCHITECTURE.md")?;
    let mut failures = Vec::new();
    for name in crates() {
        let drawn = page.lines().find_map(|line| line.strip_prefix(&format!("- `{name}` -> ")));
        let drawn: BTreeSet<String> = drawn
            .unwrap_or_default()
            .split(", ")
            .map(|name| name.trim_matches('`').to_owned())
            .filter(|name| name.starts_with("logscan"))
            .collect();
        let real = dependencies(&name)?;
        if drawn != real {
            failures.push(format!("{name} depends on {real:?}, ARCHITECTURE.md draws {drawn:?}"));
        }
    }
    Ok(failures)
}

fn crates() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("crates")).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The crates of the workspace on which a crate depends, tests apart.
fn dependencies(name: &str) -> Result<BTreeSet<String>, String> {
    let manifest = read(&format!("crates/{name}/Cargo.toml"))?;
    let table: toml::Table = manifest.parse().map_err(|e| format!("{name}: {e}"))?;
    let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
    let names = dependencies.into_iter().flat_map(toml::Table::keys);
    Ok(names.filter(|name| name.starts_with("logscan")).cloned().collect())
}

/// No file has outgrown its reader.
fn lengths() -> Found {
    let mut failures = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
                let code = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
                if code > LONGEST {
                    failures.push(format!("{} has {code} lines before its tests", path.display()));
                }
            }
        }
    }
    Ok(failures)
}

/// Samples and tests stay small.
fn sizes() -> Found {
    let total = size(&root().join("samples")) + size(&root().join("tests"));
    let large = total > LARGEST;
    Ok(large.then(|| format!("samples and tests take {total} bytes")).into_iter().collect())
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let kept = entries.filter(|entry| entry.file_name() != "node_modules");
    let bytes = |path: &std::path::Path| path.metadata().map_or(0, |metadata| metadata.len());
    kept.map(|entry| entry.path()).map(|p| if p.is_dir() { size(&p) } else { bytes(&p) }).sum()
}

/// The commands that README shows are those that the gate runs.
fn readme() -> Found {
    let readme = read("README.md")?;
    let gate = read(".ci/run")?;
    let block = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let commands: Vec<&str> = block.unwrap_or_default().lines().collect();
    if commands.len() != 2 {
        return Ok(vec!["README.md does not show two commands in its first sh block".into()]);
    }
    let missing = commands.into_iter().filter(|command| !gate.contains(command));
    Ok(missing.map(|command| format!(".ci/run does not run README's `{command}`")).collect())
}

/// README shows the figures of docs/accuracy.md, which is generated.
fn accuracy() -> Found {
    let (readme, page) = (read("README.md")?, read("docs/accuracy.md")?);
    let table = page.lines().skip_while(|line| !line.starts_with('|'));
    let missing =
        table.take_while(|line| line.starts_with('|')).filter(|line| !readme.contains(line));
    Ok(missing
        .map(|line| format!("README.md lacks the line of docs/accuracy.md: {line}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_on_either_side_is_named() {
        let left = ["a".to_owned(), "b".to_owned()];
        let right = ["b".to_owned(), "c".to_owned()];
        let found = differences(&left, &right, "detector", "page");
        assert_eq!(found, ["detector a has no page", "page c has no detector"]);
    }
}

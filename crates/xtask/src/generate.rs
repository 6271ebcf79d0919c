//! What is generated: the list of rules, the schema of the report, and the reports of
//! the samples.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use logscan_model::Report;
use logscan_model::comparison::Comparison;

use crate::{accuracy, root, say, stems};

/// A generated file.
struct Generated {
    path: String,
    content: Vec<u8>,
}

/// Makes everything, or with `check` lists what is out of date.
pub(crate) fn run(check: bool) -> Vec<String> {
    let mut failures = Vec::new();
    let mut files = vec![rules()];
    files.push(schema("report", &schemars::schema_for!(Report)));
    files.push(schema("diff", &schemars::schema_for!(Comparison)));
    match made_by_the_program() {
        Ok(made) => files.extend(made),
        Err(failure) => failures.push(failure),
    }
    for Generated { path, content } in files {
        let target = root().join(&path);
        if std::fs::read(&target).is_ok_and(|present| present == content) {
            continue;
        }
        if check {
            failures.push(format!("{path} is out of date; run `cargo xtask gen`"));
        } else if let Err(cause) = write(&target, &content) {
            failures.push(format!("{path}: {cause}"));
        } else {
            say(&format!("wrote {path}"));
        }
    }
    failures
}

fn write(target: &PathBuf, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(target, content)
}

fn rules() -> Generated {
    let mut page = "# Rules\n\n`logscan explain CODE` prints the page of a rule.\n".to_owned();
    for rule in logscan_analysis::rules() {
        let body = rule.page.trim_start_matches("# ").trim_end();
        let body = body.replace("\n## ", "\n### ");
        _ = write!(page, "\n## {body}\n");
    }
    Generated { path: "docs/rules.md".into(), content: page.into_bytes() }
}

fn schema(name: &str, schema: &schemars::Schema) -> Generated {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    Generated { path: format!("docs/{name}.schema.json"), content: text.into_bytes() }
}

const FORMATS: [(&str, &str); 4] =
    [("html", "html"), ("json", "json"), ("markdown", "md"), ("human", "txt")];

fn made_by_the_program() -> Result<Vec<Generated>, String> {
    let program = program()?;
    let mut made = reports(&program)?;
    made.extend(comparison(&program)?);
    made.push(accuracy(&program)?);
    Ok(made)
}

fn accuracy(program: &Path) -> Result<Generated, String> {
    let content = accuracy::page(program)?.into_bytes();
    Ok(Generated { path: "docs/accuracy.md".into(), content })
}

/// Makes docs/accuracy.md, and shows it.
pub(crate) fn only_accuracy() -> Vec<String> {
    let made = program().and_then(|program| accuracy(&program));
    let written = made.and_then(|Generated { path, content }| {
        say(&String::from_utf8_lossy(&content));
        write(&root().join(&path), &content).map_err(|cause| format!("{path}: {cause}"))
    });
    written.err().into_iter().collect()
}

/// Scores recordings of the laboratory, and shows the figures.
pub(crate) fn laboratory(folder: &Path, logscan: Option<PathBuf>, ledger: bool) -> Vec<String> {
    let asked = logscan.map_or_else(program, Ok);
    let page = asked.and_then(|program| accuracy::laboratory(&program, folder, ledger));
    page.map(|page| say(&page)).err().into_iter().collect()
}

/// One report of every sample in every format, made by the program itself.
fn reports(program: &PathBuf) -> Result<Vec<Generated>, String> {
    let folders = std::fs::read_dir(root().join("samples")).map_err(|e| format!("samples: {e}"))?;
    let mut samples: Vec<String> = folders
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    samples.sort();
    let mut reports = Vec::new();
    for sample in samples {
        for (format, ending) in FORMATS {
            let content = report(program, &sample, format)?;
            reports.push(Generated { path: format!("reports/{sample}.{ending}"), content });
        }
    }
    Ok(reports)
}

fn report(program: &PathBuf, sample: &str, format: &str) -> Result<Vec<u8>, String> {
    printed(program, &["analyze", &format!("samples/{sample}")], format)
}

/// A comparison: a run with a leak, and the same tests without it.
const FIXED: (&str, [&str; 3]) =
    ("diff-leak-exhaustion-healthy", ["diff", "samples/leak-exhaustion", "samples/healthy"]);

fn comparison(program: &PathBuf) -> Result<Vec<Generated>, String> {
    let made = FORMATS.iter().map(|(format, ending)| {
        let content = printed(program, &FIXED.1, format)?;
        Ok(Generated { path: format!("reports/{}.{ending}", FIXED.0), content })
    });
    made.collect()
}

fn printed(program: &PathBuf, args: &[&str], format: &str) -> Result<Vec<u8>, String> {
    let output = Command::new(program)
        .args(args)
        .args(["--isolated", "--format", format])
        .current_dir(root())
        .output()
        .map_err(|cause| format!("{}: {cause}", program.display()))?;
    match output.status.code() {
        Some(0 | 1) => Ok(output.stdout),
        _ => Err(format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// Builds the program, without tables, and finds it beside this one.
fn program() -> Result<PathBuf, String> {
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--package", "logscan", "--no-default-features"])
        .current_dir(root())
        .status()
        .map_err(|cause| format!("cargo build: {cause}"))?;
    if !built.success() {
        return Err("cargo build failed".into());
    }
    let own = std::env::current_exe().map_err(|cause| cause.to_string())?;
    Ok(own.with_file_name(format!("logscan{}", std::env::consts::EXE_SUFFIX)))
}

/// Names of reports that no sample has any more.
pub(crate) fn orphans() -> Vec<String> {
    let samples = root().join("samples");
    let all = FORMATS.iter().flat_map(|(_, ending)| {
        let dotted = format!(".{ending}");
        stems("reports", &dotted).into_iter().map(move |stem| (stem, dotted.clone()))
    });
    let gone = all.filter(|(stem, _)| stem != FIXED.0 && !samples.join(stem).is_dir());
    gone.map(|(stem, ending)| format!("reports/{stem}{ending} has no sample")).collect()
}

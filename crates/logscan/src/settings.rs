//! `logscan.toml` and `--signatures`: what users add of their own.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use logscan_ingest::Catalogue;
use logscan_ingest::catalogue::BUILTIN;
use logscan_model::Limits;
use logscan_model::settings::{PoolSettings, Settings as Model, Thresholds};
use serde::Deserialize;

use crate::accept::Suppression;
use crate::args::Own;
use crate::problem::Problem;
use crate::saved::Baseline;

/// Name of the file that is read from the working directory, if it is there.
const FILE: &str = "logscan.toml";

/// Everything that users may tell.
pub(crate) struct Settings {
    pub(crate) catalogue: Cow<'static, Catalogue>,
    pub(crate) model: Model,
    pub(crate) suppressions: Vec<Suppression>,
    /// An earlier report, if one was named: its findings are accepted.
    pub(crate) baseline: Option<Baseline>,
    pub(crate) limits: Limits,
    /// The files that were read for it.
    pub(crate) files: Vec<PathBuf>,
}

/// The file as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    pools: PoolSettings,
    thresholds: Thresholds,
    signatures: Signatures,
    suppressions: Vec<Suppression>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Signatures {
    /// Folders with catalogue files, seen from the file.
    folders: Vec<PathBuf>,
}

impl Settings {
    /// Reads what the arguments name, and the file of the working directory.
    pub(crate) fn read(own: &Own, limits: Limits) -> Result<Self, Problem> {
        let found = || Some(PathBuf::from(FILE)).filter(|path| path.exists());
        let path = own.config.clone().or_else(|| found().filter(|_| !own.isolated));
        let file = path.as_deref().map(parse).transpose()?.unwrap_or_default();
        let beside = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let named = path.as_deref().unwrap_or(Path::new(FILE)).display();
        for suppression in &file.suppressions {
            suppression.check().map_err(|wrong| Problem::new(format!("{named}: {wrong}")))?;
        }
        let listed = file.signatures.folders.into_iter().map(|folder| beside.join(folder));
        let folders: Vec<PathBuf> = listed.chain(own.signatures.iter().cloned()).collect();
        let model = Model { pools: file.pools, thresholds: file.thresholds };
        let suppressions = file.suppressions;
        let mut read = Vec::new();
        let catalogue = match own.by_words {
            true => Cow::Owned(Catalogue::builtin().without_errors()),
            false => catalogue(&folders, limits.signatures, &mut read)?,
        };
        read.extend(path);
        Ok(Self { catalogue, model, suppressions, baseline: None, limits, files: read })
    }
}

fn parse(path: &Path) -> Result<File, Problem> {
    let shown = path.display();
    let bytes = std::fs::metadata(path).map_or(0, |known| known.len());
    if bytes > LONGEST {
        let most = format!("{shown} has {bytes} bytes; settings have {LONGEST} at most");
        return Err(Problem::new(most));
    }
    let text = read(path)?;
    toml::from_str(&text).map_err(|error| Problem::new(format!("{shown}: {error}")))
}

/// Most bytes of a file of settings.
const LONGEST: u64 = 4 << 20;

/// The text of a file. Pipes and devices are refused: they may never end.
fn read(path: &Path) -> Result<String, Problem> {
    let shown = path.display();
    let unreadable =
        |cause: &dyn fmt::Display| Problem::new(format!("cannot read {shown}: {cause}"));
    let known = std::fs::metadata(path).map_err(|cause| unreadable(&cause))?;
    if !known.is_file() {
        return Err(unreadable(&"it is no regular file"));
    }
    std::fs::read_to_string(path).map_err(|cause| unreadable(&cause))
}

/// The signatures that are compiled in, and those of the folders; together they must be
/// without contradiction.
fn catalogue(
    folders: &[PathBuf],
    most: u64,
    read: &mut Vec<PathBuf>,
) -> Result<Cow<'static, Catalogue>, Problem> {
    if folders.is_empty() {
        return Ok(Cow::Borrowed(Catalogue::builtin()));
    }
    let builtin = BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let mut files: Vec<(String, String)> = builtin.collect();
    for folder in folders {
        files.extend(files_of(folder, most)?);
    }
    read.extend(files[BUILTIN.len()..].iter().map(|(name, _)| PathBuf::from(name)));
    let catalogue =
        Catalogue::load(&files).map_err(|error| Problem::new(error.to_string()).hint(HINT))?;
    let wrong = catalogue.check();
    match wrong.split_first() {
        None => Ok(Cow::Owned(catalogue)),
        Some((first, rest)) => {
            let problem = Problem::new(first.to_string());
            Err(rest.iter().fold(problem, |all, next| all.hint(next.to_string())).hint(HINT))
        }
    }
}

const HINT: &str = "`logscan init LOG` writes signatures that hold; edit those";

fn files_of(folder: &Path, most: u64) -> Result<Vec<(String, String)>, Problem> {
    let shown = folder.display();
    let unreadable = |cause| Problem::new(format!("cannot read signatures of {shown}: {cause}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let bytes = std::fs::metadata(&path).map_err(unreadable)?.len();
            if bytes > most {
                let shown = path.display();
                let problem = format!("{shown} has {bytes} bytes; {most} are allowed");
                return Err(Problem::new(problem).hint("--max-signatures raises the limit"));
            }
            let text = self::read(&path)?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(Problem::new(format!("{shown} holds no .toml file with signatures"))),
        false => Ok(files),
    }
}

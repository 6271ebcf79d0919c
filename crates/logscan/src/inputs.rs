//! From arguments to sources: files, directories, globs, standard input.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use logscan_ingest::{Catalogue, Options, Reader, Source, SourceError, archive};
use logscan_model::{Limits, Note};
use rayon::prelude::*;

use crate::problem::{Problem, tell};

/// A source, and whether the user named it or it was found in a directory.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) source: Source,
    pub(crate) named: bool,
}

/// An input that was looked at.
pub(crate) enum Opened<'s> {
    /// It can be read.
    Read(Box<Reader<'s>>),
    /// It cannot, and the user named it.
    Failed(String, SourceError),
}

/// What the arguments stand for.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) all: Vec<Input>,
    /// Whether every argument stands for some.
    pub(crate) complete: bool,
    /// What was left out of archives.
    pub(crate) notes: Vec<Note>,
}

/// All inputs, in the order of the arguments; the same file counts once.
pub(crate) fn expand(arguments: &[String], limits: Limits) -> Result<Inputs, Problem> {
    let mut inputs = Inputs::default();
    let mut missing = Vec::new();
    let mut seen = BTreeSet::new();
    for argument in arguments {
        if argument == "-" && !seen.insert(PathBuf::from("-")) {
            continue;
        }
        if argument == "-" {
            inputs.add(Source::stdin(limits), true, &mut missing);
            continue;
        }
        let found = paths(argument).unwrap_or_else(|problem| {
            missing.push(problem);
            Vec::new()
        });
        for (path, named) in found {
            let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
            if seen.insert(identity) {
                inputs.add(source(path, limits), named, &mut missing);
            }
        }
    }
    match missing.pop() {
        Some(last) if inputs.all.is_empty() => {
            missing.iter().for_each(Problem::print);
            Err(last)
        }
        last => {
            missing.extend(last);
            missing.iter().for_each(Problem::print);
            inputs.complete = missing.is_empty();
            Ok(inputs)
        }
    }
}

impl Inputs {
    /// Takes in the members of an archive, or the source itself.
    fn add(
        &mut self,
        source: Result<Source, SourceError>,
        named: bool,
        missing: &mut Vec<Problem>,
    ) {
        let unpacked = source.and_then(|source| Ok((archive::members(&source)?, source)));
        match unpacked {
            Ok((None, source)) => self.all.push(Input { source, named }),
            Ok((Some(members), _)) => {
                let member = |source| Input { source, named: false };
                self.all.extend(members.sources.into_iter().map(member));
                self.notes.extend(members.notes);
            }
            Err(error) => missing.push(Problem::new(error.to_string())),
        }
    }
}

/// A file, or what can be read only once.
fn source(path: PathBuf, limits: Limits) -> Result<Source, SourceError> {
    match path.metadata() {
        Ok(known) if !known.is_file() && !known.is_dir() => Source::pipe(&path, limits),
        _ => Ok(Source::file(path).within(limits)),
    }
}

fn paths(argument: &str) -> Result<Vec<(PathBuf, bool)>, Problem> {
    let path = Path::new(argument);
    if path.is_dir() {
        let found = files_below(path)?;
        if found.is_empty() {
            return Err(Problem::new(format!("{argument} holds no file")));
        }
        return Ok(found.into_iter().map(|path| (path, false)).collect());
    }
    if path.exists() || !argument.contains(['*', '?', '[']) {
        return Ok(vec![(path.to_owned(), true)]);
    }
    globbed(argument)
}

fn globbed(pattern: &str) -> Result<Vec<(PathBuf, bool)>, Problem> {
    let found = glob::glob(pattern)
        .map_err(|cause| Problem::new(format!("{pattern} is not a valid pattern: {cause}")))?;
    let files: Vec<_> = found.flatten().filter(|path| path.is_file()).collect();
    if files.is_empty() {
        return Err(Problem::new(format!("no file matches {pattern}")));
    }
    Ok(files.into_iter().map(|path| (path, false)).collect())
}

/// Regular files of a directory and those below it, sorted; hidden ones are left out.
fn files_below(directory: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |cause| Problem::new(format!("cannot read {}: {cause}", directory.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden || path.is_symlink() && path.is_dir() {
            continue;
        } else if path.is_dir() {
            files.extend(files_below(&path)?);
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Looks at every input; files of a directory that are no logs are skipped.
pub(crate) fn open<'s>(
    inputs: &'s [Input],
    catalogue: &'s Catalogue,
    options: &Options,
) -> Vec<Opened<'s>> {
    let looked_at: Vec<_> =
        inputs.par_iter().map(|input| Reader::new(&input.source, catalogue, options)).collect();
    let mut opened = Vec::new();
    for (input, reader) in inputs.iter().zip(looked_at) {
        match reader {
            Ok(reader) => opened.push(Opened::Read(Box::new(reader))),
            Err(error) if input.named || matches!(error, SourceError::Io { .. }) => {
                opened.push(Opened::Failed(input.source.name().to_owned(), error));
            }
            Err(error) => skipped(&error),
        }
    }
    opened
}

/// What is said of a file that was found in a directory and is no log.
fn skipped(error: &SourceError) {
    tell(&format!("logscan: skipped: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand_all(arguments: &[String]) -> Result<Inputs, Problem> {
        expand(arguments, Limits::default())
    }

    #[test]
    fn directories_are_sorted_and_hidden_files_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.log", "a.log", ".hidden"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let path = folder.path().to_str().unwrap().to_owned();
        let twice =
            expand_all(&[path.clone(), format!("{path}/a.log"), format!("{path}/*.log")]).unwrap();
        let names: Vec<_> = twice.all.iter().map(|input| input.source.name().to_owned()).collect();
        assert_eq!(names, [format!("{path}/a.log"), format!("{path}/b.log")]);
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_told() {
        assert!(expand_all(&["no-such-*.log".to_owned()]).is_err());
    }
}

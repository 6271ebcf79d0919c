//! From arguments to sources: files, directories, globs, standard input.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use logscan_ingest::{Catalogue, Options, Reader, Source, SourceError, archive, document};
use logscan_model::{Limits, Note, NoteKind};
use rayon::prelude::*;

use crate::nearest::nearest;
use crate::problem::{Problem, tell};
use crate::taken::is_ours;

/// Files that are named where something is said of several.
const NAMED: usize = 5;

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

/// Where the arguments lead to. Nothing was read yet.
#[derive(Debug, Default)]
pub(crate) struct Found {
    paths: Vec<(PathBuf, bool)>,
    excluded: Excluded,
    missing: Vec<Problem>,
    /// What is no file, with what it is.
    passed_over: Vec<String>,
    /// The files, also those that are left out, as they are called without links.
    pub(crate) files: Vec<PathBuf>,
}

/// What the arguments stand for.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) all: Vec<Input>,
    /// Whether every argument stands for some.
    pub(crate) complete: bool,
    /// What was left out of archives, and what is missing.
    pub(crate) notes: Vec<Note>,
}

/// Standard input, as an argument.
const STDIN: &str = "-";
/// The same as a file: a shell may have opened one for it, which is read as any other.
const STDIN_FILE: &str = "/dev/stdin";

/// Finds all inputs, in the order of the arguments; the same file counts once. Files that were
/// not named are left out if `excluded`.
pub(crate) fn find(arguments: &[String], excluded: &[String]) -> Result<Found, Problem> {
    let mut found = Found { excluded: Excluded::of(excluded)?, ..Found::default() };
    let mut seen = BTreeSet::new();
    for argument in arguments {
        let paths = match argument.as_str() {
            STDIN => Ok(vec![(PathBuf::from(STDIN), true)]),
            argument => paths(argument, &mut found.passed_over),
        };
        let paths = paths.unwrap_or_else(|problem| {
            found.missing.push(problem);
            Vec::new()
        });
        for (path, named) in paths {
            let real = if path == Path::new(STDIN) { Path::new(STDIN_FILE) } else { &path };
            let identity = real.canonicalize().unwrap_or_else(|_| path.clone());
            let wanted = named || !found.excluded.holds(&path);
            if wanted && seen.insert(identity.clone()) {
                found.paths.push((path, named));
            }
            found.files.push(identity);
        }
    }
    Ok(found)
}

impl Found {
    /// Opens archives and reads pipes.
    ///
    /// # Errors
    /// If nothing is left to read.
    pub(crate) fn unpack(self, limits: Limits) -> Result<Inputs, Problem> {
        let mut inputs = Inputs { complete: self.missing.is_empty(), ..Inputs::default() };
        let mut missing = self.missing;
        for (path, named) in self.paths {
            inputs.add(source(path, limits), named, &self.excluded, &mut missing);
        }
        match missing.pop() {
            Some(last) if inputs.all.is_empty() => {
                missing.iter().for_each(Problem::print);
                Err(last)
            }
            None if inputs.all.is_empty() => {
                let patterns = self.excluded.shown();
                Err(Problem::new(match patterns.is_empty() {
                    true => "the archives hold no file".to_owned(),
                    false => format!("{patterns} leaves no file to read"),
                }))
            }
            last => {
                missing.extend(last);
                missing.iter().for_each(Problem::print);
                let unread = missing.iter().map(|problem| unreadable(problem.sentence()));
                inputs.notes.extend(unread);
                inputs.notes.extend(no_logs(&self.passed_over));
                Ok(inputs)
            }
        }
    }
}

/// What is said of an input of which nothing was read.
pub(crate) fn unreadable(sentence: &str) -> Note {
    // A name at the beginning stays as it is.
    let sentence = match sentence.strip_prefix("cannot ") {
        Some(rest) => format!("Cannot {rest}."),
        None => format!("{sentence}."),
    };
    Note::new(NoteKind::Unreadable, 1, sentence, None)
}

/// What the user wants to leave out.
#[derive(Debug, Default)]
struct Excluded(Vec<glob::Pattern>);

impl Excluded {
    fn of(patterns: &[String]) -> Result<Self, Problem> {
        let parsed = patterns.iter().map(|pattern| {
            glob::Pattern::new(pattern).map_err(|cause| invalid_pattern(pattern, &cause))
        });
        Ok(Self(parsed.collect::<Result<_, _>>()?))
    }

    /// Whether a file or a folder above it matches, by its name or by its whole path.
    fn holds(&self, path: &Path) -> bool {
        let parts = || path.ancestors().filter(|part| !part.as_os_str().is_empty());
        let name = |part: &Path, pattern: &glob::Pattern| {
            part.file_name().is_some_and(|name| pattern.matches(&name.to_string_lossy()))
        };
        let hit = |pattern: &glob::Pattern| {
            parts().any(|part| pattern.matches_path(part) || name(part, pattern))
        };
        self.0.iter().any(hit)
    }

    fn shown(&self) -> String {
        let all = self.0.iter().map(|pattern| format!("--exclude {}", pattern.as_str()));
        all.collect::<Vec<_>>().join(" ")
    }
}

fn invalid_pattern(pattern: &str, cause: &glob::PatternError) -> Problem {
    Problem::new(format!("{pattern} is not a valid pattern: {cause}"))
}

impl Inputs {
    /// Takes in the members of an archive, or the source itself.
    fn add(
        &mut self,
        source: Result<Source, SourceError>,
        named: bool,
        excluded: &Excluded,
        missing: &mut Vec<Problem>,
    ) {
        let unpacked = source.and_then(|source| Ok((archive::members(&source)?, source)));
        match unpacked {
            Ok((None, source)) => self.all.push(Input { source, named }),
            Ok((Some(members), _)) => {
                let wanted = |source: &Source| {
                    let inner = source.name().rsplit('!').next().unwrap_or_default();
                    !excluded.holds(Path::new(inner))
                };
                let member = |source| Input { source, named: false };
                self.all.extend(members.sources.into_iter().filter(wanted).map(member));
                self.notes.extend(members.notes);
            }
            Err(error) => {
                self.complete &= !error.is_missing();
                missing.push(Problem::new(error.to_string()));
            }
        }
    }
}

/// A file, or what can be read only once.
pub(crate) fn source(path: PathBuf, limits: Limits) -> Result<Source, SourceError> {
    if path == Path::new(STDIN) {
        return Source::stdin(limits);
    }
    match path.metadata() {
        Ok(known) if !known.is_file() && !known.is_dir() => Source::pipe(&path, limits),
        _ => Ok(Source::file(path).within(limits)),
    }
}

fn paths(argument: &str, passed_over: &mut Vec<String>) -> Result<Vec<(PathBuf, bool)>, Problem> {
    let path = Path::new(argument);
    if path.is_dir() {
        let found = files_below(path, passed_over)?;
        if found.is_empty() {
            return Err(Problem::new(format!("{argument} holds no file")));
        }
        return Ok(found.into_iter().map(|path| (path, false)).collect());
    }
    if path.try_exists().unwrap_or(true) {
        return Ok(vec![(path.to_owned(), true)]);
    }
    if argument.contains(['*', '?', '[']) { globbed(argument) } else { Err(no_file(path)) }
}

/// That a path leads nowhere, and what its folder holds instead.
fn no_file(path: &Path) -> Problem {
    let problem = Problem::new(format!("cannot read {}: no such file", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = folder.unwrap_or(Path::new(".")).read_dir() else {
        return problem.hint("its folder cannot be read either");
    };
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let names: Vec<String> = entries.flatten().map(name).collect();
    let wanted = path.file_name().unwrap_or_default().to_string_lossy();
    match nearest(&wanted, names.iter().map(String::as_str)) {
        near if names.is_empty() || near.is_empty() => problem.hint("its folder is empty"),
        near => problem.hint(format!("its folder holds {}", near.join(", "))),
    }
}

fn globbed(pattern: &str) -> Result<Vec<(PathBuf, bool)>, Problem> {
    let found = glob::glob(pattern).map_err(|cause| invalid_pattern(pattern, &cause))?;
    let files: Vec<_> = found.flatten().filter(|path| path.is_file()).collect();
    if files.is_empty() {
        return Err(Problem::new(format!("no file matches {pattern}")));
    }
    Ok(files.into_iter().map(|path| (path, false)).collect())
}

/// Regular files of a directory and those below it, sorted; hidden ones are left out, and what is
/// no file is passed over.
fn files_below(directory: &Path, passed_over: &mut Vec<String>) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |cause| Problem::new(format!("cannot read {}: {cause}", directory.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden || path.is_symlink() && path.is_dir() {
            continue;
        } else if path.is_dir() {
            files.extend(files_below(&path, passed_over)?);
        } else if path.is_file() {
            files.push(path);
        } else {
            let what = if path.exists() { "a pipe or a device" } else { "a link to nothing" };
            passed_over.push(format!("{} ({what})", path.display()));
        }
    }
    files.sort();
    Ok(files)
}

/// Looks at every input. What is no log is passed over, unless its format is said; of a runner's
/// report beside logs the counts are read.
pub(crate) fn open<'s>(
    inputs: &'s [Input],
    catalogue: &'s Catalogue,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Vec<Opened<'s>> {
    let options = Options { is_report: is_ours, ..*options };
    let looked_at: Vec<_> =
        inputs.par_iter().map(|input| Reader::new(&input.source, catalogue, &options)).collect();
    let is_log = |reader: &Reader<'_>| reader.detection().document.is_none();
    let any_log = looked_at.iter().flatten().any(is_log);
    let mut opened = Vec::new();
    let mut passed_over = Vec::new();
    for (input, reader) in inputs.iter().zip(looked_at) {
        let name = input.source.name();
        match reader {
            Ok(mut reader) => match reader.detection().document {
                Some(kind) if any_log && is_told_by_logs(kind, input.named) => {
                    reader.read_counts_only();
                    passed_over.push(format!("{name} ({kind}; only its counts were read)"));
                    opened.push(Opened::Read(Box::new(reader)));
                }
                Some(document::NOTES | document::TABLE_OF_LOG) if input.named => {
                    opened.push(Opened::Read(Box::new(reader)));
                }
                Some(document::TEST_REPORT) | None => opened.push(Opened::Read(Box::new(reader))),
                Some(kind) if kind == document::OWN_REPORT || !input.named => {
                    passed_over.push(format!("{name} ({kind})"));
                }
                Some(kind) => notes.push(not_read(name, kind)),
            },
            Err(error) if input.named || matches!(error, SourceError::Io { .. }) => {
                opened.push(Opened::Failed(name.to_owned(), error));
            }
            Err(SourceError::Empty { .. }) => passed_over.push(format!("{name} (empty)")),
            Err(SourceError::Binary { what, .. }) => passed_over.push(format!("{name} ({what})")),
            Err(error) => passed_over.push(error.to_string()),
        }
    }
    notes.extend(no_logs(&passed_over));
    opened
}

/// Whether a report of a test runner adds no more than its counts to logs, which tell what failed.
fn is_told_by_logs(kind: &str, named: bool) -> bool {
    kind == document::ONE_LINE_REPORT || kind == document::TEST_REPORT && !named
}

/// What is said of a document that was given as a log.
fn not_read(name: &str, kind: &str) -> Note {
    let what_to_do = match kind {
        document::ONE_LINE_REPORT => {
            format!("`xmllint --format {name} | logscan analyze -` reads it line by line")
        }
        _ => "--input-format plain reads it".to_owned(),
    };
    let sentence = format!("{name} is {kind}, no log, and was not read ({what_to_do}).");
    tell(&format!("logscan: {sentence}"));
    Note::new(NoteKind::Document, 1, sentence, None)
}

/// What is said of files that are no logs.
fn no_logs(files: &[String]) -> Option<Note> {
    let count = files.len();
    let names = files.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match count.saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let sentence = match count {
        0 => return None,
        1 => format!("1 file is no log and was passed over: {names}."),
        _ => format!("{count} files are no logs and were passed over: {names}{more}."),
    };
    tell(&format!("logscan: {sentence}"));
    Some(Note::new(NoteKind::NoLogs, count as u64, sentence, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand_all(arguments: &[String]) -> Result<Inputs, Problem> {
        find(arguments, &[])?.unpack(Limits::default())
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

    #[test]
    fn patterns_leave_out_files_folders_and_nothing_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("old")).unwrap();
        for name in ["a.log", "b.txt", "old/c.log"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let path = folder.path().to_str().unwrap().to_owned();
        let left = |patterns: &[&str], more: &[String]| {
            let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
            let arguments: Vec<String> = more.iter().chain([&path]).cloned().collect();
            let inputs = find(&arguments, &patterns).unwrap().unpack(Limits::default());
            let names = inputs.map(|all| {
                all.all
                    .into_iter()
                    .map(|one| one.source.name()[path.len() + 1..].to_owned())
                    .collect::<Vec<_>>()
            });
            names.unwrap_or_default()
        };
        assert_eq!(left(&["*.txt"], &[]), ["a.log", "old/c.log"]);
        assert_eq!(left(&["old"], &[]), ["a.log", "b.txt"]);
        assert_eq!(left(&["*"], &[]), Vec::<String>::new());
        assert_eq!(left(&["*"], &[format!("{path}/b.txt")]), ["b.txt"]);
    }
}

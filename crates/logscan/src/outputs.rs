//! Where reports go: standard output, and files.
//!
//! A file is written aside and takes its place when all are whole: a full disk leaves
//! the old ones untouched. Files are made before the work starts, so that a bad path
//! fails early.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use logscan_model::Report;
use logscan_report::{Format, Options, TICKET, csv};
use tempfile::NamedTempFile;

use crate::args::{Analyze, Colour};
use crate::problem::Problem;

/// Width of a page where there is no terminal.
const PAGE: usize = 100;
/// What GitHub takes as the summary of a step, in bytes.
const SUMMARY: usize = 1_048_576;

/// Everything that will be written.
pub(crate) struct Outputs {
    format: Format,
    options: Options,
    files: Vec<Target>,
}

struct Target {
    path: PathBuf,
    sink: Sink,
    content: Content,
}

/// Where the bytes go.
pub(crate) enum Sink {
    /// A file beside the one that it will replace.
    Aside(NamedTempFile),
    /// A pipe or a device, which cannot be replaced.
    Device(File),
}

#[derive(Clone, Copy)]
enum Content {
    Report(Format),
    Table(&'static str),
}

impl Outputs {
    /// Opens all files, so that a bad path fails before the work is done.
    pub(crate) fn open(args: &Analyze) -> Result<Self, Problem> {
        let format = format(&args.format)?;
        let mut files = Vec::new();
        for output in &args.output {
            for (path, content) in targets(output)? {
                spare_inputs(&path, &args.read.paths)?;
                let sink = Sink::open(&path).map_err(|cause| unwritable(&path, &cause))?;
                files.push(Target { path, sink, content });
            }
        }
        Ok(Self { format, options: display(args), files })
    }

    /// Writes the report everywhere; whether standard output was read to its end.
    pub(crate) fn write(mut self, report: &Report) -> Result<bool, Problem> {
        let page = Options { width: PAGE, color: false, ..self.options };
        for target in &mut self.files {
            let written = target.fill(report, &page);
            written.map_err(|cause| unwritable(&target.path, &cause))?;
        }
        for target in self.files {
            let done = target.sink.finish(&target.path);
            done.map_err(|cause| unwritable(&target.path, &cause))?;
        }
        if self.format == Format::Github {
            step_summary(report, &page)?;
        }
        let mut page = Vec::new();
        let written = logscan_report::write(self.format, report, &self.options, &mut page);
        written.map_err(|cause| Problem::new(format!("cannot write the report: {cause}")))?;
        print_to_end(&page)
    }
}

impl Target {
    fn fill(&mut self, report: &Report, page: &Options) -> io::Result<()> {
        let mut out = BufWriter::new(self.sink.file());
        match self.content {
            Content::Report(format) => logscan_report::write(format, report, page, &mut out)?,
            Content::Table(name) => csv::write_table(name, report, page.csv_raw, &mut out)?,
        }
        out.flush()
    }
}

impl Sink {
    /// Makes a file beside `path`; pipes and devices are opened as they are.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
            return Ok(Self::Device(File::options().write(true).open(path)?));
        }
        if path.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut aside = tempfile::Builder::new();
        aside.prefix(".logscan-");
        #[cfg(unix)]
        aside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(Self::Aside(aside.tempfile_in(parent.unwrap_or(Path::new(".")))?))
    }

    /// The file to write to.
    pub(crate) fn file(&mut self) -> &mut File {
        match self {
            Self::Aside(aside) => aside.as_file_mut(),
            Self::Device(file) => file,
        }
    }

    /// Puts what was written in its place.
    pub(crate) fn finish(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Aside(aside) => aside.persist(path).map(|_| ()).map_err(|error| error.error),
            Self::Device(_) => Ok(()),
        }
    }
}

/// Adds the report to the page that GitHub shows for the step, if it runs there.
fn step_summary(report: &Report, page: &Options) -> Result<(), Problem> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let page = Options { markdown_limit: SUMMARY, ..*page };
    let append = || {
        let file = File::options().append(true).create(true).open(&path)?;
        let mut out = BufWriter::new(file);
        logscan_report::write(Format::Markdown, report, &page, &mut out)?;
        out.flush()
    };
    append().map_err(|cause: io::Error| unwritable(&path, &cause))
}

/// A log that was named is never overwritten.
fn spare_inputs(path: &Path, inputs: &[String]) -> Result<(), Problem> {
    let Ok(output) = path.canonicalize() else { return Ok(()) };
    let same = |input: &&String| Path::new(input).canonicalize().is_ok_and(|i| i == output);
    match inputs.iter().find(same) {
        Some(input) => Err(Problem::new(format!("{input} is an input; it cannot be an output"))),
        None => Ok(()),
    }
}

pub(crate) fn unwritable(path: &Path, cause: &io::Error) -> Problem {
    Problem::new(format!("cannot write {}: {cause}", path.display()))
}

/// Files for one `-o`: `FILE`, `FORMAT:FILE`, or a directory for the tables.
fn targets(output: &str) -> Result<Vec<(PathBuf, Content)>, Problem> {
    if output.ends_with('/') || Path::new(output).is_dir() {
        return tables(Path::new(output));
    }
    let named = output.split_once(':');
    if let Some((format, path)) =
        named.and_then(|(name, path)| Some((Format::from_name(name)?, path)))
    {
        return Ok(vec![(path.into(), Content::Report(format))]);
    }
    let path = PathBuf::from(output);
    let format = Format::from_extension(&path).ok_or_else(|| {
        Problem::new(format!("the extension of {output} does not tell a format"))
            .hint(format!("name it: -o json:{output}; formats are {}", names()))
    })?;
    Ok(vec![(path, Content::Report(format))])
}

fn tables(directory: &Path) -> Result<Vec<(PathBuf, Content)>, Problem> {
    std::fs::create_dir_all(directory)
        .map_err(|cause| Problem::new(format!("cannot create {}: {cause}", directory.display())))?;
    let file = |name: &str| directory.join(format!("{name}.csv"));
    Ok(csv::tables().iter().map(|table| (file(table.name), Content::Table(table.name))).collect())
}

fn format(name: &str) -> Result<Format, Problem> {
    Format::from_name(name).ok_or_else(|| {
        Problem::new(format!("no output format is called {name}"))
            .hint(format!("formats are {}", names()))
    })
}

fn names() -> String {
    Format::ALL.map(Format::name).join(", ")
}

/// Writes to standard output; a reader that has gone away is no problem.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Problem> {
    print_to_end(bytes).map(|_| ())
}

fn print_to_end(bytes: &[u8]) -> Result<bool, Problem> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(cause) => Err(Problem::new(format!("cannot write to standard output: {cause}"))),
    }
}

/// Width and colours for standard output.
fn display(args: &Analyze) -> Options {
    Options {
        width: width(),
        color: colours(args.color),
        verbose: args.verbose,
        quiet: args.quiet,
        csv_raw: args.csv_raw,
        markdown_limit: TICKET,
        rules: logscan_analysis::rules(),
    }
}

/// Columns of the terminal, or of a page.
fn width() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(PAGE, |(width, _)| usize::from(width.0))
}

/// Whether standard output gets colours.
fn colours(wanted: Colour) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match wanted {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if set("NO_COLOR") => false,
        Colour::Auto
            if std::env::var("CLICOLOR_FORCE").is_ok_and(|v| !v.is_empty() && v != "0") =>
        {
            true
        }
        Colour::Auto => {
            io::stdout().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_follows_from_name_or_extension() {
        let format = |output: &str| match targets(output).map(|targets| targets[0].1) {
            Ok(Content::Report(format)) => Some(format.name()),
            _ => None,
        };
        assert_eq!(format("report.html"), Some("html"));
        assert_eq!(format("json:report.txt"), Some("json"));
        assert_eq!(format("report.unknown"), None);
    }

    #[test]
    fn a_named_log_is_no_output() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let name = log.path().to_str().unwrap().to_owned();
        assert!(spare_inputs(log.path(), &[name]).is_err());
        assert!(spare_inputs(log.path(), &["-".to_owned()]).is_ok());
    }
}

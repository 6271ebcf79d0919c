//! Where reports go: standard output, and files.
//!
//! A file is written aside and takes its place when all are whole: a full disk leaves
//! the old ones untouched. Files are made before the work starts, so that a bad path
//! fails early.

use std::fs::File;
use std::io::{self, BufWriter, IntoInnerError, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};

use logscan_model::Report;
use logscan_model::comparison::Comparison;
use logscan_report::{Format, Options, comparison, csv};
use tempfile::{NamedTempFile, SpooledTempFile};

use crate::args::{Answer, Colour};
use crate::problem::Problem;
use crate::taken::Taken;
use crate::{interrupted, stdout};

/// Width of a page where there is no terminal.
const PAGE: usize = 100;
/// What GitHub takes as the summary of a step, in bytes.
const SUMMARY: usize = 1_048_576;

/// Bytes of the answer that are held in memory until the files are whole.
const HELD: usize = 1 << 20;

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

/// What goes into a file.
#[derive(Clone, Copy)]
pub(crate) enum Content {
    Whole(Format),
    Table(&'static str),
}

/// What can be written in several formats.
pub(crate) trait Document: Sync {
    /// Its formats.
    const FORMATS: &'static [Format];

    fn write(&self, content: Content, options: &Options, out: &mut dyn Write) -> io::Result<()>;
}

impl Document for Report {
    const FORMATS: &'static [Format] = &Format::ALL;

    fn write(&self, content: Content, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        match content {
            Content::Whole(format) => logscan_report::write(format, self, options, out),
            Content::Table(name) => csv::write_table(name, self, options.csv_raw, out),
        }
    }
}

impl Document for Comparison {
    const FORMATS: &'static [Format] = &comparison::FORMATS;

    fn write(&self, content: Content, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        match content {
            Content::Whole(format) => comparison::write(format, self, options, out),
            Content::Table(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Outputs {
    /// Opens all files, so that a bad path fails before the work is done; none of them may
    /// be one that is read, or stand there twice. `options` hold but for width and colours.
    pub(crate) fn open<D: Document>(
        format: &str,
        answer: &Answer,
        taken: &mut Taken,
        options: Options,
    ) -> Result<Self, Problem> {
        let format = format_of::<D>(format)?;
        let mut files = Vec::new();
        for output in &answer.output {
            for (path, content) in targets::<D>(output)? {
                taken.claim(&path)?;
                let sink = Sink::open(&path).map_err(|cause| unwritable(&path, &cause))?;
                files.push(Target { path, sink, content });
            }
        }
        let color = colours(answer.color);
        let links = (color && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout))
            .then_some(link as fn(&str, u64) -> Option<String>);
        let options = Options { width: width(), color, links, ..options };
        Ok(Self { format, options, files })
    }

    /// Writes the document everywhere; whether standard output was read to its end.
    pub(crate) fn write<D: Document>(mut self, document: &D) -> Result<bool, Problem> {
        let page = Options { width: PAGE, color: false, links: None, ..self.options };
        let files = &mut self.files;
        let fill = || {
            files.iter_mut().try_for_each(|target| {
                let written = target.fill(document, &page);
                written.map_err(|cause| unwritable(&target.path, &cause))
            })
        };
        let answer = || {
            let mut answer = BufWriter::new(SpooledTempFile::new(HELD));
            let content = Content::Whole(self.format);
            document.write(content, &self.options, &mut answer)?;
            let mut answer = answer.into_inner().map_err(IntoInnerError::into_error)?;
            answer.rewind().map(|()| answer)
        };
        let (filled, answer) = rayon::join(fill, answer);
        filled?;
        let answer =
            answer.map_err(|cause| Problem::new(format!("cannot write the report: {cause}")))?;
        for target in self.files {
            let done = target.sink.finish(&target.path);
            done.map_err(|cause| unwritable(&target.path, &cause))?;
        }
        if self.format == Format::Github {
            step_summary(document, &page)?;
        }
        if self.format == Format::Human {
            stdout::show(answer)
        } else {
            stdout::print_to_end(answer)
        }
    }
}

impl Target {
    fn fill(&mut self, document: &impl Document, page: &Options) -> io::Result<()> {
        let mut out = BufWriter::new(self.sink.file());
        document.write(self.content, page, &mut out)?;
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
        let parent = parent.unwrap_or(Path::new("."));
        // An error of the folder names no file of ours.
        std::fs::metadata(parent)?;
        let aside = interrupted::removed_if_interrupted(|| aside.tempfile_in(parent))?;
        Ok(Self::Aside(aside))
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
fn step_summary(document: &impl Document, page: &Options) -> Result<(), Problem> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let page = Options { markdown_limit: SUMMARY, ..*page };
    let append = || {
        let file = File::options().append(true).create(true).open(&path)?;
        let mut out = BufWriter::new(file);
        document.write(Content::Whole(Format::Markdown), &page, &mut out)?;
        out.flush()
    };
    append().map_err(|cause: io::Error| unwritable(&path, &cause))
}

pub(crate) fn unwritable(path: &Path, cause: &io::Error) -> Problem {
    Problem::new(format!("cannot write {}: {cause}", path.display()))
}

/// Files for one `-o`: `FILE`, `FORMAT:FILE`, or a directory for the tables.
fn targets<D: Document>(output: &str) -> Result<Vec<(PathBuf, Content)>, Problem> {
    let tabular = D::FORMATS.contains(&Format::Csv);
    if tabular && (output.ends_with('/') || Path::new(output).is_dir()) {
        return tables(Path::new(output));
    }
    let (format, path) = match named(output) {
        Some((name, path)) => (format_of::<D>(name)?, path),
        None if output == "-" => return Err(standard_output("human")),
        None => (by_extension::<D>(output)?, output),
    };
    match path {
        "-" => Err(standard_output(format.name())),
        "" => Err(Problem::new(format!("-o {output} names no file"))
            .hint(format!("give one: -o {output}report.txt"))),
        path if named(path).is_some() => {
            Err(Problem::new(format!("-o {output} names two formats"))
                .hint(format!("a file of that name is -o {}:./{path}", format.name())))
        }
        path if format == Format::Csv && path.ends_with('/') => tables(Path::new(path)),
        path => Ok(vec![(PathBuf::from(path), Content::Whole(format))]),
    }
}

/// `FORMAT:FILE`; `./a:b.json` is a file, and `C:\x.json` too.
fn named(output: &str) -> Option<(&str, &str)> {
    let (name, path) = output.split_once(':')?;
    let word = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    word.then_some((name, path))
}

fn standard_output(format: &str) -> Problem {
    Problem::new("-o writes files, and - is standard output")
        .hint(format!("choose what is printed by --format {format}"))
}

fn by_extension<D: Document>(output: &str) -> Result<Format, Problem> {
    let format = Format::from_extension(Path::new(output));
    format.filter(|format| D::FORMATS.contains(format)).ok_or_else(|| {
        Problem::new(format!("the extension of {output} does not tell a format"))
            .hint(format!("name it: -o json:{output}; formats are {}", names::<D>()))
    })
}

fn tables(directory: &Path) -> Result<Vec<(PathBuf, Content)>, Problem> {
    std::fs::create_dir_all(directory)
        .map_err(|cause| Problem::new(format!("cannot create {}: {cause}", directory.display())))?;
    let file = |name: &str| directory.join(format!("{name}.csv"));
    Ok(csv::tables().iter().map(|table| (file(table.name), Content::Table(table.name))).collect())
}

fn format_of<D: Document>(name: &str) -> Result<Format, Problem> {
    let format = D::FORMATS.iter().copied().find(|format| format.name() == name);
    format.ok_or_else(|| {
        Problem::new(format!("no output format is called {name}"))
            .hint(format!("formats are {}", names::<D>()))
    })
}

fn names<D: Document>() -> String {
    D::FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

/// The address that opens a line of a file, as most terminals take it.
fn link(name: &str, line: u64) -> Option<String> {
    let path = Path::new(name).canonicalize().ok().filter(|path| path.is_file())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let encoded = path.to_str()?.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    Some(format!("file://{}#{line}", encoded.collect::<String>()))
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
        let format = |output: &str| match targets::<Report>(output).map(|targets| targets[0].1) {
            Ok(Content::Whole(format)) => Some(format.name()),
            _ => None,
        };
        assert_eq!(format("report.html"), Some("html"));
        assert_eq!(format("json:report.txt"), Some("json"));
        assert_eq!(format("./md:report.json"), Some("json"));
        let refused =
            ["report.unknown", "-", "json:-", "json:", "md:report.md", "json:json:report.json"];
        for output in refused {
            assert!(targets::<Report>(output).is_err(), "{output}");
        }
    }

    #[test]
    fn a_line_of_a_file_has_an_address() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("a b\u{1b}.log");
        std::fs::write(&path, "x").unwrap();
        let address = link(path.to_str().unwrap(), 7).unwrap();
        assert!(
            address.starts_with("file:///") && address.ends_with("/a%20b%1B.log#7"),
            "{address}"
        );
        assert_eq!(link("archive.zip!member.log", 7), None);
    }
}

//! What a bug ticket needs, in one archive that the tracker accepts.
//!
//! The report, the findings, the lines around the evidence and a text to paste. If that
//! is too much, the logs are cut closer to the evidence, and then files are left out; the
//! manifest says so. The same logs give the same bytes: files carry no time.

use std::io::{self, BufWriter, Cursor, Write};

use logscan_model::Report;
use logscan_report::{Format, Json, Options, ticket};
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::args::{Bundle, Show};
use crate::context::{self, Context};
use crate::inputs;
use crate::outputs::{Sink, unwritable};
use crate::pipeline;
use crate::problem::{Problem, tell};
use crate::taken::Taken;

/// What says in the archive what it holds.
pub(crate) const MANIFEST: &str = "manifest.json";
/// What is tried, until the archive is small enough.
const ATTEMPTS: [Attempt; 6] = [
    Attempt { around: Some(context::AROUND), report: true, data: true },
    Attempt { around: Some(10), report: true, data: true },
    Attempt { around: Some(2), report: true, data: true },
    Attempt { around: Some(0), report: true, data: false },
    Attempt { around: Some(0), report: false, data: false },
    Attempt { around: None, report: false, data: false },
];

/// How much goes into the archive.
struct Attempt {
    /// Lines before and after each line of evidence; `None` for no logs.
    around: Option<u64>,
    /// Whether the page for a browser goes in.
    report: bool,
    /// Whether the reports for programs go in.
    data: bool,
}

impl Attempt {
    /// What does not go in.
    fn left_out(&self) -> Vec<&'static str> {
        let page = (!self.report).then_some("report.html");
        let data = if self.data { [].as_slice() } else { &["report.json", "findings.csv"] };
        let logs = self.around.is_none().then_some("cut logs");
        page.into_iter().chain(data.iter().copied()).chain(logs).collect()
    }
}

/// Writes the content of a file.
type Content<'f> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'f>;

/// A file of the archive.
struct File<'f> {
    name: String,
    what: String,
    write: Content<'f>,
}

impl<'f> File<'f> {
    fn new(
        name: impl Into<String>,
        what: impl Into<String>,
        write: impl Fn(&mut dyn Write) -> io::Result<()> + 'f,
    ) -> Self {
        Self { name: name.into(), what: what.into(), write: Box::new(write) }
    }
}

/// `logscan bundle`.
pub(crate) fn run(args: &Bundle) -> Result<(), Problem> {
    let settings = pipeline::prepare(&args.read.how)?;
    let found = inputs::find(&args.read.paths, &args.read.exclude)?;
    let mut taken = Taken::by(&settings, &args.read.how.own, None);
    taken.inputs(&found);
    taken.claim(&args.output)?;
    let shown = args.output.display();
    let mut sink = Sink::open(&args.output).map_err(|cause| unwritable(&args.output, &cause))?;
    let inputs = found.unpack(settings.limits)?;
    let (how, show) = (&args.read.how, Show::default());
    let (done, contexts) = pipeline::read_then(inputs, how, &settings, &show, context::around)?;
    if done.report.inputs.iter().all(|input| input.lines == 0) {
        return Err(Problem::new(format!("cannot pack {shown}: no input could be read")));
    }
    let limit = usize::try_from(args.max_size.as_u64()).unwrap_or(usize::MAX);
    let archive = fitting(&done.report, &contexts, limit)
        .map_err(|cause| Problem::new(format!("cannot pack {shown}: {cause}")))?;
    let archive = archive.ok_or_else(|| {
        Problem::new(format!("cannot pack {shown}: the ticket alone is above {}", args.max_size))
            .hint("allow more with --max-size")
    })?;
    let written = sink.file().write_all(&archive).and_then(|()| sink.finish(&args.output));
    written.map_err(|cause| unwritable(&args.output, &cause))?;
    tell(&format!("logscan: wrote {shown}, {} bytes", archive.len()));
    if done.complete { Ok(()) } else { Err(Problem::new("not all inputs could be read")) }
}

/// The fullest archive of at most `limit` bytes; `None` if none is that small.
fn fitting(report: &Report, contexts: &[Context], limit: usize) -> io::Result<Option<Vec<u8>>> {
    for attempt in &ATTEMPTS {
        let archive = pack(report, files(report, contexts, attempt), &attempt.left_out())?;
        if archive.len() <= limit {
            return Ok(Some(archive));
        }
    }
    Ok(None)
}

fn files<'f>(report: &'f Report, contexts: &'f [Context], attempt: &Attempt) -> Vec<File<'f>> {
    let mut files = Vec::new();
    let mut add = |name: &str, what: &str, format| {
        files.push(File::new(name, what, move |out| {
            let options = Options { rules: logscan_analysis::rules(), ..Options::default() };
            logscan_report::write(format, report, &options, out)
        }));
    };
    if attempt.report {
        add("report.html", "the report; opens offline in any browser", Format::Html);
    }
    if attempt.data {
        add("report.json", "the report for programs, schema logscan.report/1", Format::Json);
        add("findings.csv", "the findings as a table", Format::Csv);
    }
    for context in contexts {
        let Some(around) = attempt.around else { break };
        let what = format!("{}, cut to {around} lines around the evidence", context.name);
        files.push(File::new(context.file_name(), what, move |out| context.write(around, out)));
    }
    files
}

/// The archive with the ticket in front and the manifest behind it. Each file is packed as it is
/// written.
fn pack(report: &Report, mut files: Vec<File<'_>>, left_out: &[&str]) -> io::Result<Vec<u8>> {
    let missing = left_out.iter().map(|name| {
        ((*name).to_owned(), "left out, because it does not fit; the program makes it".to_owned())
    });
    let listed = files.iter().map(|file| (file.name.clone(), file.what.clone()));
    let listed: Vec<_> = listed.chain(missing).collect();
    let text = ticket(report, &listed);
    let ticket =
        File::new("ticket.md", "the text to paste into the ticket", move |out: &mut dyn Write| {
            out.write_all(text.as_bytes())
        });
    files.insert(0, ticket);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut packed = Vec::new();
    for file in &files {
        zip.start_file(&file.name, options)?;
        let mut hashed = Hashed { out: BufWriter::new(&mut zip), hash: Sha256::new(), bytes: 0 };
        (file.write)(&mut hashed)?;
        hashed.flush()?;
        packed.push(json!({
            "name": file.name,
            "what": file.what,
            "bytes": hashed.bytes,
            "sha256": hex(&hashed.hash.finalize()),
        }));
    }
    zip.start_file(MANIFEST, options)?;
    manifest(report, &packed, left_out, &mut BufWriter::new(&mut zip))?;
    Ok(zip.finish()?.into_inner())
}

/// What passes through is hashed and counted.
struct Hashed<W> {
    out: W,
    hash: Sha256,
    bytes: usize,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What is in the archive and what was read, with hashes.
fn manifest(
    report: &Report,
    packed: &[serde_json::Value],
    left_out: &[&str],
    out: &mut dyn Write,
) -> io::Result<()> {
    let inputs = report
        .inputs
        .iter()
        .map(|input| json!({ "name": input.name, "bytes": input.bytes, "lines": input.lines }));
    let manifest = json!({
        "schema": "logscan.bundle/1",
        "tool": report.tool,
        "redaction": report.redaction,
        "inputs": inputs.collect::<Vec<_>>(),
        "files": packed,
        "left_out": left_out,
    });
    serde_json::to_writer_pretty(Json(&mut *out), &manifest)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_never_exceeds_its_limit() {
        let report = Report {
            schema: logscan_model::report::SCHEMA,
            tool: pipeline::tool(),
            verdict: logscan_model::report::Verdict {
                status: logscan_model::report::Status::Unknown,
                headline: "Nothing was read".to_owned(),
                root_causes: Vec::new(),
            },
            inputs: Vec::new(),
            findings: Vec::new(),
            failures: logscan_model::Failures::default(),
            filter: None,
            notes: Vec::new(),
            timeline: logscan_model::Timeline::default(),
            stats: logscan_model::timeline::Stats::default(),
            redaction: logscan_model::report::Redaction::default(),
        };
        let all = fitting(&report, &[], usize::MAX).unwrap().unwrap();
        for limit in [all.len(), all.len() - 1, 4000, 2000] {
            let archive = fitting(&report, &[], limit).unwrap();
            assert!(archive.is_some_and(|archive| archive.len() <= limit), "{limit}");
        }
        assert_eq!(fitting(&report, &[], 100).unwrap(), None);
    }
}

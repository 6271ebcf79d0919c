//! Archives: what was downloaded from a CI system as one file. Every member is a source
//! of its own; archives within archives are opened once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use logscan_model::note::{Note, NoteKind};

use crate::bounded::{self, Bounded};
use crate::source::{Source, SourceError, Temporary};

/// Where tar writes its magic, and what it is.
const TAR: (usize, &[u8]) = (257, b"ustar");
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", NO_MEMBERS];
/// How an archive begins that holds nothing.
const NO_MEMBERS: &[u8] = b"PK\x05\x06";

/// What an archive holds.
#[derive(Debug, Default)]
pub struct Members {
    /// The members that are files.
    pub sources: Vec<Source>,
    /// What was left out.
    pub notes: Vec<Note>,
}

/// The members of an archive, in their order; `None` if the source is none. Nothing of them
/// is written but to temporary files without a name.
///
/// # Errors
/// If it is an archive that cannot be read.
pub fn members(source: &Source) -> Result<Option<Members>, SourceError> {
    if source.limits().depth == 0 {
        return Ok(None);
    }
    let mut room =
        Room { bytes: bounded::by_ratio(source.length()?, source.limits()), left_out: 0 };
    let Some(outer) = unpack(source, &mut room)? else { return Ok(None) };
    let mut all = Members { sources: Vec::new(), notes: outer.notes };
    for member in outer.sources {
        take_in(&mut all, member, 1, &mut room);
    }
    if room.left_out > 0 {
        let ratio = source.limits().ratio;
        let what =
            format!("{} unpacks to more than {ratio} times its size (--max-ratio)", source.name());
        all.notes.push(left_out(room.left_out, &what));
    }
    all.sources = told_apart(without_steps(all.sources));
    Ok(Some(all))
}

/// What an archive may still unpack to, with all archives in it.
struct Room {
    bytes: u64,
    /// Members that found none.
    left_out: u64,
}

/// Takes in a member; if it is an archive, what it holds.
fn take_in(all: &mut Members, member: Source, depth: usize, room: &mut Room) {
    if depth >= member.limits().depth {
        return all.sources.push(member);
    }
    match unpack(&member, room) {
        Ok(None) => all.sources.push(member),
        Ok(Some(inner)) => {
            all.notes.extend(inner.notes);
            inner.sources.into_iter().for_each(|member| take_in(all, member, depth + 1, room));
        }
        Err(error) => all.notes.push(left_out(1, &error.to_string())),
    }
}

fn unpack(source: &Source, room: &mut Room) -> Result<Option<Members>, SourceError> {
    let Ok(mut content) = source.unpacked() else { return Ok(None) };
    let mut beginning = Vec::new();
    let wanted = TAR.0 + TAR.1.len();
    if content.by_ref().take(wanted as u64).read_to_end(&mut beginning).is_err() {
        return Ok(None);
    }
    let refuse = |what: String| SourceError::Archive { name: source.name().to_owned(), what };
    if ZIP.iter().any(|start| beginning.starts_with(start)) {
        let mut kept = Temporary::new().map_err(|cause| source.no_temporary(cause))?;
        let file = seekable(source, &mut kept).map_err(|cause| match kept.refused {
            true => source.no_temporary(cause),
            false => refuse(cause.to_string()),
        })?;
        return zip(source, file, room).map(Some).map_err(|error| refuse(error.to_string()));
    }
    if beginning.get(TAR.0..) == Some(TAR.1) {
        let whole = io::Cursor::new(beginning).chain(content);
        return tar(source, whole, room).map(Some).map_err(|cause| refuse(cause.to_string()));
    }
    Ok(None)
}

/// The content as a file in which one can jump.
fn seekable(source: &Source, kept: &mut Temporary) -> io::Result<File> {
    let mut content = source.unpacked().map_err(io::Error::other)?;
    io::copy(&mut content, kept)?;
    kept.file.seek(SeekFrom::Start(0))?;
    kept.file.try_clone()
}

fn zip(source: &Source, file: File, room: &mut Room) -> zip::result::ZipResult<Members> {
    let mut archive = zip::ZipArchive::new(file)?;
    let mut members = Unpacked::of(source, room);
    for index in 0..archive.len() {
        if members.is_full(archive.len() - index) {
            break;
        }
        match archive.by_index(index) {
            Ok(member) if member.is_dir() => {}
            Ok(member) if member.is_symlink() => members.no_file(),
            Ok(member) => match member.name().map(|name| name.into_owned()) {
                Ok(inner) => members.spool(&inner, member),
                Err(error) => members.broken(&error.to_string()),
            },
            Err(error) => members.broken(&error.to_string()),
        }
    }
    let mut members = members.finish();
    members.sources.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(members)
}

fn tar(source: &Source, content: impl Read, room: &mut Room) -> io::Result<Members> {
    let mut members = Unpacked::of(source, room);
    for member in tar::Archive::new(content).entries()? {
        let member = match member {
            _ if members.is_full(1) => break,
            Ok(member) => member,
            // Behind an error nothing can be found any more.
            Err(cause) => {
                members.broken(&cause.to_string());
                break;
            }
        };
        let kind = member.header().entry_type();
        if kind.is_file() {
            let inner = String::from_utf8_lossy(&member.path_bytes()).into_owned();
            members.spool(&inner, member);
        } else if !kind.is_dir() && !kind.is_pax_global_extensions() {
            members.no_file();
        }
    }
    Ok(members.finish())
}

/// Members of one archive, as they are unpacked.
struct Unpacked<'s> {
    archive: &'s Source,
    room: &'s mut Room,
    sources: Vec<Source>,
    /// Links and devices: they are never followed.
    no_files: u64,
    notes: Vec<Note>,
}

impl<'s> Unpacked<'s> {
    fn of(archive: &'s Source, room: &'s mut Room) -> Self {
        Self { archive, room, sources: Vec::new(), no_files: 0, notes: Vec::new() }
    }

    /// Whether no member is taken any more; `rest` of them are left.
    fn is_full(&mut self, rest: usize) -> bool {
        if self.room.bytes == 0 {
            self.room.left_out += rest as u64;
            return true;
        }
        let entries = self.archive.limits().entries;
        let full = self.sources.len() >= entries;
        if full {
            let what = format!(
                "{} holds more than {entries} members (--max-entries)",
                self.archive.name()
            );
            self.notes.push(left_out(rest as u64, &what));
        }
        full
    }

    fn no_file(&mut self) {
        self.no_files += 1;
    }

    fn broken(&mut self, what: &str) {
        self.notes.push(left_out(1, &format!("a member of {}: {what}", self.archive.name())));
    }

    fn spool(&mut self, inner: &str, content: impl Read) {
        if is_hidden(inner) {
            return;
        }
        let name = format!("{}/{inner}", self.archive.name());
        let limits = *self.archive.limits();
        let mut content = Bounded::within_ratio(content, self.room.bytes, &limits);
        let spooled = Source::spooled(name, &mut content, limits);
        self.room.bytes = content.left();
        match spooled {
            Ok(source) => self.sources.push(source),
            Err(error) => self.notes.push(left_out(1, &error.to_string())),
        }
    }

    fn finish(mut self) -> Members {
        if self.no_files > 0 {
            let sentence = format!(
                "Members of {} that are links or devices were not followed.",
                self.archive.name()
            );
            self.notes.push(Note::new(NoteKind::NoFiles, self.no_files, sentence, None));
        }
        Members { sources: self.sources, notes: self.notes }
    }
}

fn left_out(count: u64, what: &str) -> Note {
    Note::new(NoteKind::MembersLeftOut, count, format!("Left out: {what}."), None)
}

/// Members of one name get a number.
fn told_apart(members: Vec<Source>) -> Vec<Source> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = |member: Source| {
        let count = seen.entry(member.name().to_owned()).or_default();
        *count += 1;
        if *count == 1 { member } else { member.numbered(*count) }
    };
    members.into_iter().map(numbered).collect()
}

fn is_hidden(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}

/// GitHub's archive holds each job twice: as a whole, and a file for each step.
fn without_steps(members: Vec<Source>) -> Vec<Source> {
    let jobs: Vec<String> = members.iter().filter_map(|source| whole_job(source.name())).collect();
    let is_step = |name: &str| jobs.iter().any(|job| name.contains(job.as_str()));
    members.into_iter().filter(|source| !is_step(source.name())).collect()
}

/// `logs.zip/0_test.txt` holds the job whose steps stand below `logs.zip/test/`.
fn whole_job(name: &str) -> Option<String> {
    let (folder, file) = name.rsplit_once('/')?;
    let (number, job) = file.strip_suffix(".txt")?.split_once('_')?;
    let numbered = number.trim_start_matches('-').parse::<u32>().is_ok();
    (numbered && !folder.ends_with(&format!("/{job}"))).then(|| format!("{folder}/{job}/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::Limits;
    use std::io::Write;

    fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn source(content: &[u8]) -> Source {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file.rewind().unwrap();
        Source::spooled("logs.zip".into(), file, Limits::default()).unwrap()
    }

    fn names(content: &[u8]) -> Vec<String> {
        let members = members(&source(content)).unwrap().unwrap();
        members.sources.iter().map(|member| member.name().to_owned()).collect()
    }

    #[test]
    fn archives_are_opened_once_within_each_other() {
        let inner = packed(&[("b.log", b"b")]);
        let deeper = packed(&[("c.zip", &packed(&[("d.log", b"d")]))]);
        let outer =
            packed(&[("a.log", b"a"), ("inner.zip", &inner), ("x.zip", &deeper), (".x", b"")]);
        assert_eq!(
            names(&outer),
            ["logs.zip/a.log", "logs.zip/inner.zip/b.log", "logs.zip/x.zip/c.zip"]
        );
    }

    #[test]
    fn all_that_an_archive_holds_shares_one_ratio() {
        let inner = packed(&[("a.log", &vec![b'a'; 24 << 20])]);
        let outer = packed(&[("1.zip", &inner), ("2.zip", &inner), ("3.zip", &inner)]);
        let members = members(&source(&outer)).unwrap().unwrap();
        assert!(members.sources[0].flaw().is_none() && members.sources[1].flaw().is_none());
        let flaw = members.sources[2].flaw().unwrap();
        assert!(flaw.contains("--max-ratio"), "{flaw}");
    }

    #[test]
    fn tar_is_read_through_its_compression() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        header.set_cksum();
        builder.append_data(&mut header, "run/a.log", &b"a\n"[..]).unwrap();
        let packed = zstd::encode_all(&builder.into_inner().unwrap()[..], 1).unwrap();
        assert_eq!(names(&packed), ["logs.zip/run/a.log"]);
    }

    #[test]
    fn a_job_is_read_once() {
        let members: [(&str, &[u8]); 4] = [
            ("0_test.txt", b"x"),
            ("test/1_Set up.txt", b"x"),
            ("test/2_Run.txt", b"x"),
            ("lint/1_Run.txt", b"x"),
        ];
        assert_eq!(names(&packed(&members)), ["logs.zip/0_test.txt", "logs.zip/lint/1_Run.txt"]);
    }

    #[test]
    fn what_is_no_archive_is_left_alone() {
        assert!(members(&source(b"a line\n")).unwrap().is_none());
        assert!(members(&source(b"")).unwrap().is_none());
        let broken = members(&source(b"PK\x03\x04 and then nothing"));
        assert!(broken.unwrap_err().to_string().contains("cannot unpack logs.zip"));
    }
}

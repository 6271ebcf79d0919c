//! Archives: what was downloaded from a CI system as one file. Every member is a source
//! of its own; archives within archives are opened once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::source::{Source, SourceError};

/// Members that are read from one archive.
const MEMBERS: usize = 10_000;
/// Bytes that one member may unpack to.
const LARGEST: u64 = 16 << 30;
/// Where tar writes its magic, and what it is.
const TAR: (usize, &[u8]) = (257, b"ustar");
const ZIP: &[u8] = b"PK\x03\x04";

/// The members of an archive, in their order; `None` if the source is none.
///
/// # Errors
/// If it is an archive that cannot be read.
pub fn members(source: &Source) -> Result<Option<Vec<Source>>, SourceError> {
    let Some(outer) = unpack(source)? else { return Ok(None) };
    let mut all = Vec::new();
    for member in outer {
        match unpack(&member)? {
            Some(inner) => all.extend(inner),
            None => all.push(member),
        }
    }
    Ok(Some(without_steps(all)))
}

fn unpack(source: &Source) -> Result<Option<Vec<Source>>, SourceError> {
    let Ok(mut content) = source.unpacked() else { return Ok(None) };
    let mut beginning = Vec::new();
    let wanted = TAR.0 + TAR.1.len();
    if content.by_ref().take(wanted as u64).read_to_end(&mut beginning).is_err() {
        return Ok(None);
    }
    let refuse = |what: String| SourceError::Archive { name: source.name().to_owned(), what };
    if beginning.starts_with(ZIP) {
        let file = seekable(source).map_err(|cause| refuse(cause.to_string()))?;
        return zip(source, file).map(Some).map_err(|error| refuse(error.to_string()));
    }
    if beginning.get(TAR.0..) == Some(TAR.1) {
        let whole = io::Cursor::new(beginning).chain(content);
        return tar(source, whole).map(Some).map_err(|cause| refuse(cause.to_string()));
    }
    Ok(None)
}

/// The content as a file in which one can jump.
fn seekable(source: &Source) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let mut content = source.unpacked().map_err(io::Error::other)?;
    io::copy(&mut content, &mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

fn zip(source: &Source, file: File) -> zip::result::ZipResult<Vec<Source>> {
    let mut archive = zip::ZipArchive::new(file)?;
    let mut members = Vec::new();
    for index in 0..archive.len().min(MEMBERS) {
        let member = archive.by_index(index)?;
        let inner = member.name()?.into_owned();
        if member.is_file() && !is_hidden(&inner) {
            members.push(spool(format!("{}/{inner}", source.name()), member)?);
        }
    }
    members.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(members)
}

fn tar(source: &Source, content: impl Read) -> io::Result<Vec<Source>> {
    let mut members = Vec::new();
    for member in tar::Archive::new(content).entries()?.take(MEMBERS) {
        let member = member?;
        let inner = member.path()?.display().to_string();
        let name = format!("{}/{inner}", source.name());
        // Links and devices are left alone.
        if member.header().entry_type().is_file() && !is_hidden(&inner) {
            members.push(spool(name, member)?);
        }
    }
    Ok(members)
}

fn spool(name: String, content: impl Read) -> io::Result<Source> {
    let mut file = tempfile::tempfile()?;
    let written = io::copy(&mut content.take(LARGEST + 1), &mut file)?;
    if written > LARGEST {
        return Err(io::Error::other(format!("{name} unpacks to more than {LARGEST} bytes")));
    }
    Ok(Source::member(name, file))
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
        Source::member("logs.zip".into(), file)
    }

    fn names(content: &[u8]) -> Vec<String> {
        let members = members(&source(content)).unwrap().unwrap();
        members.iter().map(|member| member.name().to_owned()).collect()
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

//! Compressed files and archives, broken and malicious.

use std::io::{Cursor, Write};

use super::tool::{analyze, examine, examine_with, leaking, run, twin};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn c16_gzip_under_another_name_and_in_two_members() {
    twin("plain.log", gzip(leaking().as_bytes()), &leaking());
    let log = leaking();
    let (first, second) = log.split_at(log.len() / 2);
    twin("two.log", [gzip(first.as_bytes()), gzip(second.as_bytes())].concat(), &log);
}

#[test]
fn c17_gzip_that_is_cut_followed_by_junk_or_wrong() {
    let log = run("gw0", 400, 2, 0);
    let whole = gzip(log.as_bytes());
    let mut wrong = whole.clone();
    wrong.iter_mut().rev().take(8).for_each(|byte| *byte = 0);
    for (packed, least) in [
        (whole[..whole.len() - 900].to_vec(), 200),
        ([&whole[..], b"JUNKJUNKJUNK"].concat(), 400),
        (wrong, 400),
    ] {
        let ran = examine("x.log.gz", packed);
        let told = ran.note("stopped")["sentence"].as_str().unwrap();
        assert!(told.contains("x.log.gz") && told.contains("bytes"), "{told}");
        assert!(ran.sessions().0 >= least, "{:?}", ran.sessions());
    }
}

#[test]
fn c18_bombs() {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let line = [b'a'; 1 << 16];
    for out in [&mut bzip2 as &mut dyn Write, &mut xz, &mut gz] {
        out.write_all(leaking().as_bytes()).unwrap();
        (0..3000).for_each(|_| out.write_all(&line).unwrap());
    }
    let bombs = [bzip2.finish().unwrap(), xz.finish().unwrap(), gz.finish().unwrap()];
    for bomb in bombs {
        let ran = examine("bomb.log", &bomb);
        assert!(ran.note("stopped")["sentence"].as_str().unwrap().contains("--max-ratio"));
        assert_eq!(ran.sessions(), (10, 2));
        let ran = examine_with("bomb.log", &bomb, &["--max-unpacked", "1MB"]);
        assert!(ran.note("stopped")["sentence"].as_str().unwrap().contains("--max-unpacked"));
        assert_eq!(ran.input()["content_bytes"], 1_000_000);
    }
}

#[test]
fn c19_names_that_lead_out_of_the_archive() {
    let escape = format!("../../../../tmp/logscan-escaped-{}", std::process::id());
    let absolute = escape.trim_start_matches("../../../..").to_owned();
    let log = leaking();
    let members: [(&str, &[u8]); 5] = [
        (&escape, b"x\n"),
        (&absolute, b"x\n"),
        ("C:\\Windows\\x.log", b"x\n"),
        ("\\\\host\\share\\x\u{1b}[31m.log", b"x\n"),
        ("logs/ok.log", log.as_bytes()),
    ];
    let ran = examine("slip.zip", zip(&members));
    assert_eq!(ran.sessions(), (10, 2));
    assert!(!std::path::Path::new(&absolute).exists());
    let files = std::fs::read_dir(ran.folder.path()).unwrap().flatten();
    assert!(files.map(|file| file.file_name()).all(|name| {
        let name = name.to_string_lossy().into_owned();
        name == "slip.zip" || name == "tables" || name.starts_with("out.")
    }));
}

#[test]
fn c20_links_and_devices_in_archives() {
    let mut archive = tar::Builder::new(Vec::new());
    for (kind, name) in [
        (tar::EntryType::Symlink, "link"),
        (tar::EntryType::Link, "hard"),
        (tar::EntryType::Char, "device"),
        (tar::EntryType::Fifo, "pipe"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        archive.append_link(&mut header, name, "/etc/passwd").unwrap();
    }
    let log = leaking();
    let mut header = tar::Header::new_gnu();
    header.set_size(log.len() as u64);
    archive.append_data(&mut header, "link/ok.log", log.as_bytes()).unwrap();
    let ran = examine("links.tar.gz", gzip(&archive.into_inner().unwrap()));
    assert_eq!(ran.note("no-files")["count"], 4);
    assert_eq!((ran.sessions(), ran.report["inputs"].as_array().unwrap().len()), ((10, 2), 1));

    let mut archive = zip::ZipWriter::new(Cursor::new(zip(&[])));
    archive.add_symlink("out", "/etc", zip::write::SimpleFileOptions::default()).unwrap();
    archive.start_file("ok.log", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(log.as_bytes()).unwrap();
    let ran = examine("links.zip", archive.finish().unwrap().into_inner());
    assert_eq!((ran.note("no-files")["count"].as_u64(), ran.sessions()), (Some(1), (10, 2)));
}

#[test]
fn c21_archives_in_archives_and_many_members() {
    let log = leaking();
    let inner = zip(&[("deep.log", log.as_bytes())]);
    let nested = zip(&[("a.zip", &zip(&[("b.zip", &inner)])), ("ok.log", log.as_bytes())]);
    let ran = examine("nested.zip", &nested);
    assert!(ran.errors.contains("b.zip") && ran.errors.contains("zip archive"), "{}", ran.errors);
    assert_eq!(
        examine_with("nested.zip", &nested, &["--max-depth", "3"]).report["inputs"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let mut archive = tar::Builder::new(Vec::new());
    for _ in 0..200 {
        let mut header = tar::Header::new_gnu();
        header.set_size(log.len() as u64);
        archive.append_data(&mut header, "same.log", log.as_bytes()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("many.tar"), archive.into_inner().unwrap()).unwrap();
    let ran = analyze(folder, &["many.tar", "--max-entries", "50"]);
    assert!(ran.note("members-left-out")["sentence"].as_str().unwrap().contains("--max-entries"));
    let inputs = ran.report["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 50);
    assert_eq!(inputs[1]["name"], "many.tar/same.log (2)");
}

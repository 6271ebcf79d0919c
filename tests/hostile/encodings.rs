//! Bytes that are no text, or another kind of text.

use super::tool::{examine, leaking, run, twin};

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn c01_an_empty_file() {
    let ran = examine("empty.log", b"");
    assert_eq!(ran.code, 2);
    assert!(ran.errors.contains("empty.log is empty"), "{}", ran.errors);
    assert_eq!(ran.report["verdict"]["status"], "unknown");
}

#[test]
fn c02_nothing_but_line_ends() {
    let ran = examine("newlines.log", "\n".repeat(20_000));
    assert_eq!(ran.code, 2);
    assert_eq!(ran.input()["lines"], 20_000);
    assert!(ran.errors.contains("formats --why"), "{}", ran.errors);
}

#[test]
fn c03_no_line_end_at_the_end() {
    twin("x.log", leaking().trim_end(), &leaking());
}

#[test]
fn c04_other_line_ends() {
    twin("crlf.log", leaking().replace('\n', "\r\n"), &leaking());
    twin("cr.log", leaking().replace('\n', "\r"), &leaking());
    let mixed: String =
        leaking().lines().enumerate().map(|(i, l)| l.to_owned() + ["\n", "\r\n"][i % 2]).collect();
    let ran = twin("mixed.log", mixed, &leaking());
    assert!(!ran.report.to_string().contains("\\r"));
}

#[test]
fn c05_a_mark_of_utf8() {
    let ran = twin("bom.log", "\u{feff}".to_owned() + &leaking(), &leaking());
    assert!(!ran.report.to_string().contains('\u{feff}'));
}

#[test]
fn c06_utf16_as_powershell_writes_it() {
    let crlf = format!("\u{feff}{}", leaking().replace('\n', "\r\n"));
    for (bytes, name) in
        [(u16::to_le_bytes as fn(u16) -> [u8; 2], "utf-16le"), (u16::to_be_bytes, "utf-16be")]
    {
        let ran = twin("wide.log", utf16(&crlf, bytes), &leaking());
        assert_eq!(ran.input()["encoding"], name);
    }
}

#[test]
fn c07_utf16_without_a_mark() {
    for (bytes, name) in
        [(u16::to_le_bytes as fn(u16) -> [u8; 2], "utf-16le"), (u16::to_be_bytes, "utf-16be")]
    {
        let ran = twin("wide.log", utf16(&leaking(), bytes), &leaking());
        assert_eq!(ran.input()["encoding"], name);
    }
}

#[test]
fn c08_utf16_that_is_cut_or_broken() {
    let wide = utf16(&format!("\u{feff}{}", leaking()), u16::to_le_bytes);
    for tail in [&b"\x41"[..], b"\x3d\xd8 \0x\0\n\0"] {
        let ran = examine("wide.log", [&wide, tail].concat());
        assert_eq!(ran.note("bad-encoding")["count"], 1);
        assert_eq!(ran.sessions(), (10, 2));
    }
}

#[test]
fn c09_utf16_and_then_utf8() {
    let wide = utf16(&format!("\u{feff}{}", leaking()), u16::to_le_bytes);
    let ran = examine("both.log", [&wide, run("gw1", 10, 0, 9000).as_bytes()].concat());
    let told = ran.note("stopped")["sentence"].as_str().unwrap();
    assert!(told.contains("the encoding changes at byte"), "{told}");
    assert_eq!(ran.sessions().0, 10);
}

#[test]
fn c10_utf32() {
    let wide: Vec<u8> =
        format!("\u{feff}{}", leaking()).chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    let ran = examine("utf32.log", wide);
    assert_eq!(ran.code, 2);
    assert!(ran.errors.contains("UTF-32"), "{}", ran.errors);
}

#[test]
fn c11_bytes_that_are_no_utf8() {
    let bad = b"2026-03-05 14:22:30,000 [   ERROR] x.y: \xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80 caf\xe9\n";
    let ran = examine("bad.log", [leaking().as_bytes(), bad].concat());
    assert_eq!((ran.note("bad-encoding")["count"].as_u64(), ran.sessions()), (Some(1), (10, 2)));
    assert_eq!(ran.note("bad-encoding")["first"]["line"], leaking().lines().count() + 1);
}

#[test]
fn c12_zero_bytes_within_lines() {
    let mut log = leaking().into_bytes();
    let first = log.iter().position(|b| *b == b'#').unwrap();
    log[first - 3] = 0;
    let ran = examine("nul.log", [&log, run("gw1", 5, 0, 9000).as_bytes()].concat());
    assert_eq!(ran.note("nul-bytes")["count"], 1);
    assert!(ran.sessions().0 >= 14);
}

#[test]
fn c13_a_hole_of_zero_bytes() {
    let log = [leaking().as_bytes(), &[0; 65_536], run("gw1", 10, 0, 9000).as_bytes()].concat();
    let ran = examine("hole.log", log);
    assert!(ran.note("nul-bytes")["sentence"].as_str().unwrap().contains("truncated"));
    assert!(ran.sessions().0 >= 19);
}

#[test]
fn c14_programs_and_noise() {
    let noise: Vec<u8> =
        (0..200_000u64).map(|i| (i.wrapping_mul(6_364_136_223_846_793_005) >> 33) as u8).collect();
    for (name, content) in
        [("elf.log", [b"\x7fELF\x02\x01\x01", &noise[..]].concat()), ("noise.log", noise.clone())]
    {
        let ran = examine(name, content);
        assert_eq!(ran.code, 2);
        assert!(ran.errors.contains("is not a text log"), "{}", ran.errors);
    }
}

#[test]
fn c15_digits_of_other_scripts() {
    let other = "2026-03-05 14:22:40,000 [    INFO] a.b: [DB_POOL_STATE] Pool size: ٥\n\
                 2026-03-05 14:22:40,000 [    INFO] a.b: [DB_SESSION] Session #５ closed in ０.1s\n";
    let ran = examine("digits.log", leaking() + other);
    assert_eq!(ran.sessions(), (10, 2));
    assert_eq!(ran.input()["lines"], leaking().lines().count() + 2);
}

//! Lists the files of signatures, so that a new one is compiled in because it lies there.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

const FOLDER: &str = "catalogue/signatures";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let entries = fs::read_dir(FOLDER)?.collect::<io::Result<Vec<_>>>()?;
    let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
    names.sort_unstable();
    let mut list = String::from("&[\n");
    for name in names {
        let path = format!(r#"concat!(env!("CARGO_MANIFEST_DIR"), "/{FOLDER}/{name}")"#);
        _ = writeln!(list, "    (\"{name}\", include_str!({path})),");
    }
    list.push_str("]\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets no OUT_DIR"))?;
    fs::write(Path::new(&out).join("signatures.rs"), list)
}

//! What a newcomer would have to copy: a detector, a signature, a format.

use clap::Subcommand;

use crate::{read, root, say};

#[derive(Subcommand)]
pub(crate) enum New {
    /// A detector: code like P103, name like pool-slow
    Detector { code: String, name: String },
    /// A signature: catalogue file, id, kind, pattern
    Signature { file: String, id: String, kind: String, pattern: String },
    /// A line format
    Format { name: String },
}

/// Writes it and says what is left to do.
pub(crate) fn run(new: &New) -> Vec<String> {
    let done = match new {
        New::Detector { code, name } => detector(code, name),
        New::Signature { file, id, kind, pattern } => signature(file, id, kind, pattern),
        New::Format { name } => format(name),
    };
    done.err().into_iter().collect()
}

fn detector(code: &str, name: &str) -> Result<(), String> {
    let folder = "crates/logscan-analysis/src/detectors";
    let stem = name.replace('-', "_");
    let fill = |text: &str| text.replace("CODE", code).replace("NAME", name).replace("STEM", &stem);
    create(&format!("{folder}/{stem}.rs"), &fill(include_str!("templates/detector.rs.txt")))?;
    create(&format!("{folder}/{stem}.md"), &fill(include_str!("templates/detector.md.txt")))?;
    let list = format!("{folder}/mod.rs");
    let mut text = read(&list)?;
    text = text.replacen("\nmod ", &format!("\nmod {stem};\nmod "), 1);
    text = counted(&text, "DETECTORS: [Detector; ", 1)?;
    text = text.replacen("\n];", &format!("\n    {stem}::DETECTOR,\n];"), 1);
    write(&list, &text)?;
    say(&format!("fill in {folder}/{stem}.rs and its page; run cargo fmt and cargo xtask gen"));
    Ok(())
}

fn signature(file: &str, id: &str, kind: &str, pattern: &str) -> Result<(), String> {
    let path = format!("crates/logscan-ingest/catalogue/{file}.toml");
    let entry = include_str!("templates/signature.toml.txt")
        .replace("ID", id)
        .replace("KIND", kind)
        .replace("PATTERN", pattern);
    write(&path, &(read(&path)? + &entry))?;
    say(&format!("fill in source, samples and rejects at the end of {path}"));
    Ok(())
}

fn format(name: &str) -> Result<(), String> {
    let folder = "crates/logscan-ingest/src/formats";
    let stem = name.replace('-', "_");
    let text = include_str!("templates/format.rs.txt").replace("NAME", name);
    create(&format!("{folder}/{stem}.rs"), &text)?;
    let list = format!("{folder}/mod.rs");
    let mut text = read(&list)?;
    text = text.replacen("\nmod ", &format!("\nmod {stem};\nmod "), 1);
    text = counted(&text, "FORMATS: [Format; ", 1)?;
    text =
        text.replacen("    plain::FORMAT,", &format!("    {stem}::FORMAT,\n    plain::FORMAT,"), 1);
    write(&list, &text)?;
    say(&format!("fill in {folder}/{stem}.rs; its place in the list decides between equals"));
    Ok(())
}

/// Adds to the number that follows `before`.
fn counted(text: &str, before: &str, add: usize) -> Result<String, String> {
    let start =
        text.find(before).ok_or_else(|| format!("no `{before}` in the list"))? + before.len();
    let end = start + text[start..].find(']').ok_or("the list has no length")?;
    let count: usize = text[start..end].parse().map_err(|e| format!("the list's length: {e}"))?;
    Ok(format!("{}{}{}", &text[..start], count + add, &text[end..]))
}

fn create(path: &str, text: &str) -> Result<(), String> {
    if root().join(path).exists() {
        return Err(format!("{path} is there already"));
    }
    write(path, text)
}

fn write(path: &str, text: &str) -> Result<(), String> {
    std::fs::write(root().join(path), text).map_err(|cause| format!("{path}: {cause}"))?;
    say(&format!("wrote {path}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gets_longer_by_one() {
        assert_eq!(counted("X: [T; 9] = [", "X: [T; ", 1).unwrap(), "X: [T; 10] = [");
        assert!(counted("nothing", "X: [T; ", 1).is_err());
    }
}

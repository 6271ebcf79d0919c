//! How fast the program is, beside programs that everybody knows.
//!
//! All commands of a round run one after the other on the same file, so that a machine that
//! slows down slows down all of them: what counts are the ratios.

mod log;
mod others;
mod recordings;

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{root, say};
use others::installed;

/// The prefixes of the debug traces that a reader would count.
const PREFIXES: &str = r"\[DB_POOL_STATE\]|\[DB_SESSION\]|\[DB_ENGINE_CREATE\]|\[DB_ENGINE_DEBUG\]|\[DB_DEBUG\]|\[DB_HEALTHCHECK\]|\[TESTCONTAINER_DEBUG\]|\[TEST_SETUP\]";
/// Makes logs, measures, and writes docs/perf.md.
pub(crate) fn run(rounds: usize, large: bool) -> Vec<String> {
    match measure(rounds.max(1), large) {
        Ok(page) => {
            let path = root().join("docs/perf.md");
            say(&page);
            std::fs::write(&path, page)
                .err()
                .map(|cause| format!("docs/perf.md: {cause}"))
                .into_iter()
                .collect()
        }
        Err(failure) => vec![failure],
    }
}

/// A command and how long it took in each round.
struct Timed {
    name: String,
    command: Vec<String>,
    seconds: Vec<f64>,
}

impl Timed {
    fn new(name: &str, command: &[&str]) -> Self {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        Self { name: name.to_owned(), command, seconds: Vec::new() }
    }

    fn run(&mut self) -> Result<(), String> {
        let started = Instant::now();
        let status = Command::new(&self.command[0])
            .args(&self.command[1..])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|cause| format!("{}: {cause}", self.name))?;
        self.seconds.push(started.elapsed().as_secs_f64());
        match status.code() {
            Some(0 | 1) => Ok(()),
            code => Err(format!("{} ended with {code:?}", self.name)),
        }
    }

    fn median(&self) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    /// The median of the ratios to another command, round by round.
    fn ratio(&self, other: &Self) -> f64 {
        let mut ratios: Vec<f64> =
            self.seconds.iter().zip(&other.seconds).map(|(own, other)| own / other).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

/// Runs all commands in turn, after one round that does not count.
fn rounds(commands: &mut [Timed], rounds: usize) -> Result<(), String> {
    for round in 0..=rounds {
        for command in &mut *commands {
            command.run()?;
            if round == 0 {
                command.seconds.clear();
            }
        }
    }
    Ok(())
}

fn measure(times: usize, large: bool) -> Result<String, String> {
    let program = program()?;
    let program = program.to_string_lossy();
    let folder = PathBuf::from(&*program).with_file_name("perf");
    std::fs::create_dir_all(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
    let report = folder.join("report.html").to_string_lossy().into_owned();
    let mut page = heading();
    for (name, megabytes) in [("10 MB", 10), ("100 MB", 100), ("1 GB", 1000)] {
        say(&format!("{name}…"));
        let log = made(&folder, megabytes)?;
        let analyze = [&*program, "analyze", "--isolated", &log, "-o", &report, "--format", "json"];
        let mut commands = vec![
            Timed::new("`logscan analyze -o report.html --format json`", &analyze),
            Timed::new("the same, one thread", &[&analyze[..], &["--threads", "1"]].concat()),
            Timed::new("`wc -l`", &["wc", "-l", &log]),
        ];
        if installed("rg") {
            commands.push(Timed::new("`rg -c` of eight prefixes", &["rg", "-c", PREFIXES, &log]));
        }
        commands.extend(others::of(&log));
        rounds(&mut commands, times)?;
        table(&mut page, name, &log, &commands)?;
    }
    page.push_str(&compressed(&program, &folder, times)?);
    page.push_str(&recordings::repeated(&program, &folder, times)?);
    page.push_str(&starts(&program, &folder, times)?);
    if large {
        page.push_str(&scaling(&program, &folder)?);
    }
    page.push_str(&growth(&program, &folder, times)?);
    if installed("valgrind") {
        page.push_str(&instructions(&program, &folder).unwrap_or_default());
    }
    Ok(page)
}

fn heading() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let today = Command::new("date").arg("+%Y-%m-%d").output();
    let today = today.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "# Speed\n\nMade by `cargo xtask perf` on {} ({cores} cores, {model}). Files in the page cache; medians of \
         paired rounds. Machines differ: the ratios are what counts.\n",
        today.unwrap_or_default()
    )
}

fn table(page: &mut String, name: &str, log: &str, commands: &[Timed]) -> Result<(), String> {
    let bytes = std::fs::metadata(log).map_err(|cause| format!("{log}: {cause}"))?.len() as f64;
    _ = write!(
        page,
        "\n## {name}\n\n| command | s | MB/s | time of logscan ÷ its time |\n| --- | ---: | ---: | ---: |\n"
    );
    for command in commands {
        let seconds = command.median();
        let ratio = commands[0].ratio(command);
        _ = writeln!(
            page,
            "| {} | {seconds:.3} | {:.0} | {ratio:.2} |",
            command.name,
            bytes / 1e6 / seconds
        );
    }
    if let Some(kilobytes) = peak(&commands[0]) {
        _ = writeln!(page, "\nPeak memory: {} MiB.", kilobytes / 1024);
    }
    Ok(())
}

/// A compressed log, beside the least that can be done with one.
fn compressed(program: &str, folder: &Path, times: usize) -> Result<String, String> {
    let log = made(folder, 1000)?;
    let packed = format!("{log}.gz");
    if !Path::new(&packed).exists() {
        shell(&format!("gzip -c '{log}' > '{packed}'"))?;
    }
    let mut commands = vec![
        Timed::new("`logscan analyze` of it", &[program, "analyze", "--isolated", &packed]),
        Timed::new("`zcat | wc -l`", &["sh", "-c", &format!("zcat '{packed}' | wc -l")]),
    ];
    rounds(&mut commands, times)?;
    let mut page = String::new();
    table(&mut page, "1 GB in gzip", &log, &commands)?;
    Ok(page)
}

fn shell(line: &str) -> Result<(), String> {
    let status = Command::new("sh").args(["-c", line]).status();
    if status.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("{line} failed")) }
}

/// How long it takes to begin.
fn starts(program: &str, folder: &Path, times: usize) -> Result<String, String> {
    let tiny = tiny(folder)?;
    let mut commands = vec![
        Timed::new("`logscan --version`", &[program, "--version"]),
        Timed::new("`logscan analyze` of one line", &[program, "analyze", "--isolated", &tiny]),
    ];
    rounds(&mut commands, times.max(11))?;
    let mut page = "\n## Start\n\n| command | ms |\n| --- | ---: |\n".to_owned();
    for command in &commands {
        _ = writeln!(page, "| {} | {:.1} |", command.name, command.median() * 1e3);
    }
    Ok(page)
}

/// A log of one line.
fn tiny(folder: &Path) -> Result<String, String> {
    let path = folder.join("tiny.log");
    let line = "10:00:00 [    INFO] a.b: [DB_POOL_STATE] Pool size: 5\n";
    std::fs::write(&path, line).map_err(|cause| format!("{}: {cause}", path.display()))?;
    Ok(path.to_string_lossy().into_owned())
}

/// Whether time and memory follow the size of the log.
fn scaling(program: &str, folder: &Path) -> Result<String, String> {
    let mut commands = Vec::new();
    for megabytes in [1000, 4000] {
        let log = made(folder, megabytes)?;
        commands.push(Timed::new(
            &format!("{megabytes} MB"),
            &[program, "analyze", "--isolated", &log],
        ));
    }
    rounds(&mut commands, 3)?;
    let mut page = "\n## Size\n\n| log | s | peak MiB |\n| --- | ---: | ---: |\n".to_owned();
    for command in &commands {
        let peak = peak(command).map_or("unknown".to_owned(), |peak| (peak / 1024).to_string());
        _ = writeln!(page, "| {} | {:.2} | {peak} |", command.name, command.median());
    }
    _ = writeln!(
        page,
        "\nFour times the log takes {:.2} times as long.",
        commands[1].ratio(&commands[0])
    );
    Ok(page)
}

/// What ten times as many signatures cost.
fn growth(program: &str, folder: &Path, times: usize) -> Result<String, String> {
    let log = made(folder, 1000)?;
    let own = folder.join("signatures");
    std::fs::create_dir_all(&own).map_err(|cause| format!("{}: {cause}", own.display()))?;
    std::fs::write(own.join("many.toml"), signatures(7000)).map_err(|cause| cause.to_string())?;
    let own = own.to_string_lossy();
    let tiny = tiny(folder)?;
    let more = ["--signatures", &own];
    let command = |log: &str, more: &[&str]| {
        Timed::new(log, &[&[program, "analyze", "--isolated", log], more].concat())
    };
    let mut commands =
        [command(&log, &[]), command(&log, &more), command(&tiny, &[]), command(&tiny, &more)];
    rounds(&mut commands, times)?;
    let [few, many, few_loaded, many_loaded] = commands.map(|command| command.median());
    Ok(format!(
        "\n## Signatures\n\nWith 7000 more signatures than are compiled in, loading takes {:.0} ms instead of \
         {:.0}, and reading 1 GB {:.2} times as long.\n",
        many_loaded * 1e3,
        few_loaded * 1e3,
        (many - many_loaded) / (few - few_loaded)
    ))
}

/// Instructions, which do not depend on how busy the machine is: an advisory.
fn instructions(program: &str, folder: &Path) -> Result<String, String> {
    let tiny = tiny(folder)?;
    let log = made(folder, 10)?;
    let lines = std::fs::read(&log).map_err(|cause| format!("{log}: {cause}"))?;
    let lines = lines.iter().filter(|byte| **byte == b'\n').count() as u64;
    let count = |log: &str| {
        let output = Command::new("valgrind")
            .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
            .args([program, "analyze", "--isolated", "--threads", "1", log])
            .output()
            .map_err(|cause| format!("valgrind: {cause}"))?;
        let told = String::from_utf8_lossy(&output.stderr).replace(',', "");
        let refs = told.lines().find_map(|line| line.split_once(" refs:"));
        let number = refs.and_then(|(_, number)| number.trim().parse::<u64>().ok());
        number.ok_or_else(|| "valgrind printed no count".to_owned())
    };
    let (start, all) = (count(&tiny)?, count(&log)?);
    Ok(format!(
        "\n## Instructions\n\nCounted by valgrind with one thread: {} million to start, load the signatures and \
         analyse one line; then {} for each line of the 10 MB log.\n",
        start / 1_000_000,
        (all - start) / lines
    ))
}

/// Signatures that resemble no other one.
fn signatures(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let word: String =
            (0..4).map(|at| char::from(b'a' + (number / 26usize.pow(at) % 26) as u8)).collect();
        _ = write!(
            text,
            "[[signature]]\nid = \"own-{number}\"\nkind = \"detail\"\npattern = \"{word} [OWN_{number:05}] took {{seconds:float}} s\"\n\
             source = \"made up\"\nsamples = [\"{word} [OWN_{number:05}] took 1.5 s\"]\nrejects = [\"{word} took 1.5 s\"]\n\n"
        );
    }
    text
}

/// A log of so many megabytes, made once.
fn made(folder: &Path, megabytes: u64) -> Result<String, String> {
    let path = folder.join(format!("{megabytes}m.log"));
    let shown = path.to_string_lossy().into_owned();
    if std::fs::metadata(&path).is_ok_and(|known| known.len() >= megabytes * 1_000_000) {
        return Ok(shown);
    }
    let file = File::create(&path).map_err(|cause| format!("{shown}: {cause}"))?;
    let written = log::write(megabytes * 1_000_000, BufWriter::new(file));
    written.map(|()| shown.clone()).map_err(|cause| format!("{shown}: {cause}"))
}

/// The most memory that a command takes, in KiB, by GNU time.
fn peak(command: &Timed) -> Option<u64> {
    let output =
        Command::new("/usr/bin/time").args(["-f", "%M"]).args(&command.command).output().ok()?;
    String::from_utf8_lossy(&output.stderr).lines().last()?.trim().parse().ok()
}

/// Builds the program as it is released.
fn program() -> Result<PathBuf, String> {
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--package", "logscan"])
        .current_dir(root())
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("cargo build --release failed".into());
    }
    let own = std::env::current_exe().map_err(|cause| cause.to_string())?;
    let target = own.parent().and_then(Path::parent).ok_or("no target folder")?;
    Ok(target.join("release").join(format!("logscan{}", std::env::consts::EXE_SUFFIX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        let timed =
            |seconds: &[f64]| Timed { seconds: seconds.to_vec(), ..Timed::new("x", &["true"]) };
        let (slow, fast) = (timed(&[2.0, 9.0, 4.0]), timed(&[1.0, 3.0, 2.0]));
        assert_eq!((slow.median(), slow.ratio(&fast)), (4.0, 2.0));
    }
}

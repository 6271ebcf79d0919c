//! Standard output: as it is, or through a pager where a page is longer than the screen.

use std::io::{self, IsTerminal, Read, Seek, Write};
use std::process::{Command, Stdio};

use crate::problem::Problem;

/// Writes to standard output; a reader that has gone away is no problem.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Problem> {
    print_to_end(bytes).map(|_| ())
}

pub(crate) fn print_to_end(mut text: impl Read) -> Result<bool, Problem> {
    let mut stdout = io::stdout().lock();
    match io::copy(&mut text, &mut stdout).and_then(|_| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(cause) => Err(Problem::new(format!("cannot write to standard output: {cause}"))),
    }
}

/// Prints a page, through the user's pager if it is longer than the terminal; whether it was
/// read to its end. `LOGSCAN_PAGER`, else `PAGER` names the program; an empty one means none.
pub(crate) fn show(mut page: impl Read + Seek) -> Result<bool, Problem> {
    if io::stdout().is_terminal() {
        let mut whole = Vec::new();
        let read = page.read_to_end(&mut whole).and_then(|_| page.rewind());
        let pager = read.ok().and_then(|()| wanted(&whole));
        if pager.is_some_and(|pager| run(&pager, &whole).is_ok()) {
            return Ok(true);
        }
    }
    print_to_end(page)
}

fn wanted(page: &[u8]) -> Option<String> {
    if cfg!(windows) || !io::stdin().is_terminal() {
        return None;
    }
    let (_, height) = terminal_size::terminal_size()?;
    let lines = page.iter().filter(|byte| **byte == b'\n').count();
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let named = ["LOGSCAN_PAGER", "PAGER"].iter().find_map(|name| std::env::var(name).ok());
    let pager = named.unwrap_or("less".to_owned());
    (lines >= usize::from(height.0) && !dumb && !pager.trim().is_empty()).then_some(pager)
}

/// An error only if the pager cannot be started; one that is left early is no failure.
fn run(pager: &str, page: &[u8]) -> io::Result<()> {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {pager}")]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        _ = input.write_all(page);
    }
    match child.wait()?.code() {
        Some(126 | 127) => Err(io::ErrorKind::NotFound.into()),
        _ => Ok(()),
    }
}

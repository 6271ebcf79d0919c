//! What people use today for such logs.

use std::process::Command;

use super::Timed;

/// What somebody writes who has no tool.
const SCRIPT: &str = r"
import re, sys
head = re.compile(r'^(\S+ \S+) \[ *(\w+)\] ([\w.]+): \[(\w+)\] (.*)$')
worker, session = re.compile(r'Worker: (gw\d+)'), re.compile(r'Session #(\d+) (\w+)')
events = []
for line in open(sys.argv[1], encoding='utf-8', errors='replace'):
    found = head.match(line)
    if found:
        message = found.group(5)
        events.append((found.group(1), found.group(4), worker.search(message), session.search(message)))
print(len(events))
";

/// The same question put to a data frame.
const FRAME: &str = r"
import polars as pl, sys
lines = pl.scan_csv(sys.argv[1], has_header=False, new_columns=['line'], separator='\x01', quote_char=None)
field = lambda pattern: pl.col('line').str.extract(pattern)
rows = lines.select(
    time=field(r'^(\S+ \S+)'), tag=field(r'\[(DB_\w+)\]'),
    worker=field(r'Worker: (gw\d+)'), session=field(r'[Ss]ession #(\d+)'))
# All four are counted: what nobody asks for, polars does not read.
counted = rows.group_by('tag').agg(pl.len(), pl.col('time', 'worker', 'session').count())
print(counted.collect(engine='streaming'))
";

/// What people use today, as far as it is installed: each takes a few fields of some lines.
pub(super) fn of(log: &str) -> Vec<Timed> {
    let query = "\"[DB_\" | parse \"[*] *: [*] *\" as level, logger, tag, message | count by tag";
    let sql = ";SELECT count(*) FROM all_logs WHERE log_body LIKE '%[DB_SESSION]%'";
    let python = |script| ["python3", "-c", script, log];
    let polars = Command::new("python3").args(["-c", "import polars"]).output();
    let has_polars = polars.is_ok_and(|asked| asked.status.success());
    let known = [
        (installed("python3"), "a Python script with regular expressions", &python(SCRIPT)[..]),
        (has_polars, "polars from Python, four fields, streaming", &python(FRAME)[..]),
        (installed("lnav"), "`lnav`, one SQL query", &["lnav", "-n", "-c", sql, log][..]),
        (installed("agrind"), "`agrind`, four fields", &["agrind", "-f", log, query][..]),
    ];
    let present = known.into_iter().filter(|(is_here, ..)| *is_here);
    present.map(|(_, name, command)| Timed::new(name, command)).collect()
}

/// Whether a program is there.
pub(super) fn installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|asked| asked.status.success())
}

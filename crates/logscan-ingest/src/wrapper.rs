//! What CI systems, containers and system loggers write in front of every line.
//!
//! The times in wrappers are times of arrival: output is buffered, so many lines share
//! one. The time of an event is the inner one, if there is one.

use crate::formats::time::any;

/// Something that stands in front of every line.
#[derive(Clone, Copy, Debug)]
pub struct Wrapper {
    /// Name for the report.
    pub name: &'static str,
    /// One sentence for `logscan formats`.
    pub summary: &'static str,
    /// A line as it looks.
    pub example: &'static str,
    /// The line without it.
    strip: fn(&str) -> Option<&str>,
    /// Whether these lines wear it.
    worn: fn(&Self, &[&str]) -> bool,
}

/// All wrappers, the most telling first.
pub static WRAPPERS: [Wrapper; 14] = [
    Wrapper {
        name: "github-actions",
        summary: "the raw log of GitHub Actions and Azure Pipelines: UTC with seven digits",
        example: "2026-03-01T10:00:00.1234567Z 1 failed, 21 passed in 6.09s",
        strip: |line| stamped(line, |digits| digits == 7),
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "gh-run-view",
        summary: "`gh run view --log`: job, step and time in columns",
        example: "test\tRun pytest\t2026-03-01T10:00:00.1234567Z 1 failed in 6.09s",
        strip: gh_columns,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "gitlab",
        summary: "GitLab's timestamps: UTC, stream, a mark for continued lines",
        example: "2026-03-01T10:00:00.123456Z 01O 1 failed, 21 passed in 6.09s",
        strip: gitlab,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "jenkins",
        summary: "Jenkins' timestamper: UTC in brackets before lines of any kind",
        example: "[2026-03-01T10:00:00.123Z] + pytest -n 2",
        strip: jenkins,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "docker-compose",
        summary: "docker compose: the service before a bar",
        example: "db-1   | 2026-03-01 10:00:00.123 UTC [1] LOG:  database system is ready",
        strip: compose,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "kubernetes",
        summary: "files of containerd and CRI-O: UTC, stream, F or P",
        example: "2026-03-01T10:00:00.123456789Z stdout F ready",
        strip: |line| {
            let rest = stamped(line, |digits| digits <= 9)?;
            let rest = rest.strip_prefix("stdout ").or_else(|| rest.strip_prefix("stderr "))?;
            rest.strip_prefix("F ").or_else(|| rest.strip_prefix("P "))
        },
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "docker",
        summary: "`docker logs -t` and `kubectl logs --timestamps`: UTC with nanoseconds",
        example: "2026-03-01T10:00:00.123456789Z ready",
        strip: |line| stamped(line, |digits| digits >= 8),
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "syslog",
        summary: "syslog and journald: month, day, time, host, unit[pid]",
        example: "Mar  1 10:00:00 host postgres[4711]: database system is ready",
        strip: syslog,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "journald-iso",
        summary: "journalctl -o short-iso: UTC offset, host, unit[pid]",
        example: "2026-03-01T10:00:00+0000 host postgres[4711]: database system is ready",
        strip: journal,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "buildkite",
        summary: "Buildkite's raw log: a mark with milliseconds before each line",
        example: "_bk;t=1696108599118running 61 tests",
        strip: buildkite,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "sbt",
        summary: "sbt: the level before each line",
        example: "[info] - finds a row *** FAILED ***",
        strip: |line| {
            let rest = line.strip_prefix("[info]").or_else(|| line.strip_prefix("[error]"));
            let rest = rest.or_else(|| line.strip_prefix("[warn]"))?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
        },
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "monorepo",
        summary: "turborepo, lerna, nx: the package before each line",
        example: "@shop/orders:test: PASS src/orders.test.ts",
        strip: package,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "teamcity",
        summary: "TeamCity: the time, a letter for warnings and errors, the step of the build",
        example: "[11:20:07] :\t [Step 2/4] > Task :app:test",
        strip: teamcity,
        worn: Wrapper::by_most,
    },
    Wrapper {
        name: "times",
        summary: "Buildkite, AppVeyor, `ts` and others: a time of any shape, also before empty lines",
        example: "[00:02:18]",
        strip: timed,
        worn: Wrapper::by_empty_lines_too,
    },
];

impl Wrapper {
    /// Lines of one message share a stamp, and tools write lines of their own between, so it need
    /// not be all.
    fn by_most(&self, lines: &[&str]) -> bool {
        !lines.is_empty() && self.wearing(lines) * 2 >= lines.len()
    }

    /// Loggers of programs print such times, too, but not before empty lines and tracebacks.
    fn by_empty_lines_too(&self, lines: &[&str]) -> bool {
        let is_empty = |line: &&str| (self.strip)(line).is_some_and(|text| text.trim().is_empty());
        let empty = lines.iter().filter(|line| is_empty(line)).count();
        let bare = lines.len() - self.wearing(lines);
        bare * BARE_IN <= lines.len() && empty > 0 && empty * EMPTY_IN >= lines.len()
    }

    fn wearing(&self, lines: &[&str]) -> usize {
        lines.iter().filter(|line| (self.strip)(line).is_some()).count()
    }
}

/// Of so many lines one may be without a time that stands before all of them: it was cut, or damaged.
const BARE_IN: usize = 20;
/// Of so many lines of a console one is empty at least.
const EMPTY_IN: usize = 200;
/// Wrappers within each other.
const DEEPEST: usize = 3;

/// The wrappers around a source, the outermost first.
#[derive(Clone, Debug, Default)]
pub struct Wrapping {
    layers: Vec<&'static Wrapper>,
}

impl Wrapping {
    /// Nothing in front of the lines.
    pub const NONE: Self = Self { layers: Vec::new() };

    /// Judged by a sample of lines.
    pub(crate) fn of(sample: &str) -> Self {
        let mut wrapping = Self::NONE;
        let mut lines: Vec<&str> = sample.lines().collect();
        lines.retain(|line| !line.trim().is_empty());
        while wrapping.layers.len() < DEEPEST {
            let worn = |wrapper: &&Wrapper| (wrapper.worn)(wrapper, &lines);
            let Some(layer) = WRAPPERS.iter().find(worn) else { break };
            lines = lines.iter().map(|line| (layer.strip)(line).unwrap_or(line)).collect();
            lines.retain(|line| !line.trim().is_empty());
            wrapping.layers.push(layer);
        }
        wrapping
    }

    /// The names, joined; nothing if there is no wrapper.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let names: Vec<&str> = self.layers.iter().map(|layer| layer.name).collect();
        (!names.is_empty()).then(|| names.join("+"))
    }

    /// The line without what the wrappers wrote.
    pub(crate) fn unwrap<'l>(&self, line: &'l str) -> &'l str {
        let unwrapped = self.layers.iter().fold(line, |line, layer| {
            // Pages of one log are joined with their byte order marks.
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            (layer.strip)(line).unwrap_or(line)
        });
        if self.layers.is_empty() { line } else { unwrapped }
    }

    /// Whether the unwrapped line is a command to the CI system, not output of the job.
    pub(crate) fn is_command(&self, line: &str) -> bool {
        !self.layers.is_empty() && line.starts_with("##[")
    }
}

/// The text behind `2026-03-01T10:00:00.1234567Z `, if the fraction has so many digits.
fn stamped(line: &str, digits: impl Fn(usize) -> bool) -> Option<&str> {
    let rest = second(line)?.strip_prefix('.')?;
    let fraction = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = rest[fraction..].strip_prefix('Z').filter(|_| digits(fraction))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

/// The text behind `2026-03-01T10:00:00`.
fn second(line: &str) -> Option<&str> {
    let shape = b"0000-00-00T00:00:00";
    let fits = |(byte, expected): (&u8, &u8)| match expected {
        b'0' => byte.is_ascii_digit(),
        _ => byte == expected,
    };
    let whole = line.len() >= shape.len() && line.as_bytes().iter().zip(shape).all(fits);
    whole.then(|| &line[shape.len()..])
}

/// What Go says of a package, in columns of its own.
const OF_GO: [&str; 3] = ["ok  ", "FAIL", "?   "];

fn gh_columns(line: &str) -> Option<&str> {
    let mut columns = line.splitn(3, '\t');
    let (job, _step, rest) = (columns.next()?, columns.next()?, columns.next()?);
    // Loggers print columns, too, and the time first.
    if OF_GO.contains(&job) || any::read(job).is_some() {
        return None;
    }
    let rest = rest.strip_prefix('\u{feff}').unwrap_or(rest);
    Some(stamped(rest, |digits| digits == 7).unwrap_or(rest))
}

fn gitlab(line: &str) -> Option<&str> {
    let rest = stamped(line, |digits| digits == 6)?;
    let (stream, text) = rest.split_at_checked(4)?;
    let mark = stream.as_bytes();
    let hex = mark[..2].iter().all(u8::is_ascii_hexdigit);
    (hex && matches!(mark[2], b'O' | b'E') && matches!(mark[3], b' ' | b'+')).then_some(text)
}

fn jenkins(line: &str) -> Option<&str> {
    let rest = second(line.strip_prefix('[')?)?.strip_prefix('.')?;
    let rest = rest.get(3..)?.strip_prefix("Z]")?;
    let text = rest.strip_prefix(' ').unwrap_or(rest);
    // Loggers print such times, too, and then a level.
    let level = text.split(' ').next().unwrap_or_default();
    let logged = level.len() > 2 && level.bytes().all(|b| b.is_ascii_uppercase());
    (!logged).then_some(text)
}

/// The text behind `[00:02:17] ` or `2026-03-01 10:00:00 `.
fn timed(line: &str) -> Option<&str> {
    let (_, rest) = any::read(line.strip_prefix('[').unwrap_or(line))?;
    let rest = if line.starts_with('[') { rest.strip_prefix(']')? } else { rest };
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

/// The text behind `[11:20:07]W:\t [Step 2/4] `; some exports leave out the letter and its colon.
fn teamcity(line: &str) -> Option<&str> {
    let (_, rest) = line.strip_prefix('[')?.split_once(']')?;
    let marked = rest.strip_prefix([' ', 'W', 'E', 'F', 'i']).and_then(|r| r.strip_prefix(":\t "));
    let of_step = || rest.strip_prefix('\t').unwrap_or(rest).strip_prefix("[Step ").map(|_| rest);
    let rest = marked.or_else(of_step)?.trim_start_matches('\t');
    let step = rest.strip_prefix("[Step ").and_then(|step| step.split_once("] "));
    Some(step.map_or(rest, |(_, text)| text))
}

/// `db-1   | text`; the name holds no blank and something that is no digit.
fn compose(line: &str) -> Option<&str> {
    let (name, text) = line.split_once('|')?;
    let service = name.trim_end_matches(' ');
    let plain = service.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let named = plain && service.bytes().any(|b| b.is_ascii_alphabetic());
    (named && name.len() > service.len()).then(|| text.strip_prefix(' ').unwrap_or(text))
}

fn syslog(line: &str) -> Option<&str> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS.contains(&line.get(..3)?).then_some(())?;
    let time = line.get(7..15)?.as_bytes();
    (time[2] == b':' && time[5] == b':').then_some(())?;
    unit(line.get(15..)?)
}

fn journal(line: &str) -> Option<&str> {
    let rest = second(line)?;
    let zone = rest.strip_prefix(['+', '-'])?;
    unit(zone.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'))
}

fn buildkite(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("_bk;t=")?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    Some(rest.trim_start_matches('\u{7}'))
}

/// The text behind `@scope/package: ` or `package:task: `.
fn package(line: &str) -> Option<&str> {
    let (name, text) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")))?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/_-.:".contains(&b));
    let scoped = name.starts_with('@') && name.contains('/');
    let task = name.rsplit_once(':').is_some_and(|(package, task)| {
        !package.is_empty() && task.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    });
    (plain && !name.contains("::") && (scoped || task)).then_some(text)
}

/// The text behind ` host unit[pid]: `.
fn unit(rest: &str) -> Option<&str> {
    let (_host, rest) = rest.strip_prefix(' ')?.split_once(' ')?;
    let (unit, text) = rest.split_once(": ")?;
    (!unit.contains(' ')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_wears_its_own_wrapper() {
        for wrapper in &WRAPPERS {
            let name = Wrapping::of(wrapper.example).name().unwrap_or_default();
            assert_eq!(name.split('+').next(), Some(wrapper.name), "{}", wrapper.example);
        }
    }

    #[test]
    fn wrappers_stand_within_each_other() {
        let line = "2026-11-20T20:25:07.5417726Z db-1  | 2026-11-20 20:25:07 UTC [1] LOG:  ready";
        let found = Wrapping::of(line);
        assert_eq!(found.name().as_deref(), Some("github-actions+docker-compose"));
        assert_eq!(found.unwrap(line), "2026-11-20 20:25:07 UTC [1] LOG:  ready");
        assert_eq!(found.unwrap("a line without it"), "a line without it");
        assert!(found.is_command("##[group]Run pytest"));
    }

    #[test]
    fn a_log_with_times_of_its_own_is_not_wrapped() {
        for line in [
            "2026-11-20 20:25:07,541 [INFO] x: y",
            "2026-11-20T20:25:07.541289Z  INFO sqlx: y",
            "2026-11-20 20:25:07.123 | INFO     | a:b:1 - y",
            "[2026-11-20T20:25:07.123Z] DEBUG pool used=1",
            "| a | b |",
            "",
        ] {
            assert_eq!(Wrapping::of(line).name(), None, "{line}");
        }
    }
}

//! Lines that tell of an error without saying of which, and code that raises one.

use logscan_model::EventKind;

use super::{Work, level};
use crate::repeats::Said;

impl Work<'_> {
    /// That a line tells of some error counts once, and only if no signature says of which.
    /// Whether one does. A check that failed may be printed as a test that did.
    pub(super) fn drop_errors_that_are_understood(&mut self, events: usize, said: usize) -> bool {
        let is_error = |kind| matches!(kind, EventKind::ErrorSeen | EventKind::TroubleSeen);
        let says = &self.says[said..];
        let understood =
            says.iter().any(|said| !is_error(said.meaning.kind) && !said.meaning.is_doubtful());
        let explains = |said: &Said| !is_context(said.meaning.kind) && !said.meaning.is_doubtful();
        let mut left = usize::from(!says.iter().any(explains));
        let is_check = |kind: EventKind| kind == EventKind::CheckFailed;
        let check = says.iter().any(|said| is_check(said.meaning.kind));
        let mut keep = |kind: EventKind| match check {
            true => is_check(kind),
            false => !is_error(kind) || std::mem::replace(&mut left, 0) > 0,
        };
        let mut kept = said;
        for index in said..self.says.len() {
            if keep(self.says[index].meaning.kind) {
                self.says.swap(kept, index);
                self.chunk.events.swap(events + kept - said, events + index - said);
                kept += 1;
            }
        }
        self.says.truncate(kept);
        self.chunk.events.truncate(events + kept - said);
        understood
    }
}

/// Bytes at both ends of a text in which the class of an error is looked for: a line may be long,
/// and is asked for at each of its matches.
const LONGEST: usize = 400;

/// Whether a text begins with the class of an error, `app.db.QueryException: `, with its state,
/// `SQLSTATE[42S01]` or `(42S01)`, or as a panic of Go does, or ends with the class as Crystal prints
/// it, `(DB::PoolTimeout)`.
pub(super) fn is_thrown(text: &str) -> bool {
    let text = text.trim_end();
    let (begin, end) = (text.floor_char_boundary(LONGEST), text.len().saturating_sub(LONGEST));
    let (first, last) = (&text[..begin], &text[text.ceil_char_boundary(end)..]);
    let named = |word: &str| {
        let class = word.strip_suffix(':').and_then(|word| word.rsplit(['.', '\\', ':']).next());
        class.is_some_and(|class| {
            ["Exception", "Error"].iter().any(|end| class.len() > end.len() && class.ends_with(end))
        })
    };
    let state = |word: &str| {
        let state = word.strip_prefix("SQLSTATE[").and_then(|word| word.split_once(']'));
        let state = state.map(|(state, _)| state);
        let state = state.or_else(|| word.strip_prefix('(')?.strip_suffix(')'));
        let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        state.is_some_and(|state| state.len() == 5 && state.bytes().all(is_part))
    };
    let last = last.rsplit(' ').next().unwrap_or_default();
    let class = last.strip_prefix('(').and_then(|class| class.strip_suffix(')'));
    let is_class = |class: &str| {
        class.starts_with(|c: char| c.is_ascii_uppercase())
            && (class.contains("::") || class == "Exception")
            && class.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':')
    };
    let begins = || first.split_whitespace().take(4).any(|word| named(word) || state(word));
    first.starts_with("panic: ") || begins() || class.is_some_and(is_class)
}

/// Whether a kind says no more than what stands beside an error.
pub(super) fn is_context(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ErrorSeen
            | EventKind::TroubleSeen
            | EventKind::TookTooLong
            | EventKind::FailureInherited
            | EventKind::ValuesDiffer
            | EventKind::EmbeddedRefused
            | EventKind::DatabaseNamed
            | EventKind::DatabaseTagged
            | EventKind::DriverSeen
            | EventKind::OtherClientSeen
            | EventKind::PoolWaitSeen
            | EventKind::ForkSeen
            | EventKind::DatabaseReached
            | EventKind::NoAnswerSeen
            | EventKind::RetrySeen
            | EventKind::TearDownSeen
            | EventKind::SetUpSeen
            | EventKind::TargetUsed
            | EventKind::TargetOpposed
    )
}

/// Whether a line of a traceback shows the code that raises an error, not the error.
pub(super) fn is_source_code(line: &str) -> bool {
    let code = line.trim_start_matches([' ', '\t', '>', '|']);
    let raises = [
        "raise ",
        "throw ",
        "pytest.fail(",
        "pytest.exit(",
        "pytest.skip(",
        "Failure/Error: ",
        "code: ",
    ];
    raises.iter().any(|word| code.starts_with(word)) || is_template(code) || is_local(code)
}

/// Whether a line shows the value of a variable, as some runners do below each frame:
/// `buff = [b"…"]`.
fn is_local(code: &str) -> bool {
    let named = code.split_once(" = ").filter(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    named.is_some_and(|(_, value)| {
        let value = value.trim_start_matches(['[', '(', '{']);
        let value = value.strip_prefix(['b', 'r', 'u', 'f']).unwrap_or(value);
        value.starts_with(['"', '\'', '<'])
    })
}

/// Whether a line is a string of a program: one into which values are put, `f"after {timeout} s"`,
/// or one that goes on in the next line, `"was not called, "`.
fn is_template(code: &str) -> bool {
    let opens = ["f\"", "f'", "\"", "'", "`"].iter().any(|quote| code.starts_with(quote));
    let closes = code.trim_end_matches([' ', ',', ')', '+', ';']).ends_with(['"', '\'', '`']);
    let placeholders = ["%s", "%d", "%r", "%i", "%0."];
    let filled = code.contains('{') && code.contains('}');
    let goes_on = [" \"", " '", " `"].iter().any(|end| code.trim_end().ends_with(end));
    opens && closes && (filled || goes_on || placeholders.iter().any(|mark| code.contains(mark)))
}

/// Whether somebody goes on with a notice: a server that something is there, or missing; a test that
/// it met the error which it provoked, or in its own words why an assertion failed.
pub(super) fn is_notice(line: &str, kind: EventKind) -> bool {
    let skipped =
        matches!(
            kind,
            EventKind::DuplicateObject | EventKind::DuplicateDatabase | EventKind::MissingObject
        ) && [", skipping", " does not exist on type "].iter().any(|words| line.contains(words));
    skipped
        || (kind.is_fault() && EXPECTED.iter().any(|words| line.contains(words)))
        || is_own_assertion(line)
}

/// Whether a server tells in a record of the level INFO what it starts, and nobody of an error.
pub(super) fn tells_what_it_starts(line: &str, message: usize) -> bool {
    const ERRORS: [&str; 5] = ["FATAL", "rror", "xception", "ailed", "LOADING"];
    let text = &line[message..];
    level::says_info(line, message) && !ERRORS.iter().any(|word| text.contains(word))
}

/// Whether a line of Rust tells in the words of a test why an assertion failed, and quotes no error.
fn is_own_assertion(line: &str) -> bool {
    let words = line.trim_start().strip_prefix("assertion `left ");
    words.is_some_and(|words| !words.contains("Err(") && !words.contains("Error"))
}

/// How tests say that they expected an error.
const EXPECTED: [&str; 3] = ["got the expected ", " as expected: ", "(expected)"];

/// Whether jest names what is open yet, where it names tests that failed otherwise: `●  TCPWRAP`.
pub(super) fn names_a_handle(line: &str) -> bool {
    let name = line.trim_start().strip_prefix("●  ").map(str::trim);
    name.is_some_and(|name| {
        let upper = name.bytes().all(|byte| byte.is_ascii_uppercase());
        upper || ["Timeout", "Immediate"].contains(&name)
    })
}

/// Whether a line is the title of a test that passed: its words tell of no error.
pub(super) fn is_of_a_passed_test(line: &str) -> bool {
    let line = line.trim();
    let of_pytest = || line.split_once("::").is_some_and(|(_, test)| test.contains(" PASSED"));
    // utPLSQL puts a duration behind each, `raises ORA-00054 [1,012 sec]`.
    let of_utplsql = || line.ends_with(" sec]") && line.contains(" [");
    line.starts_with(['✓', '✔', '√']) || of_pytest() || of_utplsql()
}

/// Whether a kind tells how the whole job ended.
pub(super) fn is_job_end(kind: EventKind) -> bool {
    matches!(kind, EventKind::JobFailed | EventKind::JobTimedOut | EventKind::NoTestsRan)
}

/// Whether a line stands as deep as the code that pytest shows: its own words stand behind `E`.
pub(super) fn is_deep(line: &str) -> bool {
    line.starts_with("        ")
}

/// Whether a line without a head is code or a stack frame: its words tell of no error.
pub(super) fn is_code_or_frame(line: &str) -> bool {
    let code = line.trim_start_matches([' ', '\t', '>', '|', '│', '+']);
    let begins = [
        "at ",
        "File \"",
        "from ",
        "def ",
        "assert ",
        "async ",
        "await ",
        "return ",
        "raise ",
        "throw ",
        "package:",
        "expect(",
        "const ",
        "let ",
        "if ",
        "with ",
        "self.",
        "it(",
        "test(",
        "describe(",
        "import ",
        "except ",
        "try",
        "class ",
        "fn ",
        "func ",
        "Snapshot name: ",
        "stacktrace:",
        "public ",
        "private ",
        "# ",
        "// ",
        "... ",
        "@",
        "❯ ",
    ];
    // Symfony's list of deprecations names the tests that met them.
    let counted = code.split_once("x in ").is_some_and(|(count, _)| count.parse::<u32>().is_ok());
    let ends = ["(", "{", ";", "=>", " do", "},", ");"];
    let first = code.split(' ').next().unwrap_or_default();
    let rest = code[first.len()..].trim_start();
    let is_path = first.contains('/') && first.rsplit(':').any(|part| part.parse::<u32>().is_ok());
    let is_path = is_path && (rest.is_empty() || rest.starts_with("in "));
    let compiler = {
        let mut parts = first.strip_suffix(':').unwrap_or_default().rsplit(':');
        let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
        is_number(parts.next()) && is_number(parts.next()) && parts.next().is_some()
    };
    let call = first.contains('(') && first.contains('.') && code.trim_end().ends_with(')');
    let assignment = code.split(" = ").next().is_some_and(|name| {
        name.len() < code.len() && name.chars().all(|c| c.is_alphanumeric() || "_.[]".contains(c))
    });
    let ruby = code.contains(".rb:") && code.contains(":in ");
    let elixir = code.starts_with('(')
        && (code.contains(".ex:") || code.contains(".exs:") || code.contains(".erl:"));
    // The code that compilers show: `18 | pool.withTimeout(30)`, `17▕ $this->assertSame(`.
    let behind = code.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = behind.len() < code.len() && behind.trim_start().starts_with(['|', '│', '▕'])
        || line.trim_start().starts_with("|  ");
    // A property of an error that node prints: `code: 'P2002'`.
    let property = code.strip_prefix("code: ").is_some_and(|value| !value.trim().contains(' '));
    is_path
        || property
        || is_numbered
        || code.contains("``")
        || compiler
        || elixir
        || ruby
        || call
        || assignment
        || counted
        || begins.iter().any(|word| code.starts_with(word))
        || ends.iter().any(|end| code.trim_end().ends_with(end))
}

/// Whether a compiler or linter tells what is wrong at a place in a file: `src/a.go:14:2: no`.
pub(super) fn is_diagnostic(line: &str) -> bool {
    let Some((place, told)) = line.split_once(' ') else { return false };
    let is_number = |part: &str| part.parse::<u32>().is_ok();
    let mut parts = place.trim_end_matches(':').split(':');
    let is_file = parts.next().is_some_and(|file| file.contains('.') && !file.starts_with('('));
    let numbers = parts.clone().count();
    let harmless = ["warning", "Warning", "note:", "info", "in "];
    !line.starts_with(char::is_whitespace)
        && is_file
        && (1..=2).contains(&numbers)
        && parts.all(is_number)
        && !told.trim().is_empty()
        && !harmless.iter().any(|word| told.trim_start().starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_are_told_from_frames() {
        for line in [
            "users/rename.go:14:2: fmt.Printf format %d has arg name of wrong type string",
            "shop/orders.py:41:80: E501 line too long (91 > 79 characters)",
            ".github/workflows/ci.yml:12:9: unexpected key \"step\" for \"job\" section",
        ] {
            assert!(is_diagnostic(line), "{line}");
        }
        for line in [
            "\t/src/store/store.go:33 +0x1d",
            "/x/pool/timeout.py:12: in acquire",
            "src/a.c:12:3: warning: unused variable",
            "10:00:01 started",
            "store.go:33",
        ] {
            assert!(!is_diagnostic(line), "{line}");
        }
    }

    #[test]
    fn code_is_told_from_messages() {
        for code in
            ["    raise exc.TimeoutError(", ">       raise X('no')", "  throw new Error('no')"]
        {
            assert!(is_source_code(code), "{code}");
        }
        for said in ["E   TimeoutError: raise it", "raised an error", "x: throw it away"] {
            assert!(!is_source_code(said), "{said}");
        }
    }

    #[test]
    fn frames_and_code_say_nothing() {
        let silent = [
            "    at Pool.timeout (/x/pool.js:3:4)",
            "    assert pool_timed_out",
            "/x/pool/timeout.py:12: in acquire",
            "  expect(() => pool.acquire()).toThrow('timeout');",
            "18 |    HikariTransactor.fromHikariConfigWithTimeout[IO](cfg, 30.seconds)",
            "   |    value fromHikariConfigWithTimeout is not a member of object HikariTransactor",
            "    code: 'ETIMEDOUT',",
            "/src/PoolSpec.scala:22:35: value withLeakDetection is not a member of PoolConfig",
            "    Get a connection, blocking for ``self.timeout`` until one is free",
            "  activesupport (7.1.3) lib/parallelization/worker.rb:86:in `block in after_fork'",
        ];
        for line in silent {
            assert!(is_code_or_frame(line), "{line}");
        }
        for said in [
            "E   PoolTimeout: couldn't get a connection after 3.00 sec",
            "code: 159, message: Timeout exceeded: elapsed 5.06 seconds, maximum: 5",
        ] {
            assert!(!is_code_or_frame(said), "{said}");
        }
    }
}

//! What a CI system writes in front of every line.

/// `2026-03-01T10:00:00.1234567Z `: the time at which GitHub Actions read the line.
///
/// It is a time of arrival: output is buffered, so many lines share one. The time of
/// an event is the inner one, if there is one.
const GITHUB_STAMP: usize = 29;

/// A wrapper around the log of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    /// GitHub Actions' raw log.
    GithubActions,
}

impl Wrapper {
    /// Name in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GithubActions => "github-actions",
        }
    }

    /// The wrapper of a file, judged by a sample of its lines.
    pub(crate) fn of(sample: &[String]) -> Option<Self> {
        let wrapped = sample.iter().filter(|line| github_stamp(line)).count();
        (wrapped > 0 && wrapped * 10 >= sample.len() * 9).then_some(Self::GithubActions)
    }

    /// The line without what the wrapper wrote.
    pub(crate) fn unwrap(self, line: &str) -> &str {
        match self {
            Self::GithubActions if github_stamp(line) => &line[GITHUB_STAMP..],
            Self::GithubActions => line,
        }
    }

    /// Whether the unwrapped line is a command to the CI system, not output of the job.
    pub(crate) fn is_command(self, line: &str) -> bool {
        match self {
            Self::GithubActions => line.starts_with("##["),
        }
    }
}

fn github_stamp(line: &str) -> bool {
    let shape = b"0000-00-00T00:00:00.0000000Z ";
    let fits = |(byte, expected): (&u8, &u8)| match expected {
        b'0' => byte.is_ascii_digit(),
        _ => byte == expected,
    };
    line.len() >= GITHUB_STAMP && line.as_bytes().iter().zip(shape).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamp_of_arrival_is_taken_off() {
        let wrapper = Wrapper::GithubActions;
        assert_eq!(wrapper.unwrap("2026-11-20T20:25:07.5417726Z x"), "x");
        assert_eq!(wrapper.unwrap("2026-11-20T20:25:07.5417726Z "), "");
        assert_eq!(wrapper.unwrap("2026-11-20T20:25:07 x"), "2026-11-20T20:25:07 x");
        assert!(wrapper.is_command("##[group]Run pytest"));
    }

    #[test]
    fn a_log_with_times_of_its_own_is_not_wrapped() {
        assert_eq!(Wrapper::of(&["2026-11-20 20:25:07,541 [INFO] x: y".into()]), None);
        assert_eq!(Wrapper::of(&[]), None);
    }
}

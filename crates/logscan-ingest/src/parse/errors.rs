//! Lines that tell of an error without saying of which, and code that raises one.

use logscan_model::EventKind;

use super::Work;

impl Work<'_> {
    /// That a line tells of some error counts once, and only if no signature says of which.
    /// Whether one does.
    pub(super) fn drop_errors_that_are_understood(&mut self, events: usize, said: usize) -> bool {
        let is_error = |kind: EventKind| kind == EventKind::ErrorSeen;
        let understood = self.says[said..].iter().any(|(kind, _)| !is_error(*kind));
        let mut left = usize::from(!understood);
        let mut keep = |kind: EventKind| !is_error(kind) || std::mem::replace(&mut left, 0) > 0;
        let mut kept = said;
        for index in said..self.says.len() {
            if keep(self.says[index].0) {
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

/// Whether a line of a traceback shows the code that raises an error, not the error.
pub(super) fn is_source_code(line: &str) -> bool {
    let code = line.trim_start_matches([' ', '\t', '>', '|']);
    let raises = ["raise ", "throw ", "pytest.fail(", "pytest.exit(", "pytest.skip("];
    raises.iter().any(|word| code.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

//! What there is to say about the log when its sources are joined.

use logscan_model::note::{Note, NoteKind};

use super::facts::Facts;
use super::join::Join;
use super::lifecycles::Lifecycles;
use super::sessions::Finished;
use super::source::SourceFold;

impl Join {
    /// Runs of the test runner that share tests and ended differently are different runs; the
    /// tests of the later ones are named after them.
    pub(super) fn tell_runs_apart(&mut self, sources: &mut [Box<SourceFold>]) {
        let mut runs = 1;
        for index in 1..sources.len() {
            let (earlier, rest) = sources.split_at_mut(index);
            if earlier.iter().any(|source| source.frame.is_other_run(&rest[0].frame)) {
                runs += 1;
                rest[0].frame.name_run(runs);
            }
        }
        if runs > 1 {
            let sentence = format!(
                "The inputs hold {runs} runs of the test runner. Tests of all but the first are named \
                 after their run; give one run at a time for a clearer answer."
            );
            self.notes.push(Note::new(NoteKind::SeveralRuns, runs, sentence, None));
        }
    }

    pub(super) fn mixtures(&mut self, facts: &Facts) {
        if facts.pools.mixtures > 0 {
            let count = facts.pools.mixtures;
            self.notes.push(Note::new(
                NoteKind::MixedBlock,
                count,
                match count {
                    1 => {
                        "1 pool state holds lines of several workers that cannot be told apart; it \
                          was left out."
                            .to_owned()
                    }
                    _ => format!(
                        "{count} pool states hold lines of several workers that cannot be told \
                         apart; they were left out."
                    ),
                },
                facts.pools.first_mixture,
            ));
        }
    }

    /// Lines that tell of tests beyond the most that are told apart.
    pub(super) fn tests_left_out(&mut self, count: u64) {
        if count == 0 {
            return;
        }
        self.timeline.damaged = true;
        self.notes.push(Note::new(
            NoteKind::ManyTests,
            count,
            match count {
                1 => {
                    "1 line is of a test beyond the ones that are told apart (--max-tests); it was \
                      left out."
                        .to_owned()
                }
                _ => format!(
                    "{count} lines are of tests beyond the ones that are told apart (--max-tests); \
                     they were left out."
                ),
            },
            None,
        ));
    }

    pub(super) fn lost(&mut self, finished: &Finished, told: &Lifecycles, in_stream: bool) {
        let count = told.without_told(finished.missing, finished.count);
        if in_stream && count > 0 {
            self.timeline.damaged = true;
            self.notes.push(Note::new(
                NoteKind::SessionGap,
                count,
                match count {
                    1 => "1 session number is missing between others of its worker: the line that \
                          opened it is lost, and so may be lines that closed others."
                        .to_owned(),
                    _ => format!(
                        "{count} session numbers are missing between others of their worker: lines \
                         that opened them are lost, and so may be lines that closed others."
                    ),
                },
                None,
            ));
        }
        if finished.left_out > 0 {
            let count = finished.left_out;
            self.timeline.damaged = true;
            self.notes.push(Note::new(
                NoteKind::ManyWorkers,
                count,
                match count {
                    1 => "1 line is of a worker beyond the ones that are told apart \
                          (--max-workers); it was left out."
                        .to_owned(),
                    _ => format!(
                        "{count} lines are of workers beyond the ones that are told apart \
                         (--max-workers); they were left out."
                    ),
                },
                None,
            ));
        }
        if finished.unfollowed > 0 {
            let count = finished.unfollowed;
            self.notes.push(Note::new(
                NoteKind::ManyOpenSessions,
                count,
                match count {
                    1 => {
                        "1 session was opened while a very large number of others was still open; \
                          it is counted, but not followed."
                            .to_owned()
                    }
                    _ => format!(
                        "{count} sessions were opened while a very large number of others was \
                         still open; they are counted, but not followed."
                    ),
                },
                None,
            ));
        }
        if finished.ambiguous > 0 {
            let count = finished.ambiguous;
            self.notes.push(Note::new(
                NoteKind::AmbiguousSession,
                count,
                match count {
                    1 => "1 open session may be the one that another worker's session of the same \
                          number was closed for; the lines do not name their worker."
                        .to_owned(),
                    _ => format!(
                        "{count} open sessions may be the ones that another worker's session of the \
                         same number was closed for; the lines do not name their worker."
                    ),
                },
                None,
            ));
        }
    }

    pub(super) fn notes_on_joining(&mut self) {
        let named = self.timeline.sessions.iter().any(|session| session.test.is_some());
        let sentence = if self.timeline.tests.is_empty() {
            "The log does not name the tests; give the test runner's output as a second file, and \
             sessions get the names of their tests."
        } else if self.names.unnamed > 0 && !named {
            "The tests of the runner's output could not be joined to the sessions of the debug \
             log: the set-ups in the log are not as many as the tests."
        } else {
            return;
        };
        if !self.timeline.sessions.is_empty() {
            self.notes.push(Note::new(NoteKind::NoTestNames, 1, sentence.to_owned(), None));
        }
    }
}

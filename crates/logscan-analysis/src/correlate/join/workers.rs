//! Which worker a process is, among those of its name.

use std::collections::HashMap;

/// Where the workers of one name stand.
#[derive(Debug, Default)]
pub(super) struct WorkersNamed {
    first: Option<usize>,
    pub(super) last: Option<usize>,
    by_pid: HashMap<u32, usize>,
    without_pid: Option<usize>,
}

impl WorkersNamed {
    /// The first one that may be this process.
    pub(super) fn same(&self, pid: Option<u32>) -> Option<usize> {
        match pid {
            None => self.first,
            Some(pid) => self.by_pid.get(&pid).copied().into_iter().chain(self.without_pid).min(),
        }
    }

    pub(super) fn add(&mut self, pid: Option<u32>, at: usize) {
        self.first.get_or_insert(at);
        self.last = self.last.max(Some(at));
        match pid {
            Some(pid) => {
                self.by_pid.insert(pid, at);
                self.without_pid.take_if(|nameless| *nameless == at);
            }
            None if self.by_pid.is_empty() => {
                self.without_pid.get_or_insert(at);
            }
            None => {}
        }
    }
}

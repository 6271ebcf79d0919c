//! From events to one timeline.
//!
//! Every input is folded by itself, as it is read; when all have been read they are
//! joined. The timeline says what happened, never whether it is bad.

mod beside;
mod block;
mod busy;
mod claims;
mod clocks;
mod comparisons;
mod connections;
mod containers;
mod counts;
mod durations;
mod facts;
mod faults;
mod frame;
mod join;
mod leaks;
mod lifecycles;
mod logged;
mod names;
mod outcome;
mod own_report;
mod pools;
mod process;
mod reclassify;
mod remarks;
mod replaced;
mod samples;
mod server;
mod sessions;
mod source;
mod targets;
mod told;
mod unknown_errors;

use logscan_model::settings::Settings;
use logscan_model::timeline::Stats;
use logscan_model::{Note, Timeline};

pub use source::SourceFold;

/// Rebuilds one run from the events of its inputs.
#[derive(Debug, Default)]
pub struct Correlator {
    #[expect(clippy::vec_box, reason = "there may be thousands, and they are moved")]
    sources: Vec<Box<SourceFold>>,
}

/// One run.
#[derive(Debug, Default)]
pub struct Run {
    /// What happened.
    pub timeline: Timeline,
    /// Totals.
    pub stats: Stats,
    /// What there is to say about the log.
    pub notes: Vec<Note>,
}

impl Correlator {
    /// Adds an input that has been folded.
    pub fn add(&mut self, source: Box<SourceFold>) {
        self.sources.push(source);
    }

    /// Joins the inputs to one run. `lossy` says that text of some input is missing.
    #[must_use]
    pub fn finish(mut self, lossy: bool, settings: &Settings) -> Run {
        // A database that one input names, or whose server it is, is the others' too.
        let named = self
            .sources
            .iter()
            .any(|source| source.beside.is_database_named() || !source.server.ready.is_empty());
        self.sources.iter_mut().for_each(|source| source.finish_waiting(named));
        join::Join::default().run(self.sources, lossy, settings)
    }
}

//! Events to a timeline, the timeline to findings, findings to causes.
//!
//! Everything here is pure: no bytes, no files, no clocks, no printing. The
//! correlator says what happened; detectors say what is wrong; causes say what came
//! first.

mod causes;
mod compare;
mod correlate;
mod detectors;
mod environment;
mod failures;
mod together;
mod verdict;

pub use causes::judge;
pub use compare::{KnownFindings, compare};
pub use correlate::{Correlator, Run, SourceFold};
pub use detectors::rules;
pub use failures::failures;
pub use verdict::verdict;

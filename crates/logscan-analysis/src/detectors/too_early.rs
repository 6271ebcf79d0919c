//! Errors that a server gave while it was still starting.

use std::collections::BTreeSet;

use logscan_model::timeline::{Fault, Moment, Subject};
use logscan_model::{EventKind, Place, Timeline};

use super::readiness::is_after;
use super::support::faults;

/// What a server that is still starting also answers: it knows no user and no database yet, and
/// ends connections that came before it was ready.
const TOO_EARLY: [EventKind; 3] =
    [EventKind::LoginRefused, EventKind::DatabaseMissing, EventKind::ConnectionLost];

/// The places of errors that a server gave while it was still starting.
pub(super) fn answered_too_early(timeline: &Timeline) -> BTreeSet<(Place, EventKind)> {
    too_early(timeline).map(|fault| (fault.moment.place, fault.kind)).collect()
}

/// Errors before a server that starts in this log says that it is ready.
pub(super) fn too_early(timeline: &Timeline) -> impl Iterator<Item = &Fault> {
    let early: Vec<EventKind> =
        TOO_EARLY.into_iter().filter(|kind| is_told_early(timeline, *kind)).collect();
    faults(timeline, &TOO_EARLY).filter(move |fault| {
        let after = |at: Moment| is_after(timeline, fault.moment, at) == Some(true);
        let as_others = || fault.moment.time.is_none() && early.contains(&fault.kind);
        (is_before_ready(timeline, fault) || as_others())
            && timeline.first_success.is_none_or(after)
    })
}

fn is_before_ready(timeline: &Timeline, fault: &Fault) -> bool {
    let after = |at: &Moment| is_after(timeline, fault.moment, *at) == Some(true);
    let earlier = |at: &Moment| is_after(timeline, fault.moment, *at) == Some(false);
    timeline.server_ready.iter().any(after)
        && (timeline.server_starts.iter().any(earlier)
            || !timeline.server_ready.iter().any(earlier))
}

/// Whether those who tell a time of such an error, the server or clients, tell of it only before
/// the server was ready.
fn is_told_early(timeline: &Timeline, kind: EventKind) -> bool {
    let tells = |other: &&Fault| other.subject == Subject::Server || other.moment.time.is_some();
    let same = |other: &&Fault| other.kind == kind && tells(other);
    let mut told = timeline.faults.iter().filter(same).peekable();
    told.peek().is_some() && told.all(|other| is_before_ready(timeline, other))
}

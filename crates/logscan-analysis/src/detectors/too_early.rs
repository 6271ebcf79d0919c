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
    faults(timeline, &TOO_EARLY).filter(|fault| {
        let after = |at: Moment| is_after(timeline, fault.moment, at) == Some(true);
        (is_before_ready(timeline, fault) || others_came_early(timeline, fault))
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

/// Whether those who tell a time of the same error, the server or other clients, tell of it only before
/// the server was ready.
fn others_came_early(timeline: &Timeline, fault: &Fault) -> bool {
    let tells = |other: &&Fault| other.subject == Subject::Server || other.moment.time.is_some();
    let same = |other: &&Fault| other.kind == fault.kind && tells(other);
    let mut told = timeline.faults.iter().filter(same).peekable();
    let is_told = fault.moment.time.is_none() && told.peek().is_some();
    is_told && told.all(|other| is_before_ready(timeline, other))
}

//! Containers that end while others go on: a server that is gone, or a client that is done.

use std::collections::HashSet;

use logscan_model::timeline::{Fault, Name, Timeline};
use logscan_model::{Event, EventKind, Field, Place};

use super::targets;

/// Exit statuses of what was killed: 128 and the number of the signal.
const KILLED: [i64; 3] = [134, 137, 139];

/// The containers of one source.
#[derive(Debug, Default)]
pub(super) struct Containers {
    /// Whether one ended well: the others are stopped then.
    done: bool,
}

impl Containers {
    /// Which fault the end of a container is, if any.
    pub(super) fn end(&mut self, event: &Event) -> Option<EventKind> {
        let status = event.int(Field::Number)?;
        let stopped = self.done;
        self.done |= status == 0;
        match status {
            _ if stopped || event.kind != EventKind::ContainerExited => None,
            0 => None,
            status if KILLED.contains(&status) => Some(EventKind::ContainerKilled),
            _ => Some(EventKind::ContainerExited),
        }
    }
}

/// Says of each container that ended what it was to the run: a server that crashed or did not
/// start; what else ended is no trouble of a database, and ends the run.
pub(super) fn reclassify(timeline: &mut Timeline) {
    let is_end = |kind| matches!(kind, EventKind::ContainerKilled | EventKind::ContainerExited);
    if !timeline.faults.iter().any(|fault| is_end(fault.kind)) {
        return;
    }
    let hosts: HashSet<&str> = timeline.faults.iter().filter_map(host).collect();
    let is_server = |name: &Name| targets::is_database_host(name) || hosts.contains(service(name));
    let ends = timeline.faults.iter().filter(|fault| is_end(fault.kind));
    let others = ends.filter(|fault| !fault.name.as_ref().is_some_and(is_server));
    let over: Option<Place> = others.map(|fault| fault.moment.place).min();
    let worked = |fault: &Fault| {
        let before = |place: Place| place < fault.moment.place;
        timeline.first_success.is_some_and(|at| before(at.place))
            || timeline.server_ready.iter().any(|at| before(at.place))
    };
    let meant: Vec<Option<EventKind>> = timeline
        .faults
        .iter()
        .map(|fault| match fault.kind {
            kind if !is_end(kind) => Some(kind),
            _ if over.is_some_and(|over| fault.moment.place >= over) => None,
            EventKind::ContainerKilled => Some(EventKind::ServerCrashed),
            _ if worked(fault) => Some(EventKind::ServerCrashed),
            _ => Some(EventKind::SetupFailed),
        })
        .collect();
    let mut meant = meant.into_iter();
    timeline.faults.retain_mut(|fault| {
        let kind = meant.next().flatten();
        fault.kind = kind.unwrap_or(fault.kind);
        kind.is_some()
    });
}

/// The host that an error of a client names.
fn host(fault: &Fault) -> Option<&str> {
    let endpoint = fault.endpoint.as_deref()?;
    Some(endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host))
}

/// The service of a container of compose: `search` of `search-1` and of `ci_search_1`.
fn service(container: &str) -> &str {
    let parts = container.trim_end_matches(|c: char| c.is_ascii_digit());
    let parts = parts.strip_suffix(['-', '_']).unwrap_or(container);
    match container.strip_prefix(parts) {
        Some(number) if number.starts_with('_') => {
            parts.split_once('_').map_or(parts, |(_, service)| service)
        }
        _ => parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_named_after_its_service() {
        assert_eq!(service("search-1"), "search");
        assert_eq!(service("ci_search_1"), "search");
        assert_eq!(service("web-db-1"), "web-db");
        assert_eq!(service("search"), "search");
    }
}

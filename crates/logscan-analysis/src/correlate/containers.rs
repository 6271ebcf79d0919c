//! Containers that end while others go on: a server that is gone, or a client that is done.

use std::collections::HashSet;

use logscan_model::timeline::{Fault, Name, Timeline};
use logscan_model::{Event, EventKind, Field, Place};

use super::targets;

/// Exit statuses of what was killed: 128 and the number of the signal.
const KILLED: [i64; 3] = [134, 137, 139];

/// Most rows of lists that are kept.
const LISTED: usize = 100;

/// The containers of one source.
#[derive(Debug, Default)]
pub(super) struct Containers {
    /// Whether one ended well: the others are stopped then.
    done: bool,
    /// Where lists tell of one that ended before.
    listed: Vec<Place>,
}

impl Containers {
    /// Lines of lists that tell of one that ended before.
    pub(super) fn listed(&self) -> impl Iterator<Item = Place> + '_ {
        self.listed.iter().copied()
    }

    /// Which fault the end of a container is, if any.
    pub(super) fn end(&mut self, event: &Event, chunk: &str) -> Option<EventKind> {
        let status = event.int(Field::Number)?;
        let listed = event.kind == EventKind::ContainerListed;
        if listed && !names(event.text(Field::Name, chunk)?).any(targets::is_database_host) {
            return None;
        }
        // The rows of a list follow no order of time.
        if listed && self.listed.len() < LISTED {
            self.listed.push(event.place);
        }
        let stopped = self.done && !listed;
        self.done |= status == 0 && !listed;
        match status {
            _ if stopped => None,
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
    let server = |fault: &Fault| {
        let is_server =
            |name: &&str| targets::is_database_host(name) || hosts.contains(service(name));
        names(fault.name.as_deref()?).find(is_server).map(Name::from)
    };
    let ends = timeline.faults.iter().filter(|fault| is_end(fault.kind));
    let others = ends.filter(|fault| server(fault).is_none());
    let over: Option<Place> = others.map(|fault| fault.moment.place).min();
    let worked = |fault: &Fault| {
        let before = |place: Place| place < fault.moment.place;
        timeline.first_success.is_some_and(|at| before(at.place))
            || timeline.server_ready.iter().any(|at| before(at.place))
    };
    let meant: Vec<Option<(EventKind, Option<Name>)>> = timeline
        .faults
        .iter()
        .map(|fault| match fault.kind {
            kind if !is_end(kind) => Some((kind, fault.name.clone())),
            _ if over.is_some_and(|over| fault.moment.place >= over) => None,
            EventKind::ContainerKilled => Some((EventKind::ServerCrashed, server(fault))),
            _ if worked(fault) => Some((EventKind::ServerCrashed, server(fault))),
            _ => Some((EventKind::SetupFailed, server(fault))),
        })
        .collect();
    let mut meant = meant.into_iter();
    timeline.faults.retain_mut(|fault| {
        let Some((kind, name)) = meant.next().flatten() else { return false };
        (fault.kind, fault.name) = (kind, name);
        true
    });
}

/// The words of a name; a row of a list has those of the container, its image and its service.
fn names(row: &str) -> impl Iterator<Item = &str> {
    row.split([' ', '\t', '/', ':']).filter(|name| !name.is_empty())
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

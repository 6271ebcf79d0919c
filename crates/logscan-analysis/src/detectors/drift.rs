//! Addresses that contradict each other, for the detectors that judge failed connections.

use logscan_model::timeline::{Fault, Target};
use logscan_model::{EventKind, Timeline};

use super::support::faults;

/// Errors of somebody who went to an address and did not get in.
const UNSERVED: [EventKind; 4] = [
    EventKind::HostUnknown,
    EventKind::ConnectionRefused,
    EventKind::LoginRefused,
    EventKind::DatabaseMissing,
];
/// So many lines above an error that names no host its engine may be named.
const NAMED_WITHIN: u64 = 400;

/// A failed connection to another address than the one that was announced.
#[derive(Clone, Debug)]
pub(super) struct Mismatch<'t> {
    pub(super) fault: &'t Fault,
    /// What shows where the engine is bound to, if a line does.
    pub(super) bound: Option<&'t Target>,
    /// Where the connection went.
    pub(super) actual: String,
    /// Where it was meant to go.
    pub(super) expected: &'t Target,
}

/// The failed connections that went elsewhere.
pub(super) fn mismatches(timeline: &Timeline) -> Vec<Mismatch<'_>> {
    let announced = || timeline.targets.iter().filter(|target| !target.bound);
    let whole = || announced().find(|target| target.database.is_some());
    let Some(expected) = whole().or_else(|| announced().next()) else { return Vec::new() };
    let unserved = faults(timeline, &UNSERVED);
    unserved.filter_map(|fault| mismatch(timeline, fault, expected)).collect()
}

/// Whether a failed connection went elsewhere than announced.
pub(super) fn is_drift(timeline: &Timeline, fault: &Fault) -> bool {
    mismatches(timeline).iter().any(|mismatch| mismatch.fault == fault)
}

fn mismatch<'t>(
    timeline: &'t Timeline,
    fault: &'t Fault,
    expected: &'t Target,
) -> Option<Mismatch<'t>> {
    let bound = bound_for(timeline, fault);
    let of_fault = fault.endpoint.as_deref().map(address);
    let (host, port) = match (&of_fault, bound) {
        (Some((host, port)), _) => (host.clone(), *port),
        (None, Some(bound)) => (bound.host.clone(), bound.port),
        (None, None) if fault.kind == EventKind::HostUnknown && all_resolve(timeline) => {
            ("a host that cannot be resolved".to_owned(), None)
        }
        (None, None) => return None,
    };
    let announced = timeline.targets.iter().filter(|target| !target.bound);
    let known = announced.clone().any(|target| {
        target.host == host && (port.is_none() || target.port.is_none() || target.port == port)
    });
    if known {
        return None;
    }
    let shown = bound.filter(|bound| bound.host == host).map(Target::address);
    let plain = || port.map_or(host.clone(), |port| format!("{host}:{port}"));
    Some(Mismatch { fault, bound, actual: shown.unwrap_or_else(plain), expected })
}

/// Whether every announced host is an address, or this machine: those need no resolver.
fn all_resolve(timeline: &Timeline) -> bool {
    let mut announced = timeline.targets.iter().filter(|target| !target.bound);
    announced.all(|t| t.host == "localhost" || t.host.parse::<std::net::IpAddr>().is_ok())
}

/// The binding that the failed connection used: that of its test, or the last one above it.
fn bound_for<'t>(timeline: &'t Timeline, fault: &Fault) -> Option<&'t Target> {
    let bound = || timeline.targets.iter().filter(|target| target.bound);
    let of_test = || bound().filter(|target| target.test.is_some()).rfind(|t| t.test == fault.test);
    let above = |target: &&Target| {
        let (target, fault) = (target.at.place, fault.moment.place);
        target.input == fault.input
            && target.line <= fault.line
            && fault.line - target.line <= NAMED_WITHIN
    };
    of_test().or_else(|| bound().rfind(above))
}

/// Host and port of `host:port`, this machine under one name.
fn address(endpoint: &str) -> (String, Option<u16>) {
    let (host, port) = match endpoint.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
        _ => (endpoint, None),
    };
    let local = ["127.0.0.1", "::1", "0.0.0.0"].contains(&host);
    (if local { "localhost".to_owned() } else { host.to_ascii_lowercase() }, port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_one_name() {
        assert_eq!(address("127.0.0.1:5432"), ("localhost".to_owned(), Some(5432)));
        assert_eq!(address("DB"), ("db".to_owned(), None));
    }
}

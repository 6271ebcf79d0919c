//! Addresses that contradict each other, for the detectors that judge failed connections.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use logscan_model::timeline::{Fault, Name, Target, TargetRole};
use logscan_model::{EventKind, InputId, Place, Timeline};

use super::support::faults;

/// Errors of somebody who went to an address and did not get in.
const UNSERVED: [EventKind; 4] = [
    EventKind::HostUnknown,
    EventKind::ConnectionRefused,
    EventKind::LoginRefused,
    EventKind::DatabaseMissing,
];
/// The ports on which servers listen if nobody says otherwise.
const USUAL_PORTS: [u16; 10] = [5432, 3306, 27017, 6379, 1433, 1521, 26257, 9042, 7687, 50000];
/// The host of a target that is a file or memory.
const FILE: &str = "sqlite";
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
    let announced = || timeline.targets.iter().filter(|target| is_announced(target));
    let whole = || announced().find(|target| target.database.is_some());
    let targets = Targets::of(timeline);
    let Some(expected) = whole().or_else(|| announced().next()) else {
        let replaced = targets.replaced(timeline);
        return if replaced.is_empty() { usual_instead(timeline) } else { replaced };
    };
    let unserved = faults(timeline, &UNSERVED);
    unserved
        .filter_map(|fault| targets.mismatch(fault, targets.meant_for(fault, expected)))
        .collect()
}

fn is_announced(target: &Target) -> bool {
    target.role == TargetRole::Announced
}

/// Whether it names a server: a setting may be of the database alone.
fn is_server(target: &Target) -> bool {
    !target.host.is_empty() && target.host != FILE
}

fn is_bound(target: &Target) -> bool {
    target.role == TargetRole::Bound
}

/// The failed connections to this machine and the usual port of a server, where the environment of
/// the job sets another address for a server of this kind: the program never read the setting.
fn usual_instead(timeline: &Timeline) -> Vec<Mismatch<'_>> {
    let refused = faults(timeline, &[EventKind::ConnectionRefused]);
    let elsewhere = refused.filter_map(|fault| {
        let actual = fault.endpoint.as_deref()?;
        let (host, port) = address(actual);
        let servers = timeline.targets.iter().filter(|target| is_server(target));
        let mut of_kind = servers.filter(|target| match target.role {
            // A host whose kind nobody names is one of a database, not of a cache.
            TargetRole::Set { usual_port: None } => port != Some(6379) && port != Some(27017),
            TargetRole::Set { usual_port } => usual_port == port,
            TargetRole::Provided => target.host == host && target.port != port,
            _ => false,
        });
        let usual = host == "localhost" && port.is_some_and(|port| USUAL_PORTS.contains(&port));
        let expected = of_kind.clone().next().filter(|_| usual)?;
        let meant =
            |target: &Target| target.host == host && (target.port.is_none() || target.port == port);
        let actual = actual.to_owned();
        (!of_kind.any(meant)).then_some(Mismatch { fault, bound: None, actual, expected })
    });
    elsewhere.collect()
}

/// The last target that the program says to use, and the one that is meant, if the first lies
/// beside it: another port of the same machine, or the database of another stage.
pub(super) fn used_elsewhere(timeline: &Timeline) -> Option<(&Target, &Target)> {
    let is_used = |target: &&Target| matches!(target.role, TargetRole::Used | TargetRole::Bound);
    let used = timeline.targets.iter().filter(is_used).max_by_key(|target| target.at.place)?;
    let mut meant = timeline.targets.iter().filter(|target| !is_used(target));
    if meant.clone().any(|target| !lies_beside(target, used) && is_served_by(target, used)) {
        return None;
    }
    let meant = meant.find(|target| lies_beside(target, used))?;
    Some((used, meant))
}

/// Whether what was meant and what is used can be the same.
fn is_served_by(meant: &Target, used: &Target) -> bool {
    let one_of = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    (meant.host == used.host || meant.host.is_empty())
        && (meant.port.is_none() || used.port.is_none() || meant.port == used.port)
        && one_of(&meant.database, &used.database)
}

/// Whether a target is plainly another one than the one that is meant. Other names for a host are
/// none: a machine has several.
fn lies_beside(meant: &Target, used: &Target) -> bool {
    if !is_server(used) {
        return false;
    }
    if meant.host == FILE {
        return used.role == TargetRole::Used;
    }
    let ports = meant.port.zip(used.port);
    let other_port = meant.host == used.host && ports.is_some_and(|(meant, used)| meant != used);
    let other_machine = is_numbered_otherwise(&meant.host, &used.host);
    let databases = meant.database.as_deref().zip(used.database.as_deref());
    let other_stage = databases.is_some_and(|(meant, used)| is_of_another_stage(meant, used));
    // Redis numbers its databases.
    let numbered = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let other_number = databases
        .is_some_and(|(meant, used)| meant != used && numbered(meant) && numbered(used))
        && meant.host == used.host;
    (other_port || other_machine || other_stage || other_number) && is_of_one_kind(meant, used)
}

/// Whether two names of machines differ by their number alone: `pg-ci-02` and `pg-ci-07`. The
/// numbers of addresses are no names.
fn is_numbered_otherwise(meant: &str, used: &str) -> bool {
    let stem = |host: &str| host.replace(|c: char| c.is_ascii_digit(), "");
    let named = |host: &str| host.contains(|c: char| c.is_ascii_alphabetic());
    meant != used && named(meant) && stem(meant) == stem(used)
}

/// Whether nothing says that the two are servers of different kinds.
fn is_of_one_kind(meant: &Target, used: &Target) -> bool {
    let usual = |target: &Target| match target.role {
        TargetRole::Set { usual_port } => usual_port,
        _ => target.port.filter(|port| USUAL_PORTS.contains(port)),
    };
    usual(meant).zip(usual(used)).is_none_or(|(meant, used)| meant == used)
}

/// Words in the names of databases that say what they are for.
const OF_TESTS: [&str; 8] = ["test", "tests", "testing", "ci", "e2e", "spec", "it", "integration"];
const OF_OTHERS: [&str; 7] =
    ["dev", "development", "local", "staging", "stage", "prod", "production"];

/// The words in a name, in small letters: `ShopTests` is written like `shop_tests`.
fn parts(name: &str) -> Vec<String> {
    let mut marked = String::new();
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && marked.ends_with(|c: char| c.is_ascii_lowercase());
        marked.extend(begins.then_some('_'));
        marked.push(c);
    }
    let parts = marked.split(['_', '-', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect()
}

/// Whether one database is for tests and the other one for people.
fn is_of_another_stage(meant: &str, used: &str) -> bool {
    let has = |name: &str, words: &[&str]| parts(name).iter().any(|part| words.contains(&&**part));
    let for_tests = has(meant, &OF_TESTS) && !has(used, &OF_TESTS);
    let stem = |name: &str| parts(name).into_iter().next();
    for_tests && (has(used, &OF_OTHERS) || stem(meant) == stem(used))
}

/// A file or memory to which an engine is bound, though a server is announced: no connection fails
/// by it.
pub(super) fn bound_to_a_file(timeline: &Timeline) -> Option<(&Target, &Target)> {
    let is_file = |target: &&Target| target.host == FILE;
    let expected = announced_server(timeline)?;
    let bound = timeline.targets.iter().find(|target| is_bound(target) && is_file(target))?;
    let to_server = |target: &Target| is_bound(target) && !is_file(&target);
    (!timeline.targets.iter().any(to_server)).then_some((bound, expected))
}

/// The server that is announced first.
fn announced_server(timeline: &Timeline) -> Option<&Target> {
    timeline.targets.iter().find(|target| is_announced(target) && is_server(target))
}

/// The server that is announced, or else set in the environment of the job.
pub(super) fn configured_server(timeline: &Timeline) -> Option<&Target> {
    let set = |target: &&Target| matches!(target.role, TargetRole::Set { .. });
    let is_set = || timeline.targets.iter().find(|target| set(target) && is_server(target));
    announced_server(timeline).or_else(is_set)
}

/// Tells whether a failed connection went elsewhere than announced.
pub(super) fn drifting(timeline: &Timeline) -> impl Fn(&Fault) -> bool + use<> {
    let mark = |fault: &Fault| (fault.moment.place, fault.kind);
    let all: BTreeSet<_> =
        mismatches(timeline).iter().map(|mismatch| mark(mismatch.fault)).collect();
    move |fault| all.contains(&mark(fault))
}

/// The addresses of a run, to be asked for many errors.
struct Targets<'t> {
    /// Announced hosts with their ports; `None` is any.
    announced: BTreeMap<&'t str, BTreeSet<Option<u16>>>,
    /// What was announced or provided, in the order of the lines.
    in_order: Vec<&'t Target>,
    /// What was announced, by the worker that has it for itself, that of all first.
    by_worker: Vec<&'t Target>,
    /// Whether one process runs all tests, as far as the log tells.
    one_process: bool,
    /// Whether every announced host is an address, or this machine: those need no resolver.
    all_resolve: bool,
    /// The last binding of each test.
    of_test: BTreeMap<&'t Name, &'t Target>,
    /// Bindings by input, in the order of their lines.
    bound: BTreeMap<InputId, Vec<&'t Target>>,
}

impl<'t> Targets<'t> {
    fn of(timeline: &'t Timeline) -> Self {
        let mut targets = Self {
            announced: BTreeMap::new(),
            in_order: Vec::new(),
            by_worker: Vec::new(),
            one_process: timeline.workers.len() < 2 && timeline.sequential != Some(false),
            all_resolve: false,
            of_test: BTreeMap::new(),
            bound: BTreeMap::new(),
        };
        for target in &timeline.targets {
            if is_announced(target) {
                targets.announced.entry(&target.host).or_default().insert(target.port);
                targets.by_worker.push(target);
            }
            if is_announced(target) || target.role == TargetRole::Provided {
                targets.in_order.push(target);
            }
            if !is_bound(target) {
                continue;
            }
            if let Some(test) = &target.test {
                targets.of_test.insert(test, target);
            }
            targets.bound.entry(target.at.place.input).or_default().push(target);
        }
        targets.in_order.sort_by_key(|target| target.at.place);
        targets.by_worker.sort_by_key(|target| (&target.worker, target.at.place));
        let resolves = |host: &&str| *host == "localhost" || host.parse::<IpAddr>().is_ok();
        targets.all_resolve = targets.announced.keys().all(resolves);
        targets.bound.values_mut().for_each(|bound| bound.sort_by_key(|one| one.at.place.line));
        targets
    }

    /// What was announced for the worker of a fault and for no other one.
    fn own(&self, fault: &Fault) -> impl Iterator<Item = &'t Target> {
        let worker = fault.worker.as_ref();
        let first = self.by_worker.partition_point(|target| target.worker.as_ref() < worker);
        let own = self.by_worker[first..].iter().copied();
        own.take_while(move |target| worker.is_some() && target.worker.as_ref() == worker)
    }

    /// What was announced for the worker of a fault, else what was announced for all.
    fn meant_for(&self, fault: &Fault, expected: &'t Target) -> &'t Target {
        let whole = self.own(fault).find(|target| target.database.is_some());
        whole.or_else(|| self.own(fault).next()).unwrap_or(expected)
    }

    fn mismatch(&self, fault: &'t Fault, expected: &'t Target) -> Option<Mismatch<'t>> {
        let told = fault.endpoint.as_deref().map(address);
        if let Some((host, port)) = &told
            && let Some(newer) = self.newer(fault, host, *port)
        {
            let actual = port.map_or(host.to_string(), |port| format!("{host}:{port}"));
            return Some(Mismatch { fault, bound: None, actual, expected: newer });
        }
        // Most went where they were meant to go.
        if told.as_ref().is_some_and(|told| self.is_announced(fault, &told.0, told.1)) {
            return None;
        }
        let bound = self.bound_for(fault);
        let (host, port) = match (told, bound) {
            (Some(told), _) => told,
            (None, Some(bound)) => (bound.host.as_str().into(), bound.port),
            (None, None) if fault.kind == EventKind::HostUnknown && self.all_resolve => {
                ("a host that cannot be resolved".into(), None)
            }
            (None, None) => return None,
        };
        if self.is_announced(fault, &host, port) {
            return None;
        }
        let shown = bound.filter(|bound| bound.host == host).map(Target::address);
        let plain = || port.map_or(host.to_string(), |port| format!("{host}:{port}"));
        let actual = shown.unwrap_or_else(plain);
        // Two sides of a contradiction differ.
        (actual != expected.address()).then_some(Mismatch { fault, bound, actual, expected })
    }

    /// The refused connections to an address in whose place a newer one was provided.
    fn replaced(&self, timeline: &'t Timeline) -> Vec<Mismatch<'t>> {
        let refused = faults(timeline, &[EventKind::ConnectionRefused]);
        let replaced = refused.filter_map(|fault| {
            let actual = fault.endpoint.as_deref()?;
            let (host, port) = address(actual);
            let expected = self.newer(fault, &host, port)?;
            Some(Mismatch { fault, bound: None, actual: actual.to_owned(), expected })
        });
        replaced.collect()
    }

    /// The target that was announced in place of an older one before the fault, if one process
    /// runs all tests and the older one was tried again.
    fn newer(&self, fault: &Fault, host: &str, port: Option<u16>) -> Option<&'t Target> {
        let line = fault.moment.place;
        let before =
            |target: &&&Target| target.at.place.input == line.input && target.at.place < line;
        let last = self.in_order.iter().rev().find(before)?;
        let tried =
            |target: &&&Target| target.host == host && target.port == port && port.is_some();
        let older = self.in_order.iter().filter(before).find(tried)?;
        let replaced =
            older.host == last.host && older.database == last.database && older.port != last.port;
        (self.one_process && replaced).then_some(*last)
    }

    /// Whether the address was announced; where the fault's worker has one of its own, for it or
    /// for all.
    fn is_announced(&self, fault: &Fault, host: &str, port: Option<u16>) -> bool {
        if self.own(fault).next().is_some() {
            let shared = self.by_worker.iter().copied();
            let shared = shared.take_while(|target| target.worker.is_none());
            let fits = |it: &Target| port.is_none() || it.port.is_none() || it.port == port;
            return self.own(fault).chain(shared).any(|it| it.host == host && fits(it));
        }
        let ports = self.announced.get(host);
        ports.is_some_and(|ports| port.is_none() || ports.contains(&None) || ports.contains(&port))
    }

    /// The binding that the failed connection used: that of its test, or the last one above it.
    fn bound_for(&self, fault: &Fault) -> Option<&'t Target> {
        let of_test = fault.test.as_ref().and_then(|test| self.of_test.get(test));
        let Place { input, line } = fault.moment.place;
        let above = || {
            let bound = self.bound.get(&input)?;
            let last = *bound[..bound.partition_point(|one| one.at.place.line <= line)].last()?;
            (line - last.at.place.line <= NAMED_WITHIN).then_some(last)
        };
        of_test.copied().or_else(above)
    }
}

/// Host and port of `host:port`, this machine under one name.
fn address(endpoint: &str) -> (Cow<'_, str>, Option<u16>) {
    let (host, port) = match endpoint.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
        _ => (endpoint, None),
    };
    let host = match host {
        "127.0.0.1" | "::1" | "0.0.0.0" => "localhost".into(),
        _ if host.contains(|c: char| c.is_ascii_uppercase()) => host.to_ascii_lowercase().into(),
        _ => host.into(),
    };
    (host, port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_one_name() {
        assert_eq!(address("127.0.0.1:5432"), ("localhost".into(), Some(5432)));
        assert_eq!(address("DB"), ("db".into(), None));
    }
}

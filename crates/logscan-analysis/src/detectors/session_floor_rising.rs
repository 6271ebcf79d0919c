//! L102: see the page.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::settings::Thresholds;
use logscan_model::timeline::{Floor, Pool, PoolSample};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, InputId, Place, Resource, ResourceKind, Rule,
    Severity, Timeline,
};

use super::support::{faults, list, names, prove};
use super::{Detector, Find, Together};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L102",
        name: "checked-out-floor-rising",
        class: Class::Leak,
        page: include_str!("session_floor_rising.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: Some(Together {
        alike: &["first_floor", "last_floor"],
        may: |_| true,
        resource: "pools of several workers",
        title: word,
    }),
};

/// So many connections are more than one session after the other needs.
const MANY: u32 = 3;
/// Tests for which a log may tell nothing of the pool, or of which it may tell twice.
const UNTOLD: usize = 2;
/// Connections by which the floor must rise if the pool ran dry at the end of it.
const RISE_TO_EXHAUSTION: u32 = 2;

fn find(timeline: &Timeline) -> Vec<Finding> {
    let reported = faults(timeline, &[EventKind::LeakReported]).next().is_some();
    if timeline.damaged || timeline.connections_logged || reported {
        return Vec::new();
    }
    let dry = Dry::of(timeline);
    let pools = timeline.pools.iter().filter(|pool| !is_numbered(timeline, pool));
    let judged = pools.filter_map(|pool| {
        let steps = rise(timeline, pool, &dry).or_else(|| left(pool, &dry))?;
        Some(finding(pool, &steps))
    });
    let judged: Vec<Finding> = judged.collect();
    if !judged.is_empty() {
        return judged;
    }
    let piling_up = timeline.pools.iter().filter_map(|pool| {
        let confidence = if only_rises(timeline, pool) {
            Confidence::Possible
        } else if fills_up(timeline, pool, &dry) {
            Confidence::Likely
        } else {
            return None;
        };
        Some(piling_up(pool, confidence))
    });
    piling_up.collect()
}

/// Whether a pool is told of about once for each test, and with every test more of it is in use until
/// it runs dry; nothing is given back, before or behind.
fn fills_up(timeline: &Timeline, pool: &Pool, dry: &Dry) -> bool {
    let counts: Vec<u32> = pool.samples.iter().map(|sample| sample.1).collect();
    let dry = pool.samples.last().and_then(|sample| dry.0.get(&sample.2.input));
    let Some(dry) = dry else { return false };
    let before = pool.samples.iter().filter(|sample| sample.2 < *dry).count();
    let rises = counts[..before].windows(2).filter(|pair| pair[0] < pair[1]).count();
    let told = (timeline.outcome.tests as usize).abs_diff(counts.len()) <= UNTOLD;
    told && rises as u32 >= MANY - 1 && counts.windows(2).all(|pair| pair[0] <= pair[1])
}

/// Whether the log breaks off while the connections in use only rise, of a pool whose limits it does
/// not tell, and nothing in it is given back.
fn only_rises(timeline: &Timeline, pool: &Pool) -> bool {
    let counts: Vec<u32> = pool.samples.iter().map(|sample| sample.1).collect();
    counts.len() > 1
        && counts.windows(2).all(|pair| pair[0] < pair[1])
        && counts.last() >= Some(&MANY)
        && pool.size.is_none()
        && !timeline.outcome.ended
        && timeline.tests.is_empty()
        && timeline.sessions.is_empty()
}

fn piling_up(pool: &Pool, confidence: Confidence) -> Finding {
    let count = |sample: Option<&PoolSample>| sample.map_or(0, |sample| sample.1);
    let (first, last) = (count(pool.samples.first()), count(pool.samples.last()));
    let title = format!("Connections in use rise from {first} to {last}, and none is given back");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.count = u64::from(last - first);
    finding.numbers.insert("first_floor", f64::from(first));
    finding.numbers.insert("last_floor", f64::from(last));
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: pool.name.clone() });
    finding.confidence = confidence;
    let (reason, detail) = match confidence {
        Confidence::Possible => (
            "the log is short, and tells neither the pool's limits nor how sessions end",
            "Every pool state has more connections in use than the one before.",
        ),
        _ => (
            "the pool is told of about once for each test, but not who took its connections",
            "From test to test more connections stay in use, until the pool has none left.",
        ),
    };
    finding.confidence_reason = reason.into();
    finding.detail = detail.into();
    finding.may_be(
        "sessions are opened and not closed",
        "lines that say when a session is closed, with its number",
    );
    finding.may_be(
        "many sessions are rightly open at once",
        "a later pool state with fewer connections in use, and the pool's size",
    );
    finding.suggestion = "Log when sessions are closed, and by which test they are opened.".into();
    finding.would_refute = "a later pool state with fewer connections in use".into();
    let lines =
        pool.samples.iter().map(|sample| Evidence::primary(sample.2, "in use at this moment"));
    prove(&mut finding, lines.collect());
    finding
}

/// Where pools ran dry first, in each input.
struct Dry(BTreeMap<InputId, Place>);

impl Dry {
    fn of(timeline: &Timeline) -> Self {
        let mut first = BTreeMap::new();
        for place in faults(timeline, &[EventKind::PoolTimeout]).map(|fault| fault.moment.place) {
            let known = first.entry(place.input).or_insert(place);
            *known = place.min(*known);
        }
        Self(first)
    }

    /// Where a pool ran dry first in the inputs that tell of this one.
    fn first(&self, pool: &Pool) -> Option<Place> {
        let inputs: BTreeSet<InputId> = pool.floors.iter().map(|f| f.place.input).collect();
        inputs.iter().filter_map(|input| self.0.get(input)).min().copied()
    }
}

/// What is still in use when all tests are over, if the pool ran dry before.
fn left<'p>(pool: &'p Pool, dry: &Dry) -> Option<Vec<&'p Floor>> {
    let last = pool.floors.last().filter(|floor| floor.after_all && floor.at_first > 0)?;
    (!dry.0.is_empty() && pool.floors.len() > 1).then(|| vec![last])
}

/// Whether sessions tell more exactly who keeps what.
fn is_numbered(timeline: &Timeline, pool: &Pool) -> bool {
    let sessions = timeline.sessions_of(pool.worker.as_deref());
    sessions.iter().any(|session| session.number.is_some() && session.in_stream)
}

/// The floors at which the lowest count rose for good, if it rose far enough.
fn rise<'p>(timeline: &Timeline, pool: &'p Pool, dry: &Dry) -> Option<Vec<&'p Floor>> {
    // What is in use while somebody waits is no leak yet; before it, all that stays is.
    let dry = dry.first(pool);
    let before = pool.floors.iter().filter(|floor| dry.is_none_or(|dry| floor.place < dry));
    let floors: Vec<&Floor> = before.collect();
    let least = &timeline.settings.thresholds;
    let rise = if dry.is_some() { RISE_TO_EXHAUSTION } else { least.floor_rise };
    steps(&floors, least, rise)
}

fn steps<'p>(floors: &[&'p Floor], least: &Thresholds, rise: u32) -> Option<Vec<&'p Floor>> {
    let first = floors.first()?;
    let never_falls = floors.windows(2).all(|pair| pair[0].count <= pair[1].count);
    let last = floors.last()?;
    let rises = floors.len() >= least.floor_tests && last.count >= first.count + rise;
    let higher = floors.windows(2).filter(|pair| pair[1].count > pair[0].count);
    (never_falls && rises).then(|| higher.map(|pair| pair[1]).collect())
}

fn finding(pool: &Pool, steps: &[&Floor]) -> Finding {
    let workers = names([pool.worker.as_ref()]);
    let first = pool.floors.first().map_or(0, |floor| floor.count);
    let last = steps.last().map_or(first, |floor| floor.count.max(floor.at_first));
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, String::new());
    finding.workers = workers;
    finding.tests = names(steps.iter().map(|floor| floor.test.as_ref()));
    finding.count = u64::from(last - first);
    finding.numbers.insert("first_floor", f64::from(first));
    finding.numbers.insert("last_floor", f64::from(last));
    word(&mut finding);
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: pool.name.clone() });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "pool states tell how many connections are in use, not who took them; \
                                 the tests are those in which the lowest count rose"
            .into();
    finding.detail = "The lowest count of checked-out connections rises from test to test.".into();
    finding.suggestion =
        "Find the session or client that each of these tests opens and does not close; \
                          number the sessions in the log to have them named."
            .into();
    finding.would_refute = "a later pool state with fewer connections checked out".into();
    let shown = pool.floors.first().into_iter().chain(steps.iter().copied());
    let lines = shown.map(|floor| Evidence::primary(floor.place, "from here on not lower"));
    prove(&mut finding, lines.collect());
    finding
}

/// Says where connections rise, and from how many to how many.
fn word(finding: &mut Finding) {
    let number = |name| finding.numbers.get(name).copied().unwrap_or_default();
    let (first, last) = (number("first_floor"), number("last_floor"));
    let workers = list(&finding.workers);
    finding.title =
        format!("Connections in use never fall again on {workers}: from {first} to {last}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_that_falls_again_is_no_leak() {
        let rises = |counts: &[u32]| {
            let floor = |(epoch, count): (usize, &u32)| Floor {
                epoch: epoch as u32,
                count: *count,
                at_first: *count,
                place: Place::default(),
                test: None,
                after_all: false,
            };
            let floors: Vec<Floor> = counts.iter().enumerate().map(floor).collect();
            let floors: Vec<&Floor> = floors.iter().collect();
            steps(&floors, &Thresholds::default(), 3).is_some()
        };
        assert!(rises(&[0, 1, 2, 3]));
        assert!(!rises(&[0, 1, 3, 0]));
        assert!(!rises(&[3, 3, 3, 3]));
        assert!(!rises(&[0, 3]));
    }
}

//! L102: see the page.

use logscan_model::settings::Thresholds;
use logscan_model::timeline::{Floor, Pool};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::Detector;
use super::support::{faults, list, names, prove};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L102",
        name: "checked-out-floor-rising",
        class: Class::Leak,
        page: include_str!("session_floor_rising.md"),
        since: "0.1.0",
    },
    find,
};

/// Connections by which the floor must rise if the pool ran dry at the end of it.
const RISE_TO_EXHAUSTION: u32 = 2;

fn find(timeline: &Timeline) -> Vec<Finding> {
    let reported = faults(timeline, &[EventKind::LeakReported]).next().is_some();
    if timeline.damaged || timeline.connections_logged || reported {
        return Vec::new();
    }
    let pools = timeline.pools.iter().filter(|pool| !is_numbered(timeline, pool));
    let judged = pools.filter_map(|pool| {
        let steps = rise(timeline, pool).or_else(|| left(timeline, pool))?;
        Some(finding(pool, &steps))
    });
    judged.collect()
}

/// What is still in use when all tests are over, if the pool ran dry before.
fn left<'p>(timeline: &Timeline, pool: &'p Pool) -> Option<Vec<&'p Floor>> {
    let last = pool.floors.last().filter(|floor| floor.after_all && floor.at_first > 0)?;
    let dry = faults(timeline, &[EventKind::PoolTimeout]).next().is_some();
    (dry && pool.floors.len() > 1).then(|| vec![last])
}

/// Whether sessions tell more exactly who keeps what.
fn is_numbered(timeline: &Timeline, pool: &Pool) -> bool {
    let of_worker = timeline.sessions.iter().filter(|s| s.worker == pool.worker);
    let mut numbered = of_worker.filter(|s| s.number.is_some() && s.in_stream);
    numbered.next().is_some()
}

/// The floors at which the lowest count rose for good, if it rose far enough.
fn rise<'p>(timeline: &Timeline, pool: &'p Pool) -> Option<Vec<&'p Floor>> {
    let waited = faults(timeline, &[EventKind::PoolTimeout]).map(|fault| fault.moment.place);
    // What is in use while somebody waits is no leak yet; before it, all that stays is.
    let dry = waited.filter(|place| pool.floors.iter().any(|f| f.place.input == place.input)).min();
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
    let title = format!(
        "Connections in use never fall again on {}: from {first} to {last}",
        list(&workers)
    );
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = workers;
    finding.tests = names(steps.iter().map(|floor| floor.test.as_ref()));
    finding.count = u64::from(last - first);
    finding.numbers.insert("first_floor", f64::from(first));
    finding.numbers.insert("last_floor", f64::from(last));
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

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::Place;

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

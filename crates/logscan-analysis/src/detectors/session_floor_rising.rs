//! L102: see the page.

use logscan_model::settings::Thresholds;
use logscan_model::timeline::Pool;
use logscan_model::{
    Class, Confidence, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::Detector;
use super::support::{list, names, prove};

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

fn find(timeline: &Timeline) -> Vec<Finding> {
    let numbered = |pool: &Pool| {
        timeline
            .sessions
            .iter()
            .any(|s| s.worker == pool.worker && s.number.is_some() && s.in_stream)
    };
    let rising = timeline.pools.iter().filter(|pool| !numbered(pool) && !timeline.damaged);
    rising
        .filter_map(|pool| Some(finding(pool, rise(&pool.floors, &timeline.settings.thresholds)?)))
        .collect()
}

/// First and last floor, if the floor only ever rises.
fn rise(floors: &[(u32, u32, Place)], least: &Thresholds) -> Option<[(u32, u32, Place); 2]> {
    let (first, last) = (*floors.first()?, *floors.last()?);
    let never_falls = floors.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    let rises = floors.len() >= least.floor_tests && last.1 >= first.1 + least.floor_rise;
    (never_falls && rises).then_some([first, last])
}

fn finding(pool: &Pool, [first, last]: [(u32, u32, Place); 2]) -> Finding {
    let workers = names([pool.worker.as_ref()]);
    let title = format!(
        "Connections in use never fall again on {}: from {} to {}",
        list(&workers),
        first.1,
        last.1
    );
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = workers;
    finding.numbers.insert("first_floor", f64::from(first.1));
    finding.numbers.insert("last_floor", f64::from(last.1));
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: pool.name.clone() });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the log has no numbered sessions that would name the leak".into();
    finding.detail = "The lowest count of checked-out connections rises from test to test.".into();
    finding.suggestion = "Find the session that each test opens and does not close; number the \
                          sessions in the log to have them named."
        .into();
    finding.would_refute = "a later pool state with fewer connections checked out".into();
    let lines = [(first, "the first floor"), (last, "the last floor")];
    prove(&mut finding, lines.map(|(floor, label)| Evidence::primary(floor.2, label)).into());
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors(counts: &[u32]) -> Vec<(u32, u32, Place)> {
        let floor = |(epoch, count): (usize, &u32)| (epoch as u32, *count, Place::default());
        counts.iter().enumerate().map(floor).collect()
    }

    #[test]
    fn a_floor_that_falls_again_is_no_leak() {
        let rises = |counts: &[u32]| rise(&floors(counts), &Thresholds::default()).is_some();
        assert!(rises(&[0, 1, 2, 3]));
        assert!(!rises(&[0, 1, 3, 0]));
        assert!(!rises(&[3, 3, 3, 3]));
        assert!(!rises(&[0, 3]));
    }
}

//! Pools in a line of text: how many connections were in use, from left to right.

use logscan_model::Report;
use logscan_model::timeline::Pool;

use super::axis::Axis;
use super::lanes::curve;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The fullest pools, each with its line of `width` columns; the order stays.
pub(crate) fn sparklines(report: &Report, most: usize, width: usize) -> Vec<(&Pool, String)> {
    let Some(axis) = Axis::of(&report.timeline) else { return Vec::new() };
    // A curve at zero tells nothing, least of all beside a pool that ran out.
    let counted = |(_, pool): &(usize, &Pool)| pool.peak_checked_out > Some(0);
    let drawn = report.timeline.pools.iter().enumerate().filter(counted);
    let drawn = drawn.filter_map(|(index, pool)| Some((index, pool, line(pool, &axis, width)?)));
    let mut lines: Vec<_> = drawn.collect();
    lines.sort_by_key(|(_, pool, _)| std::cmp::Reverse(pool.peak_checked_out));
    lines.truncate(most);
    lines.sort_by_key(|(index, ..)| *index);
    lines.into_iter().map(|(_, pool, line)| (pool, line)).collect()
}

/// The highest count in each column, against the capacity, else against the highest of all.
fn line(pool: &Pool, axis: &Axis, width: usize) -> Option<String> {
    let points = curve(pool, axis).points;
    let peak = points.iter().map(|point| point.1).max()?;
    let most = pool.capacity().unwrap_or(0).max(peak).max(1);
    let column = |at: f64| ((at / axis.length() * width as f64) as usize).min(width - 1);
    let mut counts = vec![0; width];
    let ends = points.iter().skip(1).map(|point| column(point.0)).chain([width - 1]);
    for ((at, count), end) in points.iter().zip(ends) {
        counts[column(*at)..=end].iter_mut().for_each(|most: &mut u32| *most = (*most).max(*count));
    }
    let level = |count: u32| LEVELS[(count as usize * (LEVELS.len() - 1)).div_ceil(most as usize)];
    Some(counts.into_iter().map(level).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_pool_that_fills_up_rises_to_the_top() {
        let report = fixture::failed_run();
        let lines = sparklines(&report, 9, 8);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].1, "▁▃▄▆▇███");
        assert!(lines.iter().all(|(_, line)| line.chars().count() == 8));
    }

    #[test]
    fn the_fullest_pools_are_kept() {
        let report = fixture::failed_run();
        let lines = sparklines(&report, 1, 8);
        assert_eq!(lines[0].0.peak_checked_out, Some(5));
        assert!(sparklines(&fixture::empty(), 1, 8).is_empty());
    }
}

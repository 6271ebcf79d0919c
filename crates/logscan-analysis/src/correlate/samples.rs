//! How many connections of a pool were in use, as often as can be kept.

use logscan_model::timeline::{Floor, Pool, PoolSample};
use logscan_model::{Place, Stamp};

/// Samples of a pool that are kept; beyond it neighbours are joined, the higher one stays.
const KEPT: usize = 4096;

/// Keeps the lowest count within each test of the worker.
pub(super) fn add_floor(pool: &mut Pool, epoch: u32, count: u32, place: Place, room: bool) {
    let room = room && pool.floors.len() < KEPT;
    match pool.floors.last_mut() {
        Some(floor) if floor.epoch == epoch && count < floor.count => {
            (floor.count, floor.place) = (count, place);
        }
        Some(floor) if floor.epoch == epoch => {}
        _ if room => pool.floors.push(Floor {
            epoch,
            count,
            at_first: count,
            place,
            test: None,
            after_all: false,
        }),
        _ => {}
    }
}

/// Takes in a count.
pub(super) fn add_sample(pool: &mut Pool, sample: PoolSample) {
    pool.samples.push(sample);
    if pool.samples.len() > KEPT {
        thin(&mut pool.samples);
    }
}

/// Of every two samples the higher one stays.
pub(super) fn thin(samples: &mut Vec<PoolSample>) {
    let half = samples.len().div_ceil(2);
    for index in 0..half {
        let (first, second) = (samples[2 * index], samples.get(2 * index + 1));
        samples[index] = *second.filter(|second| second.1 >= first.1).unwrap_or(&first);
    }
    samples.truncate(half);
}

/// The stretches in which a pool was at its capacity.
pub(super) fn at_capacity(pool: &Pool) -> Vec<[Option<Stamp>; 2]> {
    let Some(capacity) = pool.capacity() else { return Vec::new() };
    let mut stretches: Vec<[Option<Stamp>; 2]> = Vec::new();
    let mut open = false;
    for PoolSample(time, checked_out, _) in &pool.samples {
        let full = *checked_out >= capacity;
        match (open, full) {
            (false, true) => stretches.push([*time, None]),
            (true, false) => {
                if let Some(last) = stretches.last_mut() {
                    last[1] = *time;
                }
            }
            _ => {}
        }
        open = full;
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_samples_the_higher_one_stays_and_of_equals_the_later() {
        let sample = |(line, count)| PoolSample(None, count, Place { line, ..Place::default() });
        let mut samples: Vec<_> = (1..).zip([1, 3, 3, 2, 4, 4, 0]).map(sample).collect();
        thin(&mut samples);
        let lines: Vec<u64> = samples.iter().map(|sample| sample.2.line).collect();
        assert_eq!(lines, [2, 3, 6, 7]);
    }
}

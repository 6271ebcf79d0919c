//! How long sessions took, as a distribution that does not grow with their number.

use std::collections::BTreeMap;

use logscan_model::timeline::Quantiles;

/// Counts by duration. Short durations are exact to the millisecond, which is what
/// logs print; long ones to one part in a hundred.
#[derive(Clone, Debug, Default)]
pub(super) struct Durations {
    counts: BTreeMap<u64, u64>,
}

impl Durations {
    pub(super) fn add(&mut self, seconds: f64) {
        let millis = (seconds.max(0.0) * 1e3).round().min(1e15) as u64;
        let step = 10u64.pow((millis / 1000).max(1).ilog10());
        *self.counts.entry(millis / step * step).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (millis, count) in other.counts {
            *self.counts.entry(millis).or_default() += count;
        }
    }

    pub(super) fn quantiles(&self) -> Quantiles {
        let n = self.counts.values().sum();
        let at = |share: f64| {
            let rank = ((n as f64 * share).ceil() as u64).max(1);
            let mut seen = 0;
            let reached = self.counts.iter().find(|(_, count)| {
                seen += **count;
                seen >= rank
            });
            reached.map_or(0.0, |(millis, _)| *millis as f64 / 1e3)
        };
        Quantiles { n, p50: at(0.5), p95: at(0.95), max: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let mut durations = Durations::default();
        (1..=100).for_each(|millis| durations.add(f64::from(millis) / 1e3));
        let quantiles = durations.quantiles();
        assert_eq!((quantiles.n, quantiles.p50, quantiles.p95), (100, 0.05, 0.095));
        assert_eq!(quantiles.max, 0.1);
        assert_eq!(Durations::default().quantiles(), Quantiles::default());
    }
}

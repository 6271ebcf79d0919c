//! Masking asked directly: tens of thousands of placements must not leak, harmless lines must
//! stay as they are. `tests/secrets.rs` of the program sends a part of them through all outputs.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and tells its seed"
)]

mod placements;

use std::collections::BTreeMap;

use logscan_report::redact::Redactor;
use placements::{Dice, leaks, next};

const PLACEMENTS: usize = 24_000;
const THREADS: usize = 4;

/// The seed of the gate; another one in `LOGSCAN_SEED` places other secrets.
fn seed() -> u64 {
    let seed =
        std::env::var("LOGSCAN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    println!("LOGSCAN_SEED={seed}");
    seed
}

/// A placement with what the masked text still has of its secret.
fn leak(dice: &mut Dice) -> Option<(&'static str, String)> {
    let placed = next(dice);
    let lines: Vec<String> = placed.text.split('\n').map(str::to_owned).collect();
    let masked = Redactor::default().lines(&lines).join("\n");
    let left = leaks(&placed, &masked);
    (!left.is_empty())
        .then(|| (placed.shape, format!("{}\n     {masked}\n     {left:?}", placed.text)))
}

#[test]
fn no_placement_leaks() {
    let seed = seed();
    let all = |thread: u64| {
        let mut dice = Dice(seed * 31 + thread);
        (0..PLACEMENTS / THREADS).filter_map(|_| leak(&mut dice)).collect::<Vec<_>>()
    };
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS as u64).map(|thread| scope.spawn(move || all(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut shapes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    found.iter().for_each(|(shape, told)| shapes.entry(shape).or_default().push(told.clone()));
    let told =
        shapes.iter().map(|(shape, all)| format!("{} of {shape}\n     {}", all.len(), all[0]));
    let told: Vec<String> = told.collect();
    assert!(found.is_empty(), "{} of {PLACEMENTS} leak:\n{}", found.len(), told.join("\n"));
}

/// Lines of real programs that name no secret, though they may speak of one.
#[test]
fn harmless_lines_stay_as_they_are() {
    let lines: Vec<&str> = include_str!("harmless.txt").lines().collect();
    let masked = |line: &&str| Redactor::default().lines(&[(*line).to_owned()]).join("");
    let wrong: Vec<String> = lines
        .iter()
        .map(|line| (line, masked(line)))
        .filter(|(line, masked)| line != &masked)
        .map(|(line, masked)| format!("{line}\n  {masked}"))
        .collect();
    assert!(lines.len() >= 300);
    assert!(
        wrong.len() <= 6,
        "{} of {} are changed:\n{}",
        wrong.len(),
        lines.len(),
        wrong.join("\n")
    );
}

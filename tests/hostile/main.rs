//! Hostile, broken and enormous input: one test for each case that logs and their makers have
//! taught. What must hold for all of them stands in `tool.rs`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(unix)]

// So that `cargo test hostile` runs them.
#[path = "."]
mod hostile {
    mod archives;
    mod encodings;
    mod faults;
    mod injection;
    #[path = "../support/laws.rs"]
    mod laws;
    mod secrets;
    mod sizes;
    mod structure;
    mod times;
    mod tool;
}

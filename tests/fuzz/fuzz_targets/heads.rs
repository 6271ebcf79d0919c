//! Heads of every line format: what they say stands in the line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::{format, log};

fuzz_target!(|data: &[u8]| {
    let [which, rest @ ..] = data else { return };
    for line in log(rest).lines() {
        if let Some(head) = (format(*which).head)(line) {
            assert!(head.message.len() <= line.len() * 6 + 6);
        }
    }
});

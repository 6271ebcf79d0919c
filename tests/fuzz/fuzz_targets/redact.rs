//! Masking: a password in an address is gone whatever stands around it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::log;
use logscan_report::redact;

fuzz_target!(|data: &[u8]| {
    let around = log(data);
    let mut text = format!("{around} postgresql://user:Hunter2Zq9x@db:5432/app {around}");
    redact::text(&mut text);
    assert!(!text.contains("Hunter2Zq9x"), "{text}");
    redact::text(&mut text);
    assert!(!text.contains("Hunter2Zq9x"), "{text}");
});

//! Lines to events: every line is accounted for, and spans fit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::{accounts, format, log};
use logscan_ingest::stages;

fuzz_target!(|data: &[u8]| {
    let [which, rest @ ..] = data else { return };
    for chunk in stages::parse(format(*which), &[rest, log(rest).as_bytes()], false) {
        accounts(&chunk);
    }
});

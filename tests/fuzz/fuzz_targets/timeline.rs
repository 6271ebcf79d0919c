//! Events to findings: nothing certain where text is lost, nothing negative.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::{format, log, report};

fuzz_target!(|data: &[u8]| {
    let [which, lossy, rest @ ..] = data else { return };
    report(format(*which), &log(rest), lossy % 2 == 1);
});

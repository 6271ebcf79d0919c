//! Bytes to text: lines stay lines, and nothing that a terminal obeys is left of colours.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_ingest::stages;

fuzz_target!(|data: &[u8]| {
    let text = stages::decode(data.to_vec());
    let ends = data.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(text.matches('\n').count(), ends);
    assert!(!text.contains('\u{1b}'));
});

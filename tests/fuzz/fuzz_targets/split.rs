//! Chunks: no byte is lost or counted twice, and the size of chunks changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_ingest::stages;

fuzz_target!(|data: &[u8]| {
    let [size, longest, data @ ..] = data else { return };
    let longest = usize::from(*longest).max(1);
    let (chunks, skipped) = stages::split(data, usize::from(*size), longest);
    let all = chunks.concat();
    assert_eq!(all.len() as u64 + skipped, data.len() as u64);
    assert!(all.split(|byte| *byte == b'\n').all(|line| line.len() <= longest));
    let ends = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(ends(&all), ends(data));
    assert_eq!(all, stages::split(data, 4096, longest).0.concat());
});

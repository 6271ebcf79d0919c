//! Archives and compressed files: members or an error, within the limits.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use logscan_ingest::{Source, archive};
use logscan_model::Limits;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { unpacked: 1 << 16, entries: 8, ..Limits::default() };
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").unwrap();
    std::io::Write::write_all(&mut file, data).unwrap();
    let source = Source::file(file.path()).within(limits);
    let sources = match archive::members(&source) {
        Ok(Some(members)) => members.sources,
        Ok(None) => vec![source],
        Err(_) => return,
    };
    assert!(sources.len() <= 64);
    for source in sources {
        if let Ok(storage) = source.storage() {
            let mut content = Vec::new();
            if let Ok(mut reader) = source.read(&storage) {
                _ = reader.read_to_end(&mut content);
            }
            assert!(content.len() <= 3 * (1 << 16) + data.len());
        }
    }
});

//! Signatures that a user wrote: refused with a reason, or ready to match anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_ingest::Catalogue;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    _ = Catalogue::load(&[("own.toml", text)]);
    let pattern = text.replace(['"', '\\', '\n'], " ");
    let file = format!(
        "[[signature]]\nid = \"x\"\nkind = \"detail\"\npattern = \"{pattern}\"\nsource = \"\"\nsamples = [\"{pattern}\"]\nrejects = [\"x\"]\n"
    );
    if let Ok(catalogue) = Catalogue::load(&[("own.toml", &file)]) {
        _ = catalogue.check();
    }
});

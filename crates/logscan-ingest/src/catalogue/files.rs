//! The files of signatures that are compiled in: all of `catalogue/signatures`.

/// Name and text of each, in the order of their names.
pub const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/signatures.rs"));

//! What is known of lines that repeat changes nothing, whatever their numbers are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::{format, log};
use logscan_ingest::stages;

fuzz_target!(|data: &[u8]| {
    let [which, shift, rest @ ..] = data else { return };
    let first = log(rest);
    let other = |by: u8| -> String {
        let digit = |c: char| match c.to_digit(10) {
            Some(digit) => char::from(b'0' + (digit as u8 + by) % 10),
            None => c,
        };
        first.chars().map(digit).collect()
    };
    let texts = [first.clone(), first.clone(), other(*shift % 10), other(shift.wrapping_add(3) % 10)];
    let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
    let known = stages::parse(format(*which), &texts, true);
    let fresh = stages::parse(format(*which), &texts, false);
    for (known, fresh) in known.iter().zip(&fresh) {
        assert_eq!(stages::said(known), stages::said(fresh));
    }
});

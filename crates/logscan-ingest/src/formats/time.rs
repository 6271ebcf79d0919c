//! The time at the head of a line, in every shape that the formats share.
//!
//! Nearly every line has one, so the digits are read byte by byte.

pub(crate) mod any;

use logscan_model::Stamp;

/// Bytes of `2026-03-01 10:00:00`.
const DATED: usize = 19;
/// Bytes of `10:00:00`.
const UNDATED: usize = 8;

/// `2026-03-01 10:00:00,123`, `10:00:00`, `2026-03-01T10:00:00.123456+0200` and their like, and
/// what stands behind it.
pub(crate) fn stamp(input: &str) -> Option<(&str, Stamp)> {
    let (rest, second) = second(input.as_bytes())?;
    let (rest, stamp) = exactly(rest, second);
    Some((&input[input.len() - rest.len()..], stamp))
}

/// Reads times of which most are of the second of the one before.
#[derive(Debug, Default)]
pub(crate) struct Clock<'t> {
    second: Option<(&'t [u8], Stamp)>,
}

impl<'t> Clock<'t> {
    /// The time with which a text begins.
    pub(crate) fn stamp(&mut self, input: &'t str) -> Option<Stamp> {
        let input = input.as_bytes();
        let (rest, second) = match self.second {
            Some((known, second)) if begins_alike(input, known) => (&input[known.len()..], second),
            _ => {
                let (rest, second) = second(input)?;
                self.second = Some((&input[..input.len() - rest.len()], second));
                (rest, second)
            }
        };
        Some(exactly(rest, second).1)
    }
}

/// Whether a text begins with this second, with or without date: a comparison of known length.
fn begins_alike(text: &[u8], second: &[u8]) -> bool {
    match second.first_chunk::<DATED>() {
        Some(dated) => text.first_chunk() == Some(dated),
        None => text.first_chunk::<UNDATED>() == second.first_chunk(),
    }
}

/// The time without what stands behind its seconds.
fn second(input: &[u8]) -> Option<(&[u8], Stamp)> {
    match date(input) {
        Some((rest, [year, month, day])) => {
            let (rest, micros) = time_of_day(rest)?;
            Some((rest, Stamp::dated(year as i16, month as i8, day as i8, micros, 0)?))
        }
        None => {
            let (rest, micros) = time_of_day(input)?;
            Some((rest, Stamp::time_of_day(micros, 0)))
        }
    }
}

/// The time with the fraction and the zone with which `rest` begins.
fn exactly(rest: &[u8], second: Stamp) -> (&[u8], Stamp) {
    let (rest, stamp) = match fraction(rest) {
        Some((rest, (micros, digits))) => (rest, second.with_fraction(micros, digits)),
        None => (rest, second),
    };
    match zone(rest) {
        Some((rest, minutes)) => (rest, stamp.with_offset(minutes)),
        None => (rest, stamp),
    }
}

/// Year, month, day.
fn date(input: &[u8]) -> Option<(&[u8], [i64; 3])> {
    let (bytes, rest) = input.split_first_chunk::<{ DATED - UNDATED }>()?;
    let marks = bytes[4] == b'-' && bytes[7] == b'-' && matches!(bytes[10], b' ' | b'T');
    let year = number(&bytes[..4]).filter(|_| marks)?;
    Some((rest, [year, number(&bytes[5..7])?, number(&bytes[8..10])?]))
}

/// Microseconds since midnight.
fn time_of_day(input: &[u8]) -> Option<(&[u8], i64)> {
    let (bytes, rest) = input.split_first_chunk::<UNDATED>()?;
    let [hours, minutes, seconds] =
        [number(&bytes[..2])?, number(&bytes[3..5])?, number(&bytes[6..])?];
    let fits = bytes[2] == b':' && bytes[5] == b':' && hours < 24 && minutes < 60 && seconds <= 60;
    fits.then_some((rest, (hours * 3600 + minutes * 60 + seconds.min(59)) * 1_000_000))
}

/// Microseconds and the number of digits that were printed; digits beyond six are dropped.
fn fraction(input: &[u8]) -> Option<(&[u8], (i64, u8))> {
    let [b'.' | b',', digits @ ..] = input else { return None };
    let printed = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let kept = &digits[..printed.min(6)];
    let value = number(kept).filter(|_| printed > 0)?;
    let scale = 10i64.pow(6 - kept.len() as u32);
    Some((&digits[printed..], (value * scale, kept.len() as u8)))
}

/// Minutes east of UTC.
fn zone(input: &[u8]) -> Option<(&[u8], i16)> {
    match input {
        [b'Z', rest @ ..] => Some((rest, 0)),
        [b' ', b'U', b'T', b'C', rest @ ..] | [b' ', b'G', b'M', b'T', rest @ ..] => {
            Some((rest, 0))
        }
        [b' ', rest @ ..] => numeric_zone(rest),
        _ => numeric_zone(input),
    }
}

fn numeric_zone(input: &[u8]) -> Option<(&[u8], i16)> {
    let [sign @ (b'+' | b'-'), tens, ones, rest @ ..] = input else { return None };
    let hours = number(&[*tens, *ones])?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let (rest, minutes) = match rest.split_first_chunk::<2>() {
        Some((minutes, behind)) => match number(minutes) {
            Some(minutes) => (behind, minutes),
            None => (rest, 0),
        },
        None => (rest, 0),
    };
    let east = (hours * 60 + minutes) as i16;
    Some((rest, if *sign == b'-' { -east } else { east }))
}

/// A number of which every byte is a digit.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

/// A time in seconds since 1970, as JSON logs give it.
pub(crate) fn from_epoch(seconds: f64) -> Option<Stamp> {
    if !(0.0..4e9).contains(&seconds) {
        return None;
    }
    let micros = (seconds * 1e6).round() as i64;
    let (days, of_day) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    Some(Stamp::on_day(days, of_day, 6).with_offset(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> (String, &str) {
        let (rest, stamp) = stamp(text).unwrap();
        (stamp.to_string(), rest)
    }

    #[test]
    fn the_usual_shapes_are_read_as_printed() {
        assert_eq!(reads("10:00:00 x"), ("T10:00:00".into(), " x"));
        assert_eq!(reads("2026-03-01 10:00:00,123 x"), ("2026-03-01T10:00:00.123".into(), " x"));
        assert_eq!(reads("2026-03-01 10:00:00.5 x"), ("2026-03-01T10:00:00.5".into(), " x"));
        assert_eq!(reads("2026-03-01T10:00:00+0200 x").0, "2026-03-01T10:00:00+02:00");
        assert_eq!(reads("2026-03-01 10:00:00.123 UTC [7]").0, "2026-03-01T10:00:00.123Z");
        assert_eq!(reads("2026-03-01 10:00:00.123 +02:00 |").0, "2026-03-01T10:00:00.123+02:00");
        assert_eq!(reads("2026-03-01T10:00:00.1234567Z x").0, "2026-03-01T10:00:00.123456Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "25:00:00", "2026-13-01 10:00:00", "10:00", "1.2.3.4", "2026-03-01"] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_reads_as_if_it_had_read_nothing_before() {
        let texts = [
            "2026-03-01 10:00:00,123 x",
            "2026-03-01 10:00:00,9 x",
            "2026-03-01 10:00:00+02:00",
            "2026-03-01 10:00:00 UTC",
            "2026-03-01 10:00:01.5Z",
            "10:00:01 x",
            "10:00:01.25 x",
            "10:00:011",
            "10:00:0",
            "2026-03-01",
            "2026-02-30 10:00:01",
            "2026-03-01 10:00:01",
        ];
        for before in texts {
            for text in texts {
                let mut clock = Clock::default();
                clock.stamp(before);
                assert_eq!(clock.stamp(text), stamp(text).map(|read| read.1), "{before} {text}");
            }
        }
    }

    #[test]
    fn seconds_since_1970_are_utc() {
        assert_eq!(from_epoch(0.5).unwrap().to_string(), "1970-01-01T00:00:00.500000Z");
        assert_eq!(from_epoch(f64::NAN), None);
    }
}

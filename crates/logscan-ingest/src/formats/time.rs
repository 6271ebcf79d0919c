//! The time at the head of a line, in every shape that the formats share.

use logscan_model::Stamp;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{map_opt, opt, value};
use nom::sequence::preceded;
use nom::{IResult, Parser};

type Parsed<'t, T> = IResult<&'t str, T>;

/// `2026-03-01 10:00:00,123`, `10:00:00`, `2026-03-01T10:00:00.123456+0200` and their like.
pub(crate) fn stamp(input: &str) -> Parsed<'_, Stamp> {
    let (rest, date) = opt(date).parse(input)?;
    let (rest, micros) = time_of_day(rest)?;
    let (rest, (fraction, digits)) = opt(fraction).map(Option::unwrap_or_default).parse(rest)?;
    let (rest, zone) = opt(zone).parse(rest)?;
    let micros = micros + fraction;
    let stamp = match date {
        Some((year, month, day)) => Stamp::dated(year, month, day, micros, digits),
        None => Some(Stamp::time_of_day(micros, digits)),
    };
    let stamp = stamp.ok_or_else(|| error(input))?;
    Ok((rest, zone.map_or(stamp, |minutes| stamp.with_offset(minutes))))
}

fn error(input: &str) -> nom::Err<nom::error::Error<&str>> {
    nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Verify))
}

fn date(input: &str) -> Parsed<'_, (i16, i8, i8)> {
    let (rest, year) = number(input, 4)?;
    let (rest, month) = preceded(char('-'), |rest| number(rest, 2)).parse(rest)?;
    let (rest, day) = preceded(char('-'), |rest| number(rest, 2)).parse(rest)?;
    let (rest, _) = one_of(" T").parse(rest)?;
    Ok((rest, (year as i16, month as i8, day as i8)))
}

/// Microseconds since midnight.
fn time_of_day(input: &str) -> Parsed<'_, i64> {
    let (rest, hours) = number(input, 2)?;
    let (rest, minutes) = preceded(char(':'), |rest| number(rest, 2)).parse(rest)?;
    let (rest, seconds) = preceded(char(':'), |rest| number(rest, 2)).parse(rest)?;
    if hours > 23 || minutes > 59 || seconds > 60 {
        return Err(error(input));
    }
    Ok((rest, (hours * 3600 + minutes * 60 + seconds.min(59)) * 1_000_000))
}

/// Microseconds and the number of digits that were printed; digits beyond six are dropped.
fn fraction(input: &str) -> Parsed<'_, (i64, u8)> {
    let digits = take_while1(|c: char| c.is_ascii_digit());
    let (rest, printed) = preceded(one_of(".,"), digits).parse(input)?;
    let kept = &printed[..printed.len().min(6)];
    let scale = 10i64.pow(6 - kept.len() as u32);
    Ok((rest, (kept.parse::<i64>().unwrap_or(0) * scale, kept.len() as u8)))
}

/// Minutes east of UTC.
fn zone(input: &str) -> Parsed<'_, i16> {
    let zulu = value(0, alt((tag("Z"), tag(" UTC"), tag(" GMT"))));
    alt((zulu, preceded(opt(char(' ')), numeric_zone))).parse(input)
}

fn numeric_zone(input: &str) -> Parsed<'_, i16> {
    let (rest, sign) = one_of("+-").parse(input)?;
    let (rest, hours) = number(rest, 2)?;
    let (rest, _) = opt(char(':')).parse(rest)?;
    let (rest, minutes) = opt(|rest| number(rest, 2)).map(Option::unwrap_or_default).parse(rest)?;
    let east = (hours * 60 + minutes) as i16;
    Ok((rest, if sign == '-' { -east } else { east }))
}

fn number(input: &str, digits: usize) -> Parsed<'_, i64> {
    let run = take_while_m_n(digits, digits, |c: char| c.is_ascii_digit());
    map_opt(run, |text: &str| text.parse().ok()).parse(input)
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
            assert!(stamp(text).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_since_1970_are_utc() {
        assert_eq!(from_epoch(0.5).unwrap().to_string(), "1970-01-01T00:00:00.500000Z");
        assert_eq!(from_epoch(f64::NAN), None);
    }
}

//! Times as logs print them: with or without date, fraction, zone.
//!
//! A log line's clock is often incomplete. A stamp keeps exactly what was printed
//! and never adds a date or a zone that the log does not give, so what is not
//! known is not shown either.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::num::NonZeroU32;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A point in time as precise as the log printed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Microseconds since midnight, or since 1970-01-01T00:00 of the printed clock if dated.
    micros: i64,
    printed: Printed,
}

/// What a log prints of a time. It is one word: every event has a stamp, and so small they
/// are passed in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Printed(NonZeroU32);

impl Printed {
    /// A time of day without fraction or zone.
    const BARE: Self = Self(NonZeroU32::MIN);
    const DATED: u32 = 1 << 1;
    const ZONED: u32 = 1 << 2;
    /// Digits of the fraction, 0 to 6.
    const DIGITS: u32 = 3;
    /// Minutes east of UTC.
    const OFFSET: u32 = 16;

    #[inline]
    fn with_digits(self, digits: u8) -> Self {
        let others = self.0.get() & !(0b111 << Self::DIGITS);
        Self(NonZeroU32::MIN | others | u32::from(digits.min(6)) << Self::DIGITS)
    }

    #[inline]
    fn with_offset(self, minutes: i16) -> Self {
        let others = self.0.get() & !(u32::from(u16::MAX) << Self::OFFSET);
        let offset = u32::from(minutes as u16) << Self::OFFSET;
        Self(NonZeroU32::MIN | others | offset | Self::ZONED)
    }

    #[inline]
    fn digits(self) -> u8 {
        (self.0.get() >> Self::DIGITS & 0b111) as u8
    }

    #[inline]
    fn is_dated(self) -> bool {
        self.0.get() & Self::DATED != 0
    }

    #[inline]
    fn offset(self) -> Option<i16> {
        let bits = self.0.get();
        (bits & Self::ZONED != 0).then_some((bits >> Self::OFFSET) as i16)
    }
}

impl Stamp {
    /// A time of day.
    ///
    /// `micros` counts from midnight, `digits` says how many fraction digits were printed.
    #[inline]
    #[must_use]
    pub fn time_of_day(micros: i64, digits: u8) -> Self {
        Self { micros, printed: Printed::BARE.with_digits(digits) }
    }

    /// A date and time; `None` if no such day exists.
    #[must_use]
    pub fn dated(year: i16, month: i8, day: i8, micros_of_day: i64, digits: u8) -> Option<Self> {
        let days = days_since_1970(year, month, day)?;
        Some(Self::on_day(days, micros_of_day, digits))
    }

    /// The same clock reading on another day, `days` after 1970-01-01.
    #[must_use]
    pub fn on_day(days: i64, micros_of_day: i64, digits: u8) -> Self {
        let micros = days.saturating_mul(MICROS_PER_DAY).saturating_add(micros_of_day);
        let dated = Printed(Printed::BARE.0 | Printed::DATED);
        Self { micros, printed: dated.with_digits(digits) }
    }

    /// The same clock reading on a printed day; `None` if no such day exists.
    #[must_use]
    pub fn with_date(self, year: i16, month: i8, day: i8) -> Option<Self> {
        let days = days_since_1970(year, month, day)?;
        let micros = days.saturating_mul(MICROS_PER_DAY).saturating_add(self.micros);
        Some(Self { micros, printed: Printed(self.printed.0 | Printed::DATED) })
    }

    /// The same second with a printed fraction: microseconds, and how many digits there were.
    #[inline]
    #[must_use]
    pub fn with_fraction(self, micros: i64, digits: u8) -> Self {
        let micros = self.micros.saturating_add(micros);
        Self { micros, printed: self.printed.with_digits(digits) }
    }

    /// The same stamp with a printed zone, in minutes east of UTC.
    #[inline]
    #[must_use]
    pub fn with_offset(self, minutes: i16) -> Self {
        Self { printed: self.printed.with_offset(minutes), ..self }
    }

    /// Whether the log printed a date.
    #[inline]
    #[must_use]
    pub fn is_dated(self) -> bool {
        self.printed.is_dated()
    }

    /// Microseconds on the printed clock, for distances between stamps of one source.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.micros
    }

    /// The smallest time that the printed digits can tell apart, in seconds.
    #[must_use]
    pub fn resolution_s(self) -> f64 {
        10f64.powi(-i32::from(self.printed.digits()))
    }

    /// Seconds from `earlier` to this stamp; `None` if only one of them has a date.
    ///
    /// Two times of day are taken to be less than half a day apart, so a run that
    /// passes midnight is measured rightly.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> Option<f64> {
        if self.is_dated() != earlier.is_dated() {
            return None;
        }
        let mut distance = self.micros - earlier.micros;
        if self.is_dated() {
            distance -= self.zone_micros() - earlier.zone_micros();
        } else if distance < -MICROS_PER_DAY / 2 {
            distance += MICROS_PER_DAY;
        }
        Some(distance as f64 / 1e6)
    }

    /// The same for times of which only one has a date, if they are of one day.
    #[must_use]
    pub fn seconds_of_day_since(self, earlier: Self) -> f64 {
        let of_day = |stamp: Self| stamp.micros.rem_euclid(MICROS_PER_DAY);
        (of_day(self) - of_day(earlier)) as f64 / 1e6
    }

    fn zone_micros(self) -> i64 {
        i64::from(self.printed.offset().unwrap_or(0)) * 60_000_000
    }

    fn civil(self) -> Option<DateTime> {
        let time = civil_time(self.micros.rem_euclid(MICROS_PER_DAY))?;
        let days = i32::try_from(self.micros.div_euclid(MICROS_PER_DAY)).ok()?;
        let span = jiff::Span::new().try_days(days).ok()?;
        Some(Date::constant(1970, 1, 1).checked_add(span).ok()?.to_datetime(time))
    }
}

/// Days since 1970-01-01 in the Gregorian calendar; `None` if no such day exists. Every line
/// has a date, so this is arithmetic and nothing else.
fn days_since_1970(year: i16, month: i8, day: i8) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the leap day is the last one.
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month < 3);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leaps + of_year - 719_468)
}

fn civil_time(micros: i64) -> Option<Time> {
    let seconds = micros / 1_000_000;
    Time::new(
        i8::try_from(seconds / 3600).ok()?,
        (seconds / 60 % 60) as i8,
        (seconds % 60) as i8,
        ((micros % 1_000_000) * 1000) as i32,
    )
    .ok()
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(civil) = self.civil() else { return f.write_str("T??:??:??") };
        let printer = DateTimePrinter::new().precision(Some(self.printed.digits()));
        let printed = if self.is_dated() {
            printer.print_datetime(&civil, StdFmtWrite(&mut *f))
        } else {
            f.write_char('T')?;
            printer.print_time(&civil.time(), StdFmtWrite(&mut *f))
        };
        printed.map_err(|_| fmt::Error)?;
        match self.printed.offset() {
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
            None => Ok(()),
        }
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Stamp {
    fn schema_name() -> Cow<'static, str> {
        "Stamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "ISO 8601; without date or zone where the log has none",
            "pattern": r"^(\d{4}-\d{2}-\d{2})?T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_PAST_TEN: i64 = 37_800_123_000;

    #[test]
    fn a_stamp_prints_what_the_log_printed() {
        let bare = Stamp::time_of_day(HALF_PAST_TEN, 3);
        assert_eq!(bare.to_string(), "T10:30:00.123");
        let dated = Stamp::dated(2026, 3, 1, HALF_PAST_TEN, 0).unwrap();
        assert_eq!(dated.to_string(), "2026-03-01T10:30:00");
        assert_eq!(dated.with_offset(0).to_string(), "2026-03-01T10:30:00Z");
        assert_eq!(dated.with_offset(-210).to_string(), "2026-03-01T10:30:00-03:30");
        let said_twice = dated.with_offset(-210).with_fraction(500_000, 1).with_offset(60);
        assert_eq!(said_twice.to_string(), "2026-03-01T10:30:00.6+01:00");
        assert_eq!(bare.with_fraction(0, 1).to_string(), "T10:30:00.1");
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_stamp() {
        assert_eq!(Stamp::dated(2026, 2, 30, 0, 0), None);
    }

    #[test]
    fn a_run_may_pass_midnight() {
        let before = Stamp::time_of_day(MICROS_PER_DAY - 1_000_000, 0);
        let after = Stamp::time_of_day(2_000_000, 0);
        assert_eq!(after.seconds_since(before), Some(3.0));
    }

    #[test]
    fn clocks_of_two_zones_are_compared_in_utc() {
        let utc = Stamp::dated(2026, 3, 1, HALF_PAST_TEN, 3).unwrap().with_offset(0);
        let later = Stamp::dated(2026, 3, 1, HALF_PAST_TEN + 7_200_000_000, 3).unwrap();
        assert_eq!(later.with_offset(120).seconds_since(utc), Some(0.0));
    }

    #[test]
    fn a_dated_and_a_bare_stamp_cannot_be_compared() {
        let bare = Stamp::time_of_day(HALF_PAST_TEN, 3);
        assert_eq!(Stamp::on_day(3, 0, 0).seconds_since(bare), None);
    }
}

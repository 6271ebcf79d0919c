//! Times in the shapes that loggers beside the usual ones print.

use logscan_model::Stamp;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const NOON: i64 = 12 * 3600 * 1_000_000;

/// The time with which a text begins, and what stands behind it.
pub(crate) fn read(text: &str) -> Option<(Stamp, &str)> {
    if !text.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    if let Some((rest, stamp)) = super::stamp(text) {
        return Some((stamp, rest));
    }
    compact(text)
        .or_else(|| kitchen(text))
        .or_else(|| epoch(text))
        .or_else(|| by_month(text))
        .or_else(|| by_numbers(text))
}

/// `20260301 10:00:00.123`, `20260301T100000.123Z`
fn compact(text: &str) -> Option<(Stamp, &str)> {
    let (date, rest) = text.split_at_checked(8).filter(|(date, _)| date.is_ascii())?;
    let date = [number(&date[..4])?, number(&date[4..6])?, number(&date[6..])?];
    let time = rest.strip_prefix(['T', ' ', '-', '_'])?;
    let Some((digits, rest)) = time.split_at_checked(6).filter(|(time, _)| number(time).is_some())
    else {
        return dated(date, time);
    };
    let of_day = of_day(&digits[..2], &digits[2..4], &digits[4..])?;
    let is_exact = |c: char| c == '.' || c == 'Z' || c.is_ascii_digit();
    Some((of_date(date, of_day)?, rest.trim_start_matches(is_exact)))
}

/// `10:00AM`, which zerolog prints.
fn kitchen(text: &str) -> Option<(Stamp, &str)> {
    let (time, rest) = text.split_at_checked(text.find(['A', 'P'])?)?;
    let (hours, minutes) = time.split_once(':')?;
    let from = if rest.starts_with("AM") { 0 } else { NOON };
    let rest = rest.get(1..)?.strip_prefix('M')?;
    let time = of_day(hours, minutes, "00").filter(|_| minutes.len() == 2)?;
    Some((Stamp::time_of_day(time.micros() % NOON + from, 0), rest))
}

/// `1796026610.730`, `1796026610730`: seconds or milliseconds since 1970, of this century's first half.
fn epoch(text: &str) -> Option<(Stamp, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let printed: f64 = digits.parse().ok()?;
    let seconds = match (whole.len(), fraction.len()) {
        // Ten digits alone may be any number.
        (10, 3..) => printed,
        (13, 0) => printed / 1e3,
        _ => return None,
    };
    let stamp = super::from_epoch(seconds).filter(|_| (1e9..2.6e9).contains(&seconds))?;
    Some((stamp, rest))
}

/// `Sun Mar  1 10:00:00 2026`, `Mar 01, 2026 10:00:00 AM`, `01/Mar/2026:10:00:00 +0000`,
/// `Mar  1 10:00:00`
fn by_month(text: &str) -> Option<(Stamp, &str)> {
    let text =
        DAYS.iter().find_map(|day| text.strip_prefix(day)?.strip_prefix(' ')).unwrap_or(text);
    if let Some((day, rest)) = text.split_once('/').filter(|(day, _)| day.len() == 2) {
        let (month, rest) = month(rest)?;
        let year = number(rest.get(1..5)?)?;
        return dated([year, month, number(day)?], rest.get(6..)?);
    }
    let (month, rest) = month(text)?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (day, rest) = (number(&rest[..end])?, &rest[end..]);
    if let Some(rest) = rest.strip_prefix(", ") {
        return dated([number(rest.get(..4)?)?, month, day], rest.get(5..)?);
    }
    let (rest, of_day) = super::stamp(rest.strip_prefix(' ')?)?;
    let year = rest.strip_prefix(' ').and_then(|rest| rest.get(..4)).and_then(number);
    match year {
        Some(year) => Some((of_date([year, month, day], of_day)?, rest.get(5..)?)),
        None => Some((of_day, rest)),
    }
}

/// `01.03.2026 10:00:00,123`; of `3/1/2026, 10:00:00 AM`, `03-01 10:00:00` and their like only the
/// time: nobody knows which number is the month.
fn by_numbers(text: &str) -> Option<(Stamp, &str)> {
    let end = text.find([' ', 'T'])?;
    let (date, rest) = (text[..end].trim_end_matches(','), &text[end + 1..]);
    let mark = date.find(['.', '/', '-']).map(|at| &date[at..=at])?;
    let parts: Vec<i64> = date.split(mark).map(number).collect::<Option<_>>()?;
    match parts[..] {
        [day, month, year] if mark == "." && year > 1900 => dated([year, month, day], rest),
        [year, month, day] if year > 1900 => dated([year, month, day], rest),
        [_, _] | [_, _, _] => in_halves(rest),
        _ => None,
    }
}

fn month(text: &str) -> Option<(i64, &str)> {
    let at = MONTHS.iter().position(|month| text.starts_with(month))?;
    Some((at as i64 + 1, &text[3..]))
}

fn dated(date: [i64; 3], time: &str) -> Option<(Stamp, &str)> {
    let (of_day, rest) = in_halves(time)?;
    Some((of_date(date, of_day)?, rest))
}

fn of_date([year, month, day]: [i64; 3], of_day: Stamp) -> Option<Stamp> {
    of_day.with_date(year as i16, month as i8, day as i8)
}

/// A time of day, of which the half may be said: `1:00:00 PM`.
fn in_halves(text: &str) -> Option<(Stamp, &str)> {
    let (time, rest) = match text.split_at_checked(7) {
        Some((short, rest)) if short.as_bytes()[1] == b':' && short.as_bytes()[4] == b':' => {
            (of_day(&short[..1], &short[2..4], &short[5..])?, rest)
        }
        _ => super::stamp(text).map(|(rest, time)| (time, rest))?,
    };
    for (half, from) in [(" AM", 0), (" PM", NOON), (" am", 0), (" pm", NOON)] {
        if let Some(rest) = rest.strip_prefix(half) {
            return Some((Stamp::time_of_day(time.micros() % NOON + from, 0), rest));
        }
    }
    Some((time, rest))
}

/// Hours, minutes and seconds.
fn of_day(hours: &str, minutes: &str, seconds: &str) -> Option<Stamp> {
    let [hours, minutes, seconds] = [number(hours)?, number(minutes)?, number(seconds)?];
    let fits = hours < 24 && minutes < 60 && seconds < 60;
    let micros = (hours * 3600 + minutes * 60 + seconds) * 1_000_000;
    fits.then(|| Stamp::time_of_day(micros, 0))
}

fn number(digits: &str) -> Option<i64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Option<(String, &str)> {
        read(text).map(|(stamp, rest)| (stamp.to_string(), rest))
    }

    #[test]
    fn the_shapes_are_read_as_printed() {
        for (text, stamp) in [
            ("20260301 10:00:00.123 x", "2026-03-01T10:00:00.123"),
            ("20260301T100000.123Z x", "2026-03-01T10:00:00"),
            ("1796026610.730 x", "2026-11-30T08:16:50.730000Z"),
            ("1796026610730 x", "2026-11-30T08:16:50.730000Z"),
            ("Sun Mar  1 10:00:00 2026 x", "2026-03-01T10:00:00"),
            ("Mar 01, 2026 10:00:00 PM x", "2026-03-01T22:00:00"),
            ("01/Mar/2026:10:00:00 +0000 x", "2026-03-01T10:00:00Z"),
            ("Mar  1 10:00:00 x", "T10:00:00"),
            ("01.03.2026 10:00:00,123 x", "2026-03-01T10:00:00.123"),
            ("2026/03/01 10:00:00.123 x", "2026-03-01T10:00:00.123"),
            ("3/1/2026, 1:00:00 PM x", "T13:00:00"),
            ("03-01 10:00:00.123 x", "T10:00:00.123"),
            ("3:04PM x", "T15:04:00"),
        ] {
            assert_eq!(reads(text), Some((stamp.to_owned(), " x")), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "12 passed", "1796026610 x", "20261301 10:00:00", "Mar x", "1.2.3.4 x", "é1 10"]
        {
            assert_eq!(reads(text), None, "{text}");
        }
    }
}

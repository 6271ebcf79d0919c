//! From a printed time to a point in time that can be compared across machines.

use logscan_model::Stamp;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Microseconds since 1970-01-01T00:00:00Z; `None` unless date and zone were printed.
pub(crate) fn micros(stamp: Stamp) -> Option<i64> {
    if !stamp.is_dated() {
        return None;
    }
    let east = minutes_east(&stamp.to_string())?;
    stamp.micros().checked_sub(east * MICROS_PER_MINUTE)
}

/// The zone at the end of a printed stamp, `Z` or `+05:30`.
fn minutes_east(printed: &str) -> Option<i64> {
    if printed.ends_with('Z') {
        return Some(0);
    }
    let zone = printed.get(printed.len().checked_sub(6)?..)?;
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 43_200_000_000;

    fn epoch_noon() -> Stamp {
        Stamp::dated(1970, 1, 1, NOON, 0).unwrap()
    }

    #[test]
    fn the_zone_is_taken_off() {
        assert_eq!(micros(epoch_noon().with_offset(0)), Some(NOON));
        assert_eq!(micros(epoch_noon().with_offset(330)), Some(NOON - 330 * MICROS_PER_MINUTE));
        assert_eq!(micros(epoch_noon().with_offset(-30)), Some(NOON + 30 * MICROS_PER_MINUTE));
    }

    #[test]
    fn digits_of_the_fraction_do_not_pose_as_a_zone() {
        let fine = Stamp::dated(1970, 1, 1, NOON + 5, 6).unwrap();
        assert_eq!(micros(fine), None);
        assert_eq!(micros(fine.with_offset(60)), Some(NOON + 5 - 60 * MICROS_PER_MINUTE));
    }

    #[test]
    fn without_date_or_zone_there_is_no_point_in_time() {
        assert_eq!(micros(epoch_noon()), None);
        assert_eq!(micros(Stamp::time_of_day(NOON, 3)), None);
        assert_eq!(micros(Stamp::time_of_day(NOON, 3).with_offset(0)), None);
    }
}

//! Milliseconds since the epoch as a date.

const DAY_MS: i64 = 86_400_000;

/// `2026-11-23 20:28:42.695` for milliseconds since the epoch, in UTC; `unknown` for −1, which stands for no time, and
/// the number itself where no calendar reaches.
pub fn utc(ms: i64) -> String {
    if ms == -1 {
        return "unknown".to_owned();
    }
    let (day, of_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let Some((year, month, day)) = civil(day) else {
        return format!("{ms} ms");
    };
    let (seconds, milliseconds) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milliseconds:03}")
}

/// Year, month and day of a day since the epoch; none outside the years 0 to 9999.
fn civil(day: i64) -> Option<(i64, i64, i64)> {
    // The year is taken to begin in March, so that the leap day is its last.
    let since_year_0 = day.checked_add(719_468)?;
    let (era, of_era) = (
        since_year_0.div_euclid(146_097),
        since_year_0.rem_euclid(146_097),
    );
    let leap_days = of_era / 1460 - of_era / 36_524 + of_era / 146_096;
    let year_of_era = (of_era - leap_days) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    (0..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let cases = [
            (0, "1970-01-01 00:00:00.000"),
            (-1, "unknown"),
            (-2, "1969-12-31 23:59:59.998"),
            (951_782_399_999, "2000-02-28 23:59:59.999"),
            (951_782_400_000, "2000-02-29 00:00:00.000"),
            (4_107_542_400_000, "2100-03-01 00:00:00.000"),
            (1_795_379_322_695, "2026-11-22 20:28:42.695"),
            (i64::MAX, "9223372036854775807 ms"),
            (i64::MIN, "-9223372036854775808 ms"),
        ];
        for (ms, description) in cases {
            assert_eq!(utc(ms), description);
        }
    }

    /// Every day of eight centuries comes after the one before.
    #[test]
    fn days_follow_each_other() {
        let lengths = |year: i64| {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            [
                31,
                if leap { 29 } else { 28 },
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ]
        };
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for since in 0..300_000 {
            assert_eq!(civil(since), Some((year, month, day)));
            day += 1;
            if day > lengths(year)[month as usize - 1] {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
}

//! When a job runs: read from the configuration, written for systemd and for
//! cron, and counted forward.
//!
//! Must never: take a time that systemd and cron would understand differently.

use std::fmt;

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use crate::outcome::Fault;

/// Written as `daily 02:00`, `every 6h`, `weekly sunday 03:00` or
/// `monthly 1 04:00`, in the machine's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At minute 0 of every so many hours, counted from midnight.
    Every {
        hours: i8,
    },
    Daily {
        hour: i8,
        minute: i8,
    },
    Weekly {
        day: Weekday,
        hour: i8,
        minute: i8,
    },
    /// A day that every month has.
    Monthly {
        day: i8,
        hour: i8,
        minute: i8,
    },
}

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Sunday, "sunday"),
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
];

impl When {
    pub fn parse(text: &str) -> Result<When, Fault> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = match words.as_slice() {
            ["every", hours] => every(hours),
            ["hourly"] => Some(When::Every { hours: 1 }),
            ["daily", time] => clock(time).map(|(hour, minute)| When::Daily { hour, minute }),
            ["weekly", day, time] => match (weekday(day), clock(time)) {
                (Some(day), Some((hour, minute))) => Some(When::Weekly { day, hour, minute }),
                (_, _) => None,
            },
            ["monthly", day, time] => match (day.parse(), clock(time)) {
                (Ok(day @ 1..=28), Some((hour, minute))) => {
                    Some(When::Monthly { day, hour, minute })
                }
                (_, _) => None,
            },
            _ => None,
        };
        found.ok_or_else(|| {
            Fault::usage(format!("`{text}` is no time a job can run at")).hint(
                "one of: `daily 02:00`, `every 6h` (1, 2, 3, 4, 6, 8 or 12), \
                 `weekly sunday 03:00`, `monthly 1 04:00` (day 1 to 28)",
            )
        })
    }

    /// For `OnCalendar=`.
    pub fn calendar(self) -> String {
        match self {
            When::Every { hours } => format!("*-*-* 00/{hours}:00:00"),
            When::Daily { hour, minute } => format!("*-*-* {hour:02}:{minute:02}:00"),
            When::Weekly { day, hour, minute } => {
                format!("{} *-*-* {hour:02}:{minute:02}:00", short(day))
            }
            When::Monthly { day, hour, minute } => {
                format!("*-*-{day:02} {hour:02}:{minute:02}:00")
            }
        }
    }

    /// The five fields of a crontab. Never both a day of the month and one of
    /// the week: cron would run on either. Source: crontab(5).
    pub fn cron(self) -> String {
        match self {
            When::Every { hours: 1 } => "0 * * * *".to_owned(),
            When::Every { hours } => format!("0 */{hours} * * *"),
            When::Daily { hour, minute } => format!("{minute} {hour} * * *"),
            When::Weekly { day, hour, minute } => {
                format!("{minute} {hour} * * {}", day.to_sunday_zero_offset())
            }
            When::Monthly { day, hour, minute } => format!("{minute} {hour} {day} * *"),
        }
    }

    /// The first time after `now`. A time that a change of clocks leaves out
    /// comes as much later.
    pub fn next(self, now: &Zoned) -> Option<Zoned> {
        let zone = now.time_zone();
        let mut day = now.date();
        // A month and a day hold every kind.
        for _ in 0..=32 {
            for at in self.on(day.at(0, 0, 0, 0)) {
                let at = zoned(at, zone)?;
                if at.timestamp() > now.timestamp() {
                    return Some(at);
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The times of the day that begins at `midnight`.
    fn on(self, midnight: DateTime) -> Vec<DateTime> {
        let at = |hour: i8, minute: i8| midnight.date().at(hour, minute, 0, 0);
        match self {
            When::Every { hours } => (0..24_i8)
                .step_by(usize::try_from(hours).unwrap_or(24).max(1))
                .map(|hour| at(hour, 0))
                .collect(),
            When::Daily { hour, minute } => vec![at(hour, minute)],
            When::Weekly { day, hour, minute } if midnight.weekday() == day => {
                vec![at(hour, minute)]
            }
            When::Monthly { day, hour, minute } if midnight.day() == day => {
                vec![at(hour, minute)]
            }
            When::Weekly { .. } | When::Monthly { .. } => Vec::new(),
        }
    }

    /// The longest time between two runs, in hours, without changes of clocks.
    pub fn longest_gap(self) -> i64 {
        match self {
            When::Every { hours } => i64::from(hours),
            When::Daily { .. } => 24,
            When::Weekly { .. } => 7 * 24,
            When::Monthly { .. } => 31 * 24,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Every { hours } => write!(f, "every {hours}h"),
            When::Daily { hour, minute } => write!(f, "daily {hour:02}:{minute:02}"),
            When::Weekly { day, hour, minute } => {
                write!(f, "weekly {} {hour:02}:{minute:02}", name(*day))
            }
            When::Monthly { day, hour, minute } => {
                write!(f, "monthly {day} {hour:02}:{minute:02}")
            }
        }
    }
}

fn zoned(at: DateTime, zone: &TimeZone) -> Option<Zoned> {
    at.to_zoned(zone.clone()).or_else(|_| (at + 1.day()).to_zoned(zone.clone())).ok()
}

/// Only parts of a day that are all of one length: `*/5` would also wait four
/// hours at midnight.
fn every(hours: &str) -> Option<When> {
    let hours: i8 = hours.strip_suffix('h')?.parse().ok()?;
    matches!(hours, 1 | 2 | 3 | 4 | 6 | 8 | 12).then_some(When::Every { hours })
}

fn clock(time: &str) -> Option<(i8, i8)> {
    let (hour, minute) = time.split_once(':')?;
    let number = |text: &str, below: i8| -> Option<i8> {
        let is_two_digits = text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
        text.parse().ok().filter(|it| is_two_digits && *it < below)
    };
    Some((number(hour, 24)?, number(minute, 60)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    let found = DAYS.iter().find(|(_, name)| *name == text || text == &name[..3]);
    found.map(|(day, _)| *day)
}

fn name(day: Weekday) -> &'static str {
    DAYS.iter().find(|(it, _)| *it == day).map_or("", |(_, name)| name)
}

/// `Sun`
fn short(day: Weekday) -> String {
    let name = name(day);
    name[..1].to_uppercase() + &name[1..3]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(when: &str, now: &str) -> String {
        let now: Zoned = now.parse().expect("is a time");
        let when = When::parse(when).expect("can be read");
        when.next(&now).expect("comes").to_string()
    }

    #[test]
    fn each_kind_is_written_for_both() {
        let both = |text: &str| {
            let when = When::parse(text).expect("can be read");
            assert_eq!(when.to_string(), text);
            (when.calendar(), when.cron())
        };
        let is = |calendar: &str, cron: &str| (calendar.to_owned(), cron.to_owned());
        assert_eq!(both("every 6h"), is("*-*-* 00/6:00:00", "0 */6 * * *"));
        assert_eq!(both("every 1h"), is("*-*-* 00/1:00:00", "0 * * * *"));
        assert_eq!(both("daily 02:05"), is("*-*-* 02:05:00", "5 2 * * *"));
        assert_eq!(both("weekly sunday 03:00"), is("Sun *-*-* 03:00:00", "0 3 * * 0"));
        assert_eq!(both("monthly 1 04:30"), is("*-*-01 04:30:00", "30 4 1 * *"));
    }

    #[test]
    fn what_two_readers_would_read_differently_is_refused() {
        for text in [
            "",
            "daily",
            "daily 2:00",
            "daily 24:00",
            "daily 02:60",
            "daily 02:00 utc",
            "every 5h",
            "every 24h",
            "every 90m",
            "weekly someday 03:00",
            "monthly 29 04:00",
            "monthly 0 04:00",
            "0 2 * * *",
        ] {
            assert!(When::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_time_is_after_now() {
        let now = "2026-11-30T02:00:00[Europe/Berlin]";
        assert_eq!(next("daily 02:00", now), "2026-12-01T02:00:00+01:00[Europe/Berlin]");
        assert_eq!(next("daily 02:01", now), "2026-11-30T02:01:00+01:00[Europe/Berlin]");
        assert_eq!(next("every 6h", now), "2026-11-30T06:00:00+01:00[Europe/Berlin]");
        assert_eq!(next("weekly sun 03:00", now), "2026-12-06T03:00:00+01:00[Europe/Berlin]");
        assert_eq!(
            next("monthly 30 01:00".replace("30", "28").as_str(), now),
            "2026-12-28T01:00:00+01:00[Europe/Berlin]"
        );
    }

    #[test]
    fn an_hour_that_is_left_out_comes_later() {
        let now = "2026-03-28T12:00:00[Europe/Berlin]";
        assert_eq!(next("daily 02:30", now), "2026-03-29T03:30:00+02:00[Europe/Berlin]");
    }
}

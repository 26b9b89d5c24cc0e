//! Which backup leads to which moment. Each restore begins a new timeline; a
//! backup leads along one when it was made on it, or on one it came from,
//! before the ways parted.
//!
//! Must never: begin at a backup that does not lead to the moment.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::listing::{Listing, Physical, moment, position};
use crate::outcome::Fault;

/// How far the log is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// All that was archived.
    End,
    /// The end of the backup itself.
    Backup,
    Time(Timestamp),
}

/// A timeline, and where it came from.
#[derive(Clone, Debug)]
pub struct History {
    pub timeline: u32,
    /// Timelines before it, each with where it was left. None: nobody knows;
    /// the server itself refuses to follow a way that is none.
    before: Option<Vec<(u32, u64)>>,
}

impl History {
    /// As the server itself has it on its disk, or as the archive has it: one
    /// that was put back does not know what came after it.
    pub fn of(
        data: &Path,
        timeline: u32,
        archived: impl FnOnce(&str) -> Option<String>,
    ) -> History {
        if timeline == 1 {
            return History { timeline, before: Some(Vec::new()) };
        }
        let name = format!("{timeline:08X}.history");
        let text = std::fs::read_to_string(data.join("pg_wal").join(&name)).ok();
        match text.or_else(|| archived(&name)) {
            Some(text) => History::parse(timeline, &text),
            None => History { timeline, before: None },
        }
    }

    fn parse(timeline: u32, text: &str) -> History {
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            Some((words.next()?.parse().ok()?, position(words.next()?)?))
        };
        History { timeline, before: Some(text.lines().filter_map(line).collect()) }
    }

    fn leads_from(&self, backup: &Physical) -> bool {
        let at = backup.timeline();
        let Some(before) = &self.before else { return true };
        at == self.timeline
            || before.iter().any(|(timeline, left)| *timeline == at && backup.end <= *left)
    }
}

/// `2026-11-30 12:00:00+00`; without an offset it is UTC, as the server's.
pub fn parse_time(text: &str) -> Result<Timestamp> {
    let with_offset = text.trim().parse::<Timestamp>();
    let parsed = with_offset.or_else(|_| {
        let civil: DateTime = text.trim().parse()?;
        Ok::<_, jiff::Error>(civil.to_zoned(TimeZone::UTC)?.timestamp())
    });
    parsed.map_err(|error| {
        Fault::usage(format!("`{text}` is no moment: {error}"))
            .hint("write it as `--to-time '2026-11-30 12:00:00+00'`")
            .into()
    })
}

/// Its number, or the eight hexadecimal digits that a segment's name begins with.
pub fn parse_timeline(text: &str) -> Result<u32> {
    let parsed = if text.len() == 8 { u32::from_str_radix(text, 16) } else { text.parse() };
    match parsed {
        Ok(timeline) if timeline > 0 => Ok(timeline),
        Ok(_) | Err(_) => Err(Fault::usage(format!("`{text}` is no timeline"))
            .hint("a number, or the first eight digits of a segment: `--timeline 0000000A`")
            .into()),
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// None: the newest that leads there.
    pub label: Option<&'a str>,
    pub time: Option<Timestamp>,
    /// The cluster, where it is known.
    pub system: Option<u64>,
    pub history: Option<&'a History>,
}

/// The backup to begin with, and how far to go.
pub fn way<'a>(
    listing: &'a Listing,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<(&'a Physical, Until)> {
    let leads = |it: &&Physical| {
        let is_ours = wanted.system.is_none_or(|system| system == it.system_identifier);
        is_ours && wanted.history.is_none_or(|history| history.leads_from(it))
    };
    let named = |it: &&Physical| match wanted.label {
        Some(label) => it.label == label,
        // One with damaged pages is taken by who names it.
        None => !it.has_errors,
    };
    let leading: Vec<&Physical> = listing.backups.iter().filter(leads).filter(named).collect();
    let Some(oldest) = leading.iter().map(|it| it.stopped).min() else {
        return Err(none_leads(listing, wanted));
    };
    let Some(time) = wanted.time else {
        let until = if wanted.label.is_some() { Until::Backup } else { Until::End };
        return Ok((leading[0], until));
    };
    if time > now {
        return Err(outside(time, "is not yet", oldest, now));
    }
    // Its end is known to the second only.
    match leading.into_iter().find(|it| it.stopped.as_second() < time.as_second()) {
        Some(it) => Ok((it, Until::Time(time))),
        None => Err(outside(time, "is before the end of the oldest backup", oldest, now)),
    }
}

fn outside(time: Timestamp, why: &str, oldest: Timestamp, newest: Timestamp) -> anyhow::Error {
    Fault::refused(format!(
        "{} {why}; possible is any moment after {} until {}",
        moment(time),
        moment(oldest),
        moment(newest)
    ))
    .hint("what there is: `cargo xtask backup list`")
    .into()
}

fn none_leads(listing: &Listing, wanted: &Wanted<'_>) -> anyhow::Error {
    let known = |label: &str| listing.backups.iter().any(|it| it.label == label);
    match wanted.label {
        Some(label) if !known(label) => {
            Fault::failed(format!("there is no physical backup `{label}`"))
                .hint("which there are: `cargo xtask backup list`")
        }
        Some(label) => Fault::refused(format!(
            "`{label}` is of another cluster, or of a timeline that was left before it ended"
        ))
        .hint("a rebuild makes a new cluster; if that one is meant, add `--foreign`"),
        None if listing.backups.is_empty() => Fault::failed("there is no physical backup yet")
            .hint("make one: `cargo xtask backup --engine pgbackrest`"),
        None if listing.backups.iter().all(|it| it.has_errors) => {
            Fault::refused("pgBackRest found damaged pages in every physical backup")
                .hint("if one is to be restored all the same, name it: `cargo xtask backup list`")
        }
        None => Fault::refused("no good physical backup is of this cluster and its timeline").hint(
            "make one: `cargo xtask backup --engine pgbackrest`; one of the cluster before is \
             restored by its label with `--foreign`",
        ),
    }
    .into()
}

#[cfg(test)]
mod tests {
    //! Moments, and backups on timelines that part.

    use super::super::listing::Kind;
    use super::*;

    fn backup(label: &str, timeline: u32, stopped: i64, end: u64) -> Physical {
        let segment = format!("{timeline:08X}0000000000000001");
        Physical {
            label: label.to_owned(),
            kind: Kind::Full,
            started: Timestamp::from_second(stopped - 5).expect("a time"),
            stopped: Timestamp::from_second(stopped).expect("a time"),
            wal: (segment.clone(), segment),
            end,
            cluster_bytes: 1,
            stored_bytes: 1,
            system_identifier: 7,
            has_errors: false,
        }
    }

    fn chosen(time: i64, timeline: u32, history: &str) -> Option<String> {
        let listing = Listing {
            backups: vec![
                backup("after", 2, 300, 0x0500_0000),
                backup("left", 1, 200, 0x0400_0000),
                backup("first", 1, 100, 0x0200_0000),
            ],
            ..Listing::default()
        };
        let history = History::parse(timeline, history);
        let wanted = Wanted {
            label: None,
            time: Some(Timestamp::from_second(time).expect("a time")),
            system: Some(7),
            history: Some(&history),
        };
        let now = Timestamp::from_second(1000).expect("a time");
        way(&listing, &wanted, now).ok().map(|(it, _)| it.label.clone())
    }

    #[test]
    fn a_backup_leads_along_its_timeline_and_those_that_came_from_it() {
        let second = "1\t0/3000000\tbefore 2026-11-30 12:00:00+00\n";
        assert_eq!(chosen(250, 2, second).as_deref(), Some("first"), "the other was left");
        assert_eq!(chosen(350, 2, second).as_deref(), Some("after"));
        assert_eq!(chosen(350, 1, "").as_deref(), Some("left"));
        assert_eq!(chosen(100, 1, ""), None, "before it ended");
        assert_eq!(chosen(1001, 1, ""), None, "not yet");
    }

    #[test]
    fn a_damaged_backup_is_taken_by_its_name_only() {
        let mut damaged = backup("damaged", 1, 200, 0x0400_0000);
        damaged.has_errors = true;
        let backups = vec![damaged, backup("good", 1, 100, 0x0200_0000)];
        let listing = Listing { backups, ..Listing::default() };
        let chosen = |label: Option<&str>| {
            let wanted = Wanted { label, time: None, system: None, history: None };
            let now = Timestamp::from_second(1000).expect("a time");
            way(&listing, &wanted, now).ok().map(|(it, _)| it.label.clone())
        };
        assert_eq!(chosen(None).as_deref(), Some("good"));
        assert_eq!(chosen(Some("damaged")).as_deref(), Some("damaged"));
    }

    #[test]
    fn a_timeline_is_a_number_or_what_a_segment_begins_with() {
        let parsed = |text: &str| parse_timeline(text).ok();
        assert_eq!(parsed("16"), Some(16));
        assert_eq!(parsed("00000010"), Some(16));
        assert_eq!(parsed("0000000A"), Some(10));
        assert_eq!(parsed("0"), None);
        assert_eq!(parsed("ten"), None);
    }

    #[test]
    fn a_moment_has_an_offset_or_is_utc() {
        let at = |text: &str| moment(parse_time(text).expect("a moment"));
        assert_eq!(at("2026-11-30 12:00:00+00"), "2026-11-30 12:00:00+00");
        assert_eq!(at("2026-11-30T14:00:00+02:00"), "2026-11-30 12:00:00+00");
        assert_eq!(at("2026-11-30 12:00:00"), "2026-11-30 12:00:00+00");
        assert!(parse_time("yesterday").is_err());
    }
}

//! Which backups may go, from what is known of them. Nothing here touches a
//! disk or looks at a clock.
//!
//! Must never: let the newest proven one go, or fewer stay than the minimum.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// `[workspace.metadata.xtask.retention]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Policy {
    /// Everything of the last days stays, and the newest one before them: so
    /// that one can go back that many days.
    pub days: i64,
    /// The newest of each of so many days, weeks and months that have one.
    pub daily: usize,
    #[serde(alias = "weeks")]
    pub weekly: usize,
    #[serde(alias = "months")]
    pub monthly: usize,
    /// This many stay, whatever their age.
    pub minimum: usize,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { days: 7, daily: 0, weekly: 0, monthly: 0, minimum: 3 }
    }
}

/// What retention looks at.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub label: String,
    pub time: Timestamp,
    pub is_proven: bool,
    pub is_pinned: bool,
}

/// Why a backup stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    Pinned,
    InWindow,
    NewestBeforeWindow,
    Daily,
    Weekly,
    Monthly,
    NewestProven,
    Minimum,
}

impl Reason {
    pub fn story(self) -> &'static str {
        match self {
            Reason::Pinned => "pinned",
            Reason::InWindow => "of the last days",
            Reason::NewestBeforeWindow => "the newest before them",
            Reason::Daily => "the newest of its day",
            Reason::Weekly => "the newest of its week",
            Reason::Monthly => "the newest of its month",
            Reason::NewestProven => "the newest proven one",
            Reason::Minimum => "among the fewest to keep",
        }
    }
}

/// Each backup, newest first, with why it stays; without a reason it may go.
pub fn judge(
    mut all: Vec<Candidate>,
    policy: &Policy,
    now: Timestamp,
) -> Vec<(Candidate, BTreeSet<Reason>)> {
    all.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| b.label.cmp(&a.label)));
    let begin = now.checked_sub((policy.days * 24).hours()).unwrap_or(Timestamp::MIN);
    let newest_before = all.iter().position(|it| it.time < begin);
    let newest_proven = all.iter().position(|it| it.is_proven);
    let daily = newest_of_each(&all, policy.daily, "%Y-%m-%d");
    let weekly = newest_of_each(&all, policy.weekly, "%G-%V");
    let monthly = newest_of_each(&all, policy.monthly, "%Y-%m");
    let reasons = |(at, it): (usize, &Candidate)| {
        [
            (it.is_pinned, Reason::Pinned),
            // A clock that went back must not make a backup old.
            (it.time >= begin, Reason::InWindow),
            (newest_before == Some(at), Reason::NewestBeforeWindow),
            (daily.contains(&at), Reason::Daily),
            (weekly.contains(&at), Reason::Weekly),
            (monthly.contains(&at), Reason::Monthly),
            (newest_proven == Some(at), Reason::NewestProven),
            (at < policy.minimum, Reason::Minimum),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    };
    let judged: Vec<BTreeSet<Reason>> = all.iter().enumerate().map(reasons).collect();
    all.into_iter().zip(judged).collect()
}

/// The first of each of the newest `count` periods.
fn newest_of_each(all: &[Candidate], count: usize, period: &str) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut chosen = BTreeSet::new();
    for (at, it) in all.iter().enumerate() {
        let name = it.time.strftime(period).to_string();
        if seen.len() == count && !seen.contains(&name) {
            break;
        }
        if seen.insert(name) {
            chosen.insert(at);
        }
    }
    if count == 0 { BTreeSet::new() } else { chosen }
}

#[cfg(test)]
mod tests {
    //! What goes and what stays, day by day.

    use super::*;

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn daily(days: &[i64]) -> Vec<Candidate> {
        let now: Timestamp = NOW.parse().expect("a time");
        let at = |day: &i64| Candidate {
            label: format!("day {day}"),
            time: now.checked_sub((day * 24).hours()).expect("a time"),
            is_proven: false,
            is_pinned: false,
        };
        days.iter().map(at).collect()
    }

    fn gone(all: Vec<Candidate>, policy: &Policy) -> Vec<String> {
        let judged = judge(all, policy, NOW.parse().expect("a time"));
        judged.into_iter().filter(|(_, why)| why.is_empty()).map(|(it, _)| it.label).collect()
    }

    #[test]
    fn seven_days_stay_and_the_newest_before_them() {
        let days: Vec<i64> = (0..12).collect();
        assert_eq!(gone(daily(&days), &Policy::default()), ["day 9", "day 10", "day 11"]);
    }

    #[test]
    fn after_bad_nights_the_good_ones_stay() {
        // Nothing was backed up for a month: age alone would delete all.
        let stale = daily(&[30, 31, 32]);
        assert_eq!(gone(stale, &Policy::default()), [""; 0]);
    }

    #[test]
    fn the_newest_proven_one_stays_however_old() {
        let mut all = daily(&[0, 1, 2, 3, 20, 40]);
        all[5].is_proven = true;
        assert_eq!(gone(all.clone(), &Policy::default()), [""; 0]);
        all[1].is_proven = true;
        assert_eq!(gone(all, &Policy::default()), ["day 40"]);
    }

    #[test]
    fn pins_weeks_and_months_keep_theirs() {
        let days: Vec<i64> = (0..100).collect();
        let mut all = daily(&days);
        all[99].is_pinned = true;
        let policy = Policy { weekly: 4, monthly: 3, ..Policy::default() };
        let kept = judge(all, &policy, NOW.parse().expect("a time"));
        let kept: Vec<String> =
            kept.into_iter().filter(|(_, why)| !why.is_empty()).map(|(it, _)| it.label).collect();
        // 22 November 2026 is a Sunday: weeks end on days 0, 7, 14 and 21.
        let expected = [
            "day 0", "day 1", "day 2", "day 3", "day 4", "day 5", "day 6", "day 7", "day 8",
            "day 14", "day 21", "day 22", "day 53", "day 99",
        ];
        assert_eq!(kept, expected);
    }

    #[test]
    fn of_many_in_a_day_the_newest_of_each_day_stays() {
        let mut hourly = daily(&[0, 1, 2, 3]);
        let earlier = |it: &Candidate| Candidate {
            label: format!("{}, earlier", it.label),
            time: it.time.checked_sub(1.hours()).expect("a time"),
            ..it.clone()
        };
        hourly.extend(hourly.clone().iter().map(earlier));
        let policy = Policy { days: 0, daily: 3, minimum: 1, ..Policy::default() };
        // One of today is the newest before the window, which begins now.
        let expected = ["day 1, earlier", "day 2, earlier", "day 3", "day 3, earlier"];
        assert_eq!(gone(hourly, &policy), expected);
    }

    #[test]
    fn a_clock_that_went_back_deletes_nothing() {
        let now = "2020-01-01T00:00:00Z".parse().expect("a time");
        let judged = judge(daily(&[0, 1, 2, 50]), &Policy::default(), now);
        assert!(judged.iter().all(|(_, why)| !why.is_empty()));
    }
}

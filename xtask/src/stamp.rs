//! Moments in names: when a change was made, so that names sort as the
//! changes came.
//!
//! Must never: trust the clock alone. One that went back would make the last
//! change an older one than those before.

use jiff::{Timestamp, ToSpan};

/// As digits: `20261122092258123`.
const DIGITS: usize = 17;

/// `2026-11-22T09:22:58Z`.
pub fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `20261122T092258.123Z`, for names: two runs may end within one second.
pub fn stamp() -> String {
    spelled(Timestamp::now())
}

fn spelled(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%S%.3fZ").to_string()
}

/// Now, and behind every moment that is known. True when the clock is not.
pub fn after<'a>(known: impl Iterator<Item = &'a str>) -> (String, bool) {
    following(Timestamp::now(), known)
}

fn following<'a>(now: Timestamp, known: impl Iterator<Item = &'a str>) -> (String, bool) {
    let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let newest = known.filter_map(parse).max().filter(|newest| *newest >= now);
    let next = newest.and_then(|it| it.checked_add(1.millisecond()).ok());
    (spelled(next.unwrap_or(now)), next.is_some())
}

/// A moment in whatever spelling; None for what is none.
fn parse(text: &str) -> Option<Timestamp> {
    let digits = digits(text);
    let (seconds, fraction) = digits.split_at_checked(DIGITS - 3)?;
    // In a row digits tell no year from a month.
    let (date, time) = seconds.split_at_checked(8)?;
    Timestamp::strptime("%Y%m%dT%H%M%S%.f%z", format!("{date}T{time}.{fraction}+0000")).ok()
}

/// What two spellings of one moment have in common.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(DIGITS).collect()
}

/// As it stands in the name of a database: `20261122t092258123z`.
pub fn in_name(stamp: &str) -> String {
    stamp.to_lowercase().replace('.', "")
}

/// The moment that stands at the end of a name.
pub fn at_end(name: &str) -> Option<Timestamp> {
    name.rsplit('_').next().and_then(parse)
}

/// `2026-11-22 09:22:58`, of a moment in whatever spelling.
pub fn shown(text: &str) -> String {
    let digits = digits(text);
    match (digits.get(..4), digits.get(4..6), digits.get(6..8), digits.get(8..14)) {
        (Some(year), Some(month), Some(day), Some(rest)) => {
            format!("{year}-{month}-{day} {}:{}:{}", &rest[..2], &rest[2..4], &rest[4..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    //! The order of names is the order of changes.

    use super::*;

    #[test]
    fn what_comes_next_is_behind_what_is_known() {
        let now: Timestamp = "2026-11-22T09:22:58.123456Z".parse().expect("a time");
        let next = |known: &[&str]| following(now, known.iter().copied());
        let told = |text: &str, is_behind| (text.to_owned(), is_behind);
        assert_eq!(next(&[]), told("20261122T092258.123Z", false));
        assert_eq!(next(&["20261122t092258122z", "nothing"]), told("20261122T092258.123Z", false));
        assert_eq!(next(&["20261122t092258123z"]), told("20261122T092258.124Z", true));
        // An hour from now, by a clock that was ahead.
        let ahead = ["20261122T102259.999Z", "20251231T000000.000Z"];
        assert_eq!(next(&ahead), told("20261122T102300.000Z", true));
        // Behind the last of all moments there is none.
        assert_eq!(next(&["99991231T235959.999Z"]).0, "20261122T092258.123Z");
    }

    #[test]
    fn spellings_of_one_moment_are_the_same() {
        let stamp = "20261122T092258.123Z";
        assert_eq!(in_name(stamp), "20261122t092258123z");
        assert_eq!(digits(stamp), digits(&in_name(stamp)));
        let time = at_end("osint__before_20261122t092258123z").map(spelled);
        assert_eq!(time.as_deref(), Some(stamp));
        assert_eq!(shown(&in_name(stamp)), "2026-11-22 09:22:58");
    }
}

//! Times as people type them: `26h`, `14d`.
//!
//! Must never: read a clock.

use crate::outcome::Fault;

/// `12 min`, `9 h` or `9 days`: how long something took to be as old as it is.
pub fn shown(seconds: i64) -> String {
    // A clock went back.
    let seconds = seconds.max(0);
    match seconds / 3600 {
        0 => format!("{} min", seconds / 60),
        hours if hours < 48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    }
}

/// Hours; `what` it is names who reads the fault: `an age`.
pub fn hours(what: &str, text: &str) -> Result<i64, Fault> {
    let wrong = || Fault::usage(format!("{what} is like 26h or 7d, not `{text}`"));
    let (number, factor) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 24),
        (None, None) => return Err(wrong()),
    };
    let number: i64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|hours| (0..1_000_000).contains(hours)).ok_or_else(wrong)
}

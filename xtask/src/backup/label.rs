//! The name of a backup: when it was begun, and four hex digits.
//!
//! Must never: take a file's time for a backup's. Copies change that.

use std::fmt;

use anyhow::Result;
use jiff::Timestamp;

use crate::init_file::hex;
use crate::outcome::Fault;

const FORMAT: &str = "%Y%m%dT%H%M%S%.3fZ";
const READ: &str = "%Y%m%dT%H%M%S%.fZ%z";

/// `20261122T092258.123Z-1f0c`. Labels sort as their times do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    text: String,
    pub time: Timestamp,
}

impl Label {
    pub fn new(time: Timestamp) -> Result<Label> {
        // As its text has it: read again, it is the same label.
        let time = Timestamp::from_millisecond(time.as_millisecond())?;
        let mut random = [0_u8; 2];
        getrandom::fill(&mut random)
            .map_err(|error| Fault::failed(format!("no random numbers to be had: {error}")))?;
        let text = format!("{}-{}", time.strftime(FORMAT), hex(&random));
        Ok(Label { text, time })
    }

    /// Whether a word names this one, whole or by its beginning.
    pub fn begins_with(&self, word: &str) -> bool {
        self.text.starts_with(word)
    }

    /// None for any name that this program does not give.
    pub fn parse(text: &str) -> Option<Label> {
        let (time, random) = text.split_once('-')?;
        let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if random.len() != 4 || !random.chars().all(is_hex) || time.len() != 20 {
            return None;
        }
        let time = Timestamp::strptime(READ, format!("{time}+0000")).ok()?;
        let label = Label { text: text.to_owned(), time };
        // Nothing else is spelled so.
        (label.time.strftime(FORMAT).to_string() == text[..20]).then_some(label)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    //! Labels are read back, and strangers are not taken for them.

    use super::*;

    #[test]
    fn a_label_is_read_back_as_itself() {
        let label =
            Label::new("2026-11-22T09:22:58.123987Z".parse().expect("a time")).expect("made");
        assert!(label.to_string().starts_with("20261122T092258.123Z-"), "{label}");
        assert_eq!(Label::parse(&label.to_string()), Some(label));
    }

    #[test]
    fn a_name_of_somebody_else_is_no_label() {
        for name in [
            "20261122T092258.123Z-1f0c.partial",
            "20261122T092258.123Z",
            "20261322T092258.123Z-1f0c",
            "20261122T092258.123Z-1F0C",
            "backup-20261122",
            "",
        ] {
            assert_eq!(Label::parse(name), None, "{name}");
        }
    }
}

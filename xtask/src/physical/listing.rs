//! What `pgbackrest info` knows: backups, the clusters they are of, the archive.
//!
//! Must never: list a backup in which pgBackRest found errors as a good one.

use anyhow::Result;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::backup::create::shown;
use crate::target::local::archiving::STANZA;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Full,
    Diff,
    Incr,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Full => "full",
            Kind::Diff => "diff",
            Kind::Incr => "incr",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Physical {
    pub label: String,
    pub kind: Kind,
    pub started: Timestamp,
    pub stopped: Timestamp,
    /// Its first and last segment.
    pub wal: (String, String),
    /// Where it ends in the write-ahead log.
    pub end: u64,
    pub cluster_bytes: u64,
    /// What it alone takes in the repository.
    pub stored_bytes: u64,
    pub system_identifier: u64,
    pub has_errors: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Newest first.
    pub backups: Vec<Physical>,
    /// The cluster that the stanza is of now.
    pub system_identifier: Option<u64>,
    /// First and last archived segment of that cluster.
    pub archive: Option<(String, String)>,
}

impl Physical {
    pub fn timeline(&self) -> u32 {
        u32::from_str_radix(self.wal.0.get(..8).unwrap_or("1"), 16).unwrap_or(1)
    }

    pub fn line(&self, now: Option<u64>) -> String {
        let other = match now {
            Some(now) if now != self.system_identifier => ", of another cluster",
            Some(_) | None => "",
        };
        let errors = if self.has_errors { ", with damaged pages" } else { "" };
        format!(
            "{:<25} {:>10}  pgbackrest {}, {} from {}, WAL {} to {}{other}{errors}",
            self.label,
            shown(self.stored_bytes),
            self.kind.name(),
            shown(self.cluster_bytes),
            moment(self.stopped),
            self.wal.0,
            self.wal.1,
        )
    }

    pub fn document(&self) -> Value {
        json!({
            "label": self.label,
            "type": self.kind.name(),
            "started": self.started,
            "stopped": self.stopped,
            "bytes": self.stored_bytes,
            "cluster_bytes": self.cluster_bytes,
            "wal_start": self.wal.0,
            "wal_stop": self.wal.1,
            "system_identifier": self.system_identifier.to_string(),
            "damaged": self.has_errors,
        })
    }
}

/// `2026-11-30 12:00:00+00`, as the server and `--to-time` take it.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%.f+00").to_string()
}

impl Listing {
    /// Those of a cluster in which nothing is damaged, the newest first.
    pub fn good_of(&self, system: Option<u64>) -> impl Iterator<Item = &Physical> {
        let is_ours = move |it: &&Physical| Some(it.system_identifier) == system;
        self.backups.iter().filter(is_ours).filter(|it| !it.has_errors)
    }

    /// The answer of `info --output=json`.
    pub fn parse(text: &str) -> Result<Listing> {
        let stanzas: Vec<Stanza> = serde_json::from_str(text)?;
        let Some(stanza) = stanzas.into_iter().find(|it| it.name == STANZA) else {
            return Ok(Listing::default());
        };
        let newest = stanza.db.iter().max_by_key(|it| it.id);
        let archive = stanza
            .archive
            .iter()
            .filter(|it| newest.is_some_and(|newest| newest.id == it.database.id))
            .find_map(|it| Some((it.min.clone()?, it.max.clone()?)));
        let mut backups = Vec::new();
        for it in stanza.backup {
            let system = stanza.db.iter().find(|db| db.id == it.database.id);
            let (Some(first), Some(last)) = (it.archive.start, it.archive.stop) else { continue };
            backups.push(Physical {
                label: it.label,
                kind: it.kind,
                started: Timestamp::from_second(it.timestamp.start)?,
                stopped: Timestamp::from_second(it.timestamp.stop)?,
                wal: (first, last),
                end: it.lsn.and_then(|it| position(&it.stop?)).unwrap_or(0),
                cluster_bytes: it.info.size,
                stored_bytes: it.info.repository.delta,
                system_identifier: system.map_or(0, |it| it.system_identifier),
                has_errors: it.error.unwrap_or(false),
            });
        }
        backups.sort_by(|a, b| b.label.cmp(&a.label));
        let system_identifier = newest.map(|it| it.system_identifier);
        Ok(Listing { backups, system_identifier, archive })
    }
}

/// `0/3000050`, as a number.
pub fn position(text: &str) -> Option<u64> {
    let (high, low) = text.split_once('/')?;
    let (high, low) = (u64::from_str_radix(high, 16).ok()?, u64::from_str_radix(low, 16).ok()?);
    Some(high << 32 | low)
}

#[derive(Deserialize)]
struct Stanza {
    name: String,
    #[serde(default)]
    archive: Vec<Archive>,
    #[serde(default)]
    backup: Vec<Backup>,
    #[serde(default)]
    db: Vec<Database>,
}

#[derive(Deserialize)]
struct Archive {
    database: Number,
    min: Option<String>,
    max: Option<String>,
}

#[derive(Deserialize)]
struct Number {
    id: u32,
}

#[derive(Deserialize)]
struct Database {
    id: u32,
    #[serde(rename = "system-id")]
    system_identifier: u64,
}

#[derive(Deserialize)]
struct Backup {
    archive: Segments,
    database: Number,
    error: Option<bool>,
    info: Info,
    label: String,
    lsn: Option<Positions>,
    timestamp: Times,
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Deserialize)]
struct Segments {
    start: Option<String>,
    stop: Option<String>,
}

#[derive(Deserialize)]
struct Info {
    size: u64,
    repository: Stored,
}

#[derive(Deserialize)]
struct Stored {
    delta: u64,
}

#[derive(Deserialize)]
struct Positions {
    stop: Option<String>,
}

#[derive(Deserialize)]
struct Times {
    start: i64,
    stop: i64,
}

#[cfg(test)]
mod tests {
    //! An answer of pgBackRest 2.45, and one before there is anything.

    use super::*;

    #[test]
    fn an_answer_is_read() {
        let listing = Listing::parse(include_str!("listing/info.json")).expect("is one");
        assert_eq!(listing.system_identifier, Some(7_713_994_257_303_455_229));
        let [backup] = listing.backups.as_slice() else { panic!("{listing:?}") };
        assert_eq!((backup.kind, backup.timeline(), backup.end), (Kind::Full, 1, 0x0300_0050));
        assert_eq!(moment(backup.stopped), "2026-11-30 15:57:33+00");
        assert_eq!(
            listing.archive.as_ref().map(|it| it.1.as_str()),
            Some("000000010000000000000003")
        );
    }

    #[test]
    fn a_stanza_that_is_not_there_has_nothing() {
        let text = r#"[{"archive":[],"backup":[],"db":[],"name":"main","status":{"code":1}}]"#;
        let listing = Listing::parse(text).expect("is one");
        assert!(listing.backups.is_empty() && listing.system_identifier.is_none());
    }
}

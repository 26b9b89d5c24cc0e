//! Whether the archive keeps up with what is written, in words.
//!
//! Must never: call an archive fine whose last try failed.

use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use pg_live::archiver::{Archiver, archiver, end_segment};
use pg_live::{Address, Session};
use serde_json::{Value, json};

use crate::context::Ctx;
use crate::target::local::archiving::Archiving;
use crate::target::local::{Local, Slot};
use crate::verify::size;

/// A segment that the archive takes is there long before.
const ARRIVAL: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub struct Lag {
    pub story: String,
    /// The one command or deed that helps; None when all is well.
    pub wrong: Option<&'static str>,
    /// What was acknowledged is not archived.
    pub is_failing: bool,
    pub data: Value,
}

/// None where nobody ever wanted an archive.
pub fn lag(ctx: &Ctx, local: &Local, address: &Address) -> Result<Option<Lag>> {
    if !local.has_archived() {
        return Ok(None);
    }
    if local.archiving(Slot::Live) != Archiving::On {
        return Ok(Some(Lag {
            story: "off: this is another cluster than the one that was archived".to_owned(),
            wrong: Some("cargo xtask backup --engine pgbackrest"),
            is_failing: true,
            data: json!({ "on": false }),
        }));
    }
    let address = address.with_database("postgres");
    let found = ctx.wait(async { archiver(&Session::connect(&address, "status").await?).await })?;
    Ok(Some(told(&found)))
}

fn told(it: &Archiver) -> Lag {
    let now = Timestamp::now().as_millisecond() as f64 / 1000.0;
    let ago = |at: f64| age(now - at);
    let last = match (&it.last_archived, it.last_archived_at) {
        (Some(name), Some(at)) => format!("{name} archived {} ago", ago(at)),
        _ => "nothing archived since the statistics began".to_owned(),
    };
    let waiting = match it.waiting {
        0 => "none waits".to_owned(),
        count => {
            let oldest = it.oldest_waits_seconds.map(|it| format!(", the oldest for {}", age(it)));
            format!("{count} wait{}", oldest.unwrap_or_default())
        }
    };
    let (story, wrong) = if !it.is_on {
        let story = "off until the server is started again".to_owned();
        (story, Some("cargo xtask backup --engine pgbackrest"))
    } else if it.is_failing() {
        let failed = it.last_failed.as_deref().unwrap_or("a segment");
        let at = it.last_failed_at.map(ago).unwrap_or_default();
        let story = format!(
            "FAILING: {failed} was refused {at} ago, {} times in all; {waiting}; {last}; the server keeps {} of WAL until it works",
            it.failed_count,
            size(it.wal_bytes)
        );
        (story, Some("cargo xtask backup check --engine pgbackrest"))
    } else if it.is_behind() {
        let story =
            format!("behind: {waiting}; {last}; the server keeps {} of WAL", size(it.wal_bytes));
        (story, Some("cargo xtask backup check --engine pgbackrest"))
    } else {
        (format!("{last}; {waiting}"), None)
    };
    let data = json!({ "on": it.is_on, "failing": it.is_failing(), "archiver": it });
    Lag { story, wrong, is_failing: !it.is_on || it.is_failing(), data }
}

fn age(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

/// An archive into which nothing comes: the last file it took, and when.
#[derive(Debug)]
pub struct Stalled {
    pub last: Option<String>,
    pub at: Option<Timestamp>,
}

/// Ends the segment and waits until it is archived: its name. One that is only
/// behind is waited for as long as something comes into it.
pub fn archive_now(ctx: &Ctx, address: &Address) -> Result<Result<String, Stalled>> {
    let address = address.with_database("postgres");
    let (segment, began) =
        ctx.wait(async { end_segment(&Session::connect(&address, "restore").await?).await })?;
    let (mut moved, mut last) = (Instant::now(), None);
    loop {
        let found =
            ctx.wait(async { archiver(&Session::connect(&address, "restore").await?).await })?;
        // Names of other files than segments are longer, or have a point.
        let archived = found.last_archived.as_deref().and_then(|it| it.get(..24));
        if archived.is_some_and(|it| it >= segment.as_str()) {
            return Ok(Ok(segment));
        }
        let has_failed = found.is_failing() && found.last_failed_at.is_some_and(|at| at > began);
        if found.last_archived != last {
            (moved, last) = (Instant::now(), found.last_archived.clone());
        }
        if has_failed || !found.is_on || moved.elapsed() > ARRIVAL {
            let at = found.last_archived_at.map(|at| Timestamp::from_second(at.ceil() as i64));
            return Ok(Err(Stalled { last: found.last_archived, at: at.and_then(Result::ok) }));
        }
        ctx.interrupt.check()?;
        std::thread::sleep(PAUSE);
    }
}

//! The card of a restore: what would be served, and which rows that are served
//! now would not be.
//!
//! Must never: call a table unchanged that was only counted.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use jiff::Timestamp;
use pg_live::content::{self, Content};
use pg_live::facts::exact_facts;
use pg_live::{Address, Session};

use super::create::shown;
use super::source::{Held, Source};
use crate::context::Ctx;
use crate::span;
use crate::ways::loss;

/// How the rows that are served are held against those of then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Every row is read.
    Hash,
    /// Faster: for who has agreed already.
    Count,
}

pub struct Card {
    pub text: String,
    /// Rows that are served now would not be; or nobody can tell.
    pub loses: bool,
}

/// A served database that cannot be read is a reason to restore, and none to
/// refuse it.
pub fn card(ctx: &Ctx, live: &Address, source: &Source, by: By) -> Result<Card> {
    let progress = ctx.term.progress("read what is served");
    let like = source.backup().map(|it| &it.manifest.content);
    let found = ctx.wait(served(live, like, by));
    drop(progress);
    let mut card = match found {
        Ok(now) => differences(ctx, &now, source, by),
        Err(error) => {
            ctx.interrupt.check()?;
            ctx.term.warn(&format!(
                "the rows of `{}` cannot be counted, and what is newer there is not told: {}",
                live.database,
                anyhow::Error::from(error)
            ));
            Card { text: String::new(), loses: true }
        }
    };
    card.text.insert_str(0, &about(source));
    Ok(card)
}

/// What it is, in two lines.
fn about(source: &Source) -> String {
    match source {
        Source::Backup(it) => {
            let (label, manifest) = (&it.label, &it.manifest);
            let age = span::shown(Timestamp::now().as_second() - label.time.as_second());
            let code = match &manifest.git {
                Some(git) if git.dirty => format!("the code of {:.10}, with changes", git.commit),
                Some(git) => format!("the code of {:.10}", git.commit),
                None => "code outside git".to_owned(),
            };
            format!(
                "{label}: {}, {age} old, {}, {} rows in {} tables\n  \
                 of `{}` on PostgreSQL {}, beside {code}\n",
                it.level().name(),
                shown(manifest.bytes()),
                manifest.content.rows(),
                manifest.content.tables.len(),
                manifest.database,
                manifest.origin.server_version,
            )
        }
        Source::Plain(it) => {
            let rows: i64 = it.tables.iter().map(|it| it.rows).sum();
            let path = it.path.display();
            format!("{path}: plain SQL, {rows} rows in {} tables\n", it.tables.len())
        }
    }
}

async fn served(
    live: &Address,
    like: Option<&Content>,
    by: By,
) -> pg_live::Result<BTreeMap<String, Held>> {
    let session = Session::connect(live, "restore").await?;
    if by == By::Count {
        let found = exact_facts(&session).await?.tables.into_iter();
        let held = |rows| Held { rows, hash: String::new() };
        return Ok(found
            .map(|it| (format!("{}.{}", it.namespace, it.name), held(it.rows)))
            .collect());
    }
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let none = Content::default();
    let found = content::content_like(&[session], like.unwrap_or(&none), &[]).await?;
    let found = found.tables.into_iter();
    let held = |rows, hash| Held { rows, hash };
    Ok(found.map(|it| (format!("{}.{}", it.namespace, it.name), held(it.rows, it.hash))).collect())
}

/// Table by table.
fn differences(ctx: &Ctx, now: &BTreeMap<String, Held>, source: &Source, by: By) -> Card {
    let (mut text, mut same, mut counted, mut loses) = (String::new(), 0, 0, false);
    // What the platform fills again by itself is nobody's loss.
    let is_remade = |table: &String| ctx.config.metadata.remade.contains(table);
    let mut then = source.tables();
    then.sort_by(|a, b| a.0.cmp(&b.0));
    for (table, was) in &then {
        let none = Held::default();
        let is = now.get(table).unwrap_or(&none);
        let is_read = !is.hash.is_empty() && !was.hash.is_empty() || is.rows == 0;
        if is.rows != was.rows {
            let _ = writeln!(text, "  {table:<40} {:>12} now, {:>12} then", is.rows, was.rows);
        } else if is_read && is.rows > 0 && is.hash != was.hash {
            let _ = writeln!(text, "  {table:<40} {:>12} now and then, other rows", is.rows);
        } else {
            same += 1;
            counted += usize::from(!is_read);
            continue;
        }
        loses |= is.rows > 0 && !is_remade(table);
    }
    let is_new = |table: &&String| then.iter().all(|(was, _)| was != *table);
    for (table, is) in now.iter().filter(|(table, is)| is_new(table) && is.rows > 0) {
        let _ = writeln!(text, "  {table:<40} {:>12} now, not there then", is.rows);
        loses |= !is_remade(table);
    }
    let _ = match counted {
        0 => writeln!(text, "  {same} tables have the rows of then"),
        _ => writeln!(text, "  {same} tables have as many rows as then"),
    };
    if counted > 0 && by == By::Hash {
        let _ = writeln!(text, "  {}", loss::sealed(source.backup().map(|it| &it.manifest)));
        loses = true;
    }
    Card { text, loses }
}

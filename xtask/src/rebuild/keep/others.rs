//! What lies beside the tables of init.sql: large objects, and rows of users in
//! tables of extensions. They are copied from the snapshot that the rows are
//! copied from, and compared at the end, when nobody can change them: the fence
//! does not hold the bytes of large objects, and replication brings neither.
//!
//! Must never: let a swap come that would set aside one of them as it is now.

use std::cell::Cell;

use anyhow::{Context, Result};
use pg_diff::catalog::{Id, Kind};
use pg_live::behind::Behind;
use pg_live::extension_rows::{self, Table};
use pg_live::large_objects::{self, PAGES};
use pg_live::numbers::Counter;
use pg_live::stream::{self, Sum};
use pg_live::{Session, facts};

use super::Keeping;
use super::choose::Chosen;
use super::copy::{Prepared, hand_count};
use super::rows::{Hand, beating, pieces};
use crate::outcome::Fault;
use crate::steps::{Steps, told};
use crate::term::Progress;
use crate::verify::{counted, size};

/// What was sent, as it was in the snapshot.
pub struct Others {
    objects: i64,
    bytes: Sum,
    descriptions: Sum,
    tables: Vec<(Table, Sum)>,
}

/// One of them, at its three places: in the snapshot, in the new database, and
/// in the live one at the end.
struct Compared {
    what: String,
    sent: Sum,
    arrived: Sum,
    now: Sum,
}

impl Keeping<'_> {
    /// Those that could not be copied, and why.
    pub(super) fn why_others_stay(&self, chosen: &Chosen<'_>) -> Result<Vec<String>> {
        let (is_superuser, objects, (tables, hidden), counters) = self.ctx.wait(async {
            let session = Session::connect(self.live, "db-rebuild").await?;
            let is_superuser = facts::is_superuser(&session).await?;
            let objects = large_objects::count(&session).await?;
            let tables = with_rows(&session).await?;
            let counters = extension_rows::sequences(&session).await?;
            pg_live::Result::Ok((is_superuser, objects, tables, counters))
        })?;
        let mut why = Vec::new();
        if objects > 0 && !is_superuser {
            let count = counted(usize::try_from(objects).unwrap_or(0), "large object");
            why.push(format!("{count} would stay behind: a superuser alone copies them"));
        }
        let used = counters.iter().filter(|it| it.is_used == Some(true));
        let of_tables = tables.iter().map(|it| (&it.extension, &it.table));
        for (extension, name) in of_tables.chain(used.map(|it| (&it.extension, &it.counter.new))) {
            let rows = format!("extension {extension} keeps rows of yours in {name}");
            if !is_superuser {
                why.push(format!("{rows}, and a superuser alone copies them"));
            } else if !is_the_same(chosen, extension) {
                why.push(format!("{rows}, and is not the same extension in init.sql"));
            }
        }
        why.extend(hidden.iter().map(|it| hides(&it.extension, &it.table)));
        let unseen = counters.iter().filter(|it| it.is_used.is_none());
        why.extend(unseen.map(|it| hides(&it.extension, &it.counter.new)));
        for it in tables.iter().filter(|it| it.has_numbers) {
            let (extension, table) = (&it.extension, &it.table);
            why.push(format!(
                "extension {extension} keeps rows of yours in {table}, with oids, which are others in a new database"
            ));
        }
        Ok(why)
    }

    /// Another server: its roles are others, and its pages may be.
    pub(super) fn why_others_do_not_follow(&self) -> Result<Vec<String>> {
        let (objects, (tables, hidden)) = self.ctx.wait(async {
            let session = Session::connect(self.live, "db-rebuild").await?;
            let objects = large_objects::count(&session).await?;
            pg_live::Result::Ok((objects, with_rows(&session).await?))
        })?;
        let mut why = Vec::new();
        if objects > 0 {
            let count = counted(usize::try_from(objects).unwrap_or(0), "large object");
            why.push(format!("{count} would stay behind: replication does not bring them"));
        }
        if !tables.is_empty() {
            let names: Vec<String> = tables.into_iter().map(|it| it.table).collect();
            why.push(format!("extensions keep rows of yours in {}", names.join(", ")));
        }
        why.extend(hidden.iter().map(|it| hides(&it.extension, &it.table)));
        Ok(why)
    }

    /// Behind the last fence: what refuses a move at its begin has not come since.
    pub(super) fn require_none_stay(&self) -> Result<()> {
        require_none(&self.why_others_do_not_follow()?)
    }

    /// Of extensions, which go on where they stand.
    pub(super) fn counters_of_extensions(&self, chosen: &Chosen<'_>) -> Result<Vec<Counter>> {
        let all = self.ctx.wait(async {
            let session = Session::connect(self.live, "copy").await?;
            match facts::is_superuser(&session).await? {
                true => extension_rows::sequences(&session).await,
                false => Ok(Vec::new()),
            }
        })?;
        let same = all.into_iter().filter(|it| is_the_same(chosen, &it.extension));
        Ok(same.map(|it| it.counter).collect())
    }

    /// Behind the snapshot of the hands.
    pub(super) fn send_others(
        &self,
        steps: &mut Steps<'_>,
        chosen: &Chosen<'_>,
        hands: &[Hand],
    ) -> Result<Others> {
        let ctx = self.ctx;
        let Some(hand) = hands.first() else {
            return Err(Fault::failed("nobody is there to copy").into());
        };
        let (objects, is_superuser, tables) = ctx.wait(async {
            let objects = large_objects::count(&hand.read).await?;
            let is_superuser = facts::is_superuser(&hand.read).await?;
            let mut tables = Vec::new();
            if is_superuser {
                tables = extension_rows::tables(&hand.read).await?;
            }
            pg_live::Result::Ok((objects, is_superuser, tables))
        })?;
        if objects > 0 && !is_superuser {
            return Err(changed("large objects"));
        }
        let tables: Vec<Table> = tables
            .into_iter()
            .filter(|it| is_the_same(chosen, &it.extension) && !it.has_numbers)
            .collect();
        let (bytes, descriptions) = match objects {
            0 => (Sum::default(), Sum::default()),
            _ => steps.long_step("large objects", |_, progress| {
                ctx.term.equivalent(
                    "sql>",
                    "SELECT lo_create(<each>); -- with owner, rights and comment",
                );
                ctx.term.equivalent("sql>", &large_objects::bytes("").writing());
                let (bytes, descriptions, sent) = ctx.wait(send_objects(hands, hand, progress))?;
                let sent = size(i64::try_from(sent).unwrap_or(i64::MAX));
                let count = counted(usize::try_from(objects).unwrap_or(0), "large object");
                Ok(told((bytes, descriptions), format!("{count}, {sent}")))
            })?,
        };
        let tables = match tables.len() {
            0 => Vec::new(),
            count => steps.step("extensions", |_| {
                for it in &tables {
                    ctx.term.equivalent(
                        "sql>",
                        &format!("{}; {}", it.clearing(), it.stream().writing()),
                    );
                }
                let sent = ctx.wait(send_rows(hand, tables))?;
                let rows: i64 = sent.iter().map(|(_, sum)| sum.rows).sum();
                let detail = format!("{rows} rows in {} of extensions", counted(count, "table"));
                Ok(told(sent, detail))
            })?,
        };
        Ok(Others { objects, bytes, descriptions, tables })
    }

    /// In both databases, as they are behind the last fence.
    pub(super) fn require_others(
        &self,
        steps: &mut Steps<'_>,
        (chosen, prepared, others): (&Chosen<'_>, &Prepared, &Others),
        behind: &Behind,
    ) -> Result<()> {
        let ctx = self.ctx;
        require_none(&self.why_others_stay(chosen)?)?;
        let both = (self.live, &prepared.new);
        let (hands, objects) = ctx.wait(async {
            let hands = Hand::of_now(hand_count(), both).await?;
            let objects = match hands.first() {
                Some(hand) => large_objects::count(&hand.read).await?,
                None => 0,
            };
            pg_live::Result::Ok((hands, objects))
        })?;
        if objects != others.objects {
            return Err(changed("large objects"));
        }
        if objects == 0 && others.tables.is_empty() {
            return Ok(());
        }
        steps.long_step("compare others", |_, progress| {
            let compared = ctx.wait(compare(&hands, others, behind, progress));
            let all = compared.map_err(anyhow::Error::from).context(
                "comparing large objects and rows of extensions, once nobody writes them",
            )?;
            for it in &all {
                if it.sent != it.arrived {
                    let what = format!("{} were not copied as they were", it.what);
                    return Err(Fault::failed(what)
                        .hint("this was beside what is served, which is as it was")
                        .into());
                }
                if it.arrived != it.now {
                    return Err(changed(&it.what));
                }
            }
            let count = counted(usize::try_from(objects).unwrap_or(0), "large object");
            let tables = counted(others.tables.len(), "table");
            Ok(told((), format!("{count} and {tables} of extensions are the same")))
        })
    }
}

/// Those with rows, and those that this role may not look into.
async fn with_rows(session: &Session) -> pg_live::Result<(Vec<Table>, Vec<Table>)> {
    let (mut found, mut hidden) = (Vec::new(), Vec::new());
    for it in extension_rows::tables(session).await? {
        match it.has_rows(session).await? {
            Some(true) => found.push(it),
            Some(false) => {}
            None => hidden.push(it),
        }
    }
    Ok((found, hidden))
}

fn hides(extension: &str, name: &str) -> String {
    format!("extension {extension} may keep rows of yours in {name}, which this role may not read")
}

/// The name, the version and the namespace.
fn is_the_same(chosen: &Chosen<'_>, extension: &str) -> bool {
    let found = &chosen.work.found;
    let id = Id::global(Kind::Extension, extension);
    let before = found.from.catalog.body(&id);
    before.is_some() && before == found.to.catalog.body(&id)
}

fn require_none(why: &[String]) -> Result<()> {
    if why.is_empty() {
        return Ok(());
    }
    let what = format!("this came while the database was being copied: {}", why.join("; "));
    let hint = "nothing was changed; run the same command again: it says what helps";
    Err(Fault::unavailable(what).hint(hint).into())
}

fn changed(what: &str) -> anyhow::Error {
    let what = format!("{what} were changed while the database was being copied");
    Fault::unavailable(what)
        .hint("nothing was changed; run it again when they stay as they are, or keep them with the files: `cargo xtask db-rebuild --keep-data --way clone`")
        .into()
}

/// The bytes and what is said of them, and how much went.
async fn send_objects(
    hands: &[Hand],
    hand: &Hand,
    progress: &Progress,
) -> pg_live::Result<(Sum, Sum, u64)> {
    large_objects::make((&hand.read, &hand.write)).await?;
    let descriptions = large_objects::descriptions(&hand.read).await?;
    let extents = stream::extents(&hand.read, &[PAGES.to_owned()]).await?;
    let (sent, bytes) = (Cell::new(Sum::default()), Cell::new(0_u64));
    let sending = stream::each(hands, pieces(&extents), async |hand: &Hand, piece| {
        let stream = large_objects::bytes(&piece.condition("o"));
        let mut all = stream::send((&hand.read, &hand.write), &stream, &bytes).await?;
        all.add(sent.get());
        sent.set(all);
        Ok(())
    });
    beating(sending, || {
        progress.tell(&size(i64::try_from(bytes.get()).unwrap_or(i64::MAX)));
    })
    .await?;
    Ok((sent.get(), descriptions, bytes.get()))
}

/// Keys and triggers of the extensions stay out of it: the rows held for them
/// where they come from.
async fn send_rows(hand: &Hand, tables: Vec<Table>) -> pg_live::Result<Vec<(Table, Sum)>> {
    let Hand { read, write } = hand;
    read.execute("SET search_path = ''").await?;
    write
        .execute("BEGIN; SET LOCAL search_path = ''; SET LOCAL session_replication_role = replica")
        .await?;
    for it in &tables {
        write.execute(&it.clearing()).await?;
    }
    let (mut sent, bytes) = (Vec::new(), Cell::new(0));
    for it in tables {
        let sum = stream::send((read, write), &it.stream(), &bytes).await?;
        sent.push((it, sum));
    }
    write.execute("COMMIT").await?;
    Ok(sent)
}

async fn compare(
    hands: &[Hand],
    others: &Others,
    behind: &Behind,
    progress: &Progress,
) -> pg_live::Result<Vec<Compared>> {
    let Some(hand) = hands.first() else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (table, sent) in &others.tables {
        let what = format!("rows of {} ({})", table.table, table.extension);
        let arrived = stream::sum(&hand.write, &table.stream()).await?;
        let now = stream::sum(&hand.read, &table.stream()).await?;
        all.push(Compared { what, sent: *sent, arrived, now });
    }
    if others.objects > 0 {
        let there = large_objects::descriptions(&hand.write).await?;
        let arrived = bytes_of(hands, |it| &it.write, progress).await?;
        behind.hold_large_objects().await?;
        let what = "large objects".to_owned();
        let now = bytes_of(hands, |it| &it.read, progress).await?;
        all.push(Compared { what, sent: others.bytes, arrived, now });
        let what = "owners, rights or comments of large objects".to_owned();
        let now = large_objects::descriptions(&hand.read).await?;
        all.push(Compared { what, sent: others.descriptions, arrived: there, now });
    }
    Ok(all)
}

/// Of all large objects, at one end of the hands.
async fn bytes_of(
    hands: &[Hand],
    end: impl Fn(&Hand) -> &Session,
    progress: &Progress,
) -> pg_live::Result<Sum> {
    let Some(first) = hands.first() else { return Ok(Sum::default()) };
    let extents = stream::extents(end(first), &[PAGES.to_owned()]).await?;
    let (sum, end) = (Cell::new(Sum::default()), &end);
    let reading = stream::each(hands, pieces(&extents), async |hand: &Hand, piece| {
        let stream = large_objects::bytes(&piece.condition("o"));
        let mut all = stream::sum(end(hand), &stream).await?;
        all.add(sum.get());
        sum.set(all);
        Ok(())
    });
    beating(reading, || progress.tell(&format!("{} pages of large objects", sum.get().rows)))
        .await?;
    Ok(sum.get())
}

//! The rows: cut into pieces of some pages, sent by several hands at once, and
//! compared on both sides.
//!
//! Must never: compare what was read at two moments, or call equal what was
//! only counted where it could be hashed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;
use std::time::Duration;

use pg_diff::catalog::Id;
use pg_live::stream::{self, Extent, Sum};
use pg_live::{Address, Result, Session};

use super::matching::{Move, place};
use super::shape::Build;
use crate::term::Progress;
use crate::verify::size;

/// 16 MB: small enough that no hand waits long for the last one.
const PIECE_PAGES: i64 = 2048;
const BEAT: Duration = Duration::from_millis(250);

/// One that reads behind the fence, one that writes.
pub struct Hand {
    pub read: Session,
    pub write: Session,
}

impl Hand {
    pub async fn all(
        count: usize,
        (live, new): (&Address, &Address),
        snapshot: &str,
    ) -> Result<Vec<Hand>> {
        let mut hands = Vec::new();
        for _ in 0..count {
            let read = stream::reader(live, snapshot).await?;
            hands.push(Hand { read, write: stream::writer(new).await? });
        }
        Ok(hands)
    }

    /// Those that read what is there now.
    pub async fn of_now(count: usize, (live, new): (&Address, &Address)) -> Result<Vec<Hand>> {
        let mut hands = Vec::new();
        for _ in 0..count {
            let read = Session::connect(live, "copy").await?;
            hands.push(Hand { read, write: stream::writer(new).await? });
        }
        Ok(hands)
    }

    /// What somebody wrote into init.sql is written for an ordinary session.
    async fn read_as(&self, it: &Move) -> Result<()> {
        let path = if it.has_expressions() { "DEFAULT" } else { "''" };
        self.read.execute(&format!("SET search_path = {path}")).await
    }
}

/// Some pages of one table.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Among the moves.
    at: usize,
    pages: Option<(i64, i64)>,
    weight: i64,
}

impl Piece {
    /// `WHERE` its pages, or nothing.
    pub fn condition(&self, alias: &str) -> String {
        of_pages(alias, self.pages)
    }
}

/// Every piece of every table, the heavy ones first.
pub fn pieces(extents: &[Extent]) -> Vec<Piece> {
    let mut all = Vec::new();
    for (at, extent) in extents.iter().enumerate() {
        let count = (extent.pages + PIECE_PAGES - 1) / PIECE_PAGES;
        if count <= 1 {
            all.push(Piece { at, pages: None, weight: extent.bytes });
            continue;
        }
        for piece in 0..count {
            let first = piece * PIECE_PAGES;
            // Nobody writes: there are no pages behind the last one.
            let pages = Some((first, first + PIECE_PAGES));
            all.push(Piece { at, pages, weight: extent.bytes / count });
        }
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.weight));
    all
}

fn of_pages(alias: &str, pages: Option<(i64, i64)>) -> String {
    pages.map_or_else(String::new, |(first, end)| {
        format!(" WHERE {alias}.ctid >= '({first},0)' AND {alias}.ctid < '({end},0)'")
    })
}

/// Extents of the tables that rows are read from.
pub async fn extents_of_sources(session: &Session, moves: &[Move]) -> Result<Vec<Extent>> {
    let names: Vec<String> = moves.iter().map(|it| place(&it.from)).collect();
    stream::extents(session, &names).await
}

/// Sends all pieces; what went, by where it went.
pub async fn send(
    hands: &[Hand],
    (moves, pieces): (&[Move], Vec<Piece>),
    progress: &Progress,
) -> Result<Sent> {
    let (sent, bytes) = (RefCell::new(Sent::default()), Cell::new(0_u64));
    let count = pieces.len();
    let done = Cell::new(0_usize);
    for hand in hands {
        // Checks and generated columns call what they call in ordinary sessions.
        hand.write.execute("SET search_path = DEFAULT").await?;
    }
    let sending = stream::each(hands, pieces, async |hand: &Hand, piece: Piece| {
        let Some(it) = moves.get(piece.at) else { return Ok(()) };
        hand.read_as(it).await?;
        let stream = it.stream(&of_pages("o", piece.pages));
        let sum = stream::send((&hand.read, &hand.write), &stream, &bytes).await?;
        sent.borrow_mut().entry(it.to.clone()).or_default().add(sum);
        done.set(done.get() + 1);
        Ok(())
    });
    beating(sending, || {
        let so_far = size(i64::try_from(bytes.get()).unwrap_or(i64::MAX));
        let rows: i64 = sent.borrow().values().map(|it| it.rows).sum();
        progress.tell(&format!("{rows} rows, {so_far}, {} of {count} pieces", done.get()));
    })
    .await?;
    Ok(sent.into_inner())
}

/// The tables whose rows are compared as they are sent. Those of the others
/// are written otherwise afterwards: the server reads and hashes both.
fn carried(moves: &[Move]) -> BTreeSet<Id> {
    let mut ways: BTreeMap<&Id, BTreeSet<(bool, bool)>> = BTreeMap::new();
    for it in moves {
        ways.entry(&it.to).or_default().insert((it.is_the_same(), it.is_binary()));
    }
    let is_carried = |all: &BTreeSet<(bool, bool)>| {
        *all == BTreeSet::from([(true, true)]) || *all == BTreeSet::from([(true, false)])
    };
    ways.into_iter().filter(|(_, all)| is_carried(all)).map(|(id, _)| id.clone()).collect()
}

/// What was sent, by the table that it went into.
pub type Sent = BTreeMap<Id, Sum>;

/// Before and after, by the table that the rows went into.
#[derive(Debug, Default)]
pub struct Sums(BTreeMap<Id, (Sum, Sum)>);

impl Sums {
    /// What is not the same, one sentence each.
    pub fn differences(&self) -> Vec<String> {
        let told = |(id, (before, after)): (&Id, &(Sum, Sum))| {
            if before.rows != after.rows {
                return Some(format!("{id} had {} rows and has {}", before.rows, after.rows));
            }
            (before.hash != after.hash).then(|| format!("{id} has other values, in as many rows"))
        };
        self.0.iter().filter_map(told).collect()
    }

    pub fn rows(&self) -> i64 {
        self.0.values().map(|(_, after)| after.rows).sum()
    }

    pub fn tables(&self) -> usize {
        self.0.len()
    }
}

enum Task {
    Build(Build),
    Before(usize, Option<(i64, i64)>),
    After(usize, Option<(i64, i64)>),
}

/// Builds what has to be built, the long ones first; whoever has nothing to
/// build compares: with what was `sent`, where that is known. Gives the sums,
/// and the builds that have to wait: of a view that is not there yet.
pub async fn build_and_compare(
    hands: &[Hand],
    (moves, pieces): (&[Move], &[Piece]),
    (builds, sent): (Vec<Build>, &Sent),
    progress: &Progress,
) -> Result<(Sums, Vec<String>)> {
    let carried = carried(moves);
    let known = |it: &&Id| carried.contains(*it);
    let mut sums = Sums::default();
    for (id, sum) in sent.iter().filter(|(id, _)| known(id)) {
        sums.0.insert(id.clone(), (*sum, Sum::default()));
    }
    let is_open = |it: &&Piece| moves.get(it.at).is_some_and(|it| !sums.0.contains_key(&it.to));
    let mut tasks: VecDeque<Task> = builds.into_iter().map(Task::Build).collect();
    tasks.extend(pieces.iter().filter(is_open).map(|it| Task::Before(it.at, it.pages)));
    tasks.extend(after(hands, moves).await?);
    let (sums, later) = (RefCell::new(sums), RefCell::new(Vec::new()));
    for hand in hands {
        hand.write.execute("SET search_path = ''").await?;
    }
    let (count, done) = (tasks.len(), Cell::new(0_usize));
    let working = stream::each(hands, tasks, async |hand: &Hand, task: Task| {
        match task {
            Task::Build(build) => match hand.write.execute(&build.sql).await {
                Err(error) if error.sqlstate.as_deref() == Some("42P01") => {
                    later.borrow_mut().push(build.sql);
                }
                built => built?,
            },
            Task::Before(at, pages) => {
                let Some(it) = moves.get(at) else { return Ok(()) };
                hand.read_as(it).await?;
                let pages = of_pages("o", pages);
                let sum = match carried.contains(&it.to) {
                    true => stream::sum(&hand.read, &it.stream(&pages)).await?,
                    false => hashed(&hand.read, &it.hash_of_source(&pages)).await?,
                };
                sums.borrow_mut().0.entry(it.to.clone()).or_default().0.add(sum);
            }
            Task::After(at, pages) => {
                let Some(it) = moves.get(at) else { return Ok(()) };
                let pages = of_pages("t", pages);
                let sum = match carried.contains(&it.to) {
                    true => stream::sum(&hand.write, &it.arrived(&pages)).await?,
                    false => hashed(&hand.write, &it.hash_of_target(&pages)).await?,
                };
                sums.borrow_mut().0.entry(it.to.clone()).or_default().1.add(sum);
            }
        }
        done.set(done.get() + 1);
        Ok(())
    });
    beating(working, || progress.tell(&format!("{} of {count}", done.get()))).await?;
    Ok((sums.into_inner(), later.into_inner()))
}

/// Reading the tables that were filled, each once.
async fn after(hands: &[Hand], moves: &[Move]) -> Result<Vec<Task>> {
    let mut targets: BTreeMap<&Id, usize> = BTreeMap::new();
    for (at, it) in moves.iter().enumerate() {
        targets.entry(&it.to).or_insert(at);
    }
    let targets: Vec<usize> = targets.into_values().collect();
    let Some(hand) = hands.first() else { return Ok(Vec::new()) };
    let chosen: Vec<&Move> = targets.iter().filter_map(|at| moves.get(*at)).collect();
    let names: Vec<String> = chosen.iter().map(|it| place(&it.to)).collect();
    let extents = stream::extents(&hand.write, &names).await?;
    let pieces = pieces(&extents).into_iter();
    Ok(pieces.filter_map(|piece| Some(Task::After(*targets.get(piece.at)?, piece.pages))).collect())
}

/// By the server.
async fn hashed(session: &Session, sql: &str) -> Result<Sum> {
    let row = session.query_one(sql, &[]).await?;
    let hash: String = row.get(1);
    // A sum of whole numbers; one that is none equals nothing.
    let hash = hash.parse().unwrap_or(i128::MAX).cast_unsigned();
    Ok(Sum { rows: row.get(0), hash })
}

/// Tells from time to time how far it is.
pub async fn beating<T>(work: impl Future<Output = T>, tell: impl Fn()) -> T {
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(BEAT, work.as_mut()).await {
            Ok(done) => return done,
            Err(_) => tell(),
        }
    }
}

/// Fills views that hold rows, and lets the planner look at every table
/// meanwhile.
pub async fn finish(
    new: &Address,
    count: usize,
    views: Vec<String>,
    analyze: Vec<String>,
) -> Result<()> {
    let mut sessions = Vec::new();
    for _ in 0..count {
        sessions.push(stream::writer(new).await?);
    }
    let views = views.iter().map(|it| format!("REFRESH MATERIALIZED VIEW {it}")).collect();
    let tables = analyze.iter().map(|it| vec![format!("ANALYZE {it}")]);
    let tasks = std::iter::once(views).chain(tables);
    stream::each(&sessions, tasks, async |session: &Session, all: Vec<String>| {
        in_turn(session, all).await
    })
    .await
}

/// One that reads a view that is not filled yet (55000) comes after it.
async fn in_turn(session: &Session, all: Vec<String>) -> Result<()> {
    session.execute("SET search_path = DEFAULT").await?;
    let mut left = all;
    while !left.is_empty() {
        let count = left.len();
        let mut later = Vec::new();
        for sql in left {
            match session.execute(&sql).await {
                Err(error) if error.sqlstate.as_deref() == Some("55000") => {
                    later.push((sql, error));
                }
                filled => filled?,
            }
        }
        match later.first() {
            Some((_, error)) if later.len() == count => return Err(error.clone()),
            _ => left = later.into_iter().map(|(sql, _)| sql).collect(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Pieces cover a table once.

    use super::*;

    #[test]
    fn pieces_cover_every_page_once() {
        let extents = [
            Extent { pages: 10, bytes: 80_000 },
            Extent { pages: PIECE_PAGES * 2 + 1, bytes: 40_000_000 },
        ];
        let pieces = pieces(&extents);
        assert_eq!(pieces.len(), 4);
        let of_second: Vec<_> = pieces.iter().filter(|it| it.at == 1).map(|it| it.pages).collect();
        let expected = (0..3).map(|it| Some((it * PIECE_PAGES, (it + 1) * PIECE_PAGES)));
        assert_eq!(of_second, expected.collect::<Vec<_>>());
        assert_eq!(of_pages("o", Some((0, 2))), " WHERE o.ctid >= '(0,0)' AND o.ctid < '(2,0)'");
    }
}

//! Where sequences stand, carried from one database into another.
//!
//! Must never: let a number be given out again that is in a row, or that the
//! old sequence gave to somebody.

use crate::error::Result;
use crate::session::{Session, quote_literal};

/// One sequence of the new database, and what it goes on from. Names are
/// quoted and qualified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Those it takes the place of.
    pub old: Vec<String>,
    pub new: String,
    /// The column it fills: table and column.
    pub column: Option<(String, String)>,
    pub increment: i64,
    /// It begins anew at its end: rows say nothing of where it stands.
    pub cycles: bool,
}

/// What a sequence gives next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stand {
    value: i64,
    /// The value was given out: the next one is.
    called: bool,
}

/// The largest number in the column of each counter; of one that counts down
/// the smallest.
pub async fn extremes(new: &Session, counters: &[Counter]) -> Result<Vec<Option<i64>>> {
    let asked = |it: &Counter| match &it.column {
        Some((table, column)) if !it.cycles => {
            let extreme = if it.increment < 0 { "min" } else { "max" };
            format!("(SELECT pg_catalog.{extreme}({column})::bigint FROM {table})")
        }
        _ => "NULL::bigint".to_owned(),
    };
    if counters.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<String> = counters.iter().map(asked).collect();
    let row = new.query_one(&format!("SELECT ARRAY[{}]", all.join(", ")), &[]).await?;
    Ok(row.get(0))
}

/// Sets every sequence of `new` to the furthest of where it stands, where the
/// old ones stand, and what is in its column. Answers how many were moved.
pub async fn carry(
    (old, new): (&Session, &Session),
    counters: &[Counter],
    extremes: &[Option<i64>],
) -> Result<usize> {
    let names: Vec<&str> = counters.iter().flat_map(|it| &it.old).map(String::as_str).collect();
    let mut before = stands(old, &names).await?.into_iter();
    let news: Vec<&str> = counters.iter().map(|it| it.new.as_str()).collect();
    let now = stands(new, &news).await?;
    let mut moves = Vec::new();
    for (at, counter) in counters.iter().enumerate() {
        let olds: Vec<Stand> = before.by_ref().take(counter.old.len()).collect();
        let column = extremes.get(at).copied().flatten();
        let Some(present) = now.get(at) else { continue };
        let next = counter.next(&olds, column, *present);
        if next != *present {
            let name = quote_literal(&counter.new);
            moves.push(format!("pg_catalog.setval({name}, {}, {})", next.value, next.called));
        }
    }
    if !moves.is_empty() {
        new.query(&format!("SELECT ARRAY[{}]", moves.join(", ")), &[]).await?;
    }
    Ok(moves.len())
}

async fn stands(session: &Session, names: &[&str]) -> Result<Vec<Stand>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let one = |(at, name): (usize, &&str)| {
        format!("SELECT {at} AS at, last_value, is_called FROM {name}")
    };
    let all: Vec<String> = names.iter().enumerate().map(one).collect();
    let sql = format!("{} ORDER BY at", all.join(" UNION ALL "));
    let rows = session.query(&sql, &[]).await?;
    Ok(rows.iter().map(|row| Stand { value: row.get(1), called: row.get(2) }).collect())
}

impl Counter {
    fn next(&self, olds: &[Stand], column: Option<i64>, present: Stand) -> Stand {
        if self.cycles {
            return olds.first().copied().unwrap_or(present);
        }
        let given = column.map(|value| Stand { value, called: true });
        let all = olds.iter().copied().chain(given);
        all.fold(present, |furthest, it| if self.is_further(it, furthest) { it } else { furthest })
    }

    fn is_further(&self, one: Stand, other: Stand) -> bool {
        let next = |it: Stand| {
            i128::from(it.value) + if it.called { i128::from(self.increment) } else { 0 }
        };
        if self.increment < 0 { next(one) < next(other) } else { next(one) > next(other) }
    }
}

#[cfg(test)]
mod tests {
    //! Which stand is the furthest.

    use super::*;

    fn counter(increment: i64, cycles: bool) -> Counter {
        Counter { old: Vec::new(), new: String::new(), column: None, increment, cycles }
    }

    const FRESH: Stand = Stand { value: 1, called: false };

    #[test]
    fn rows_and_the_old_sequence_both_count() {
        let old = Stand { value: 10, called: true };
        let up = counter(1, false);
        assert_eq!(up.next(&[old], Some(7), FRESH), old);
        assert_eq!(up.next(&[old], Some(12), FRESH), Stand { value: 12, called: true });
        assert_eq!(up.next(&[], None, FRESH), FRESH);
        let restarted = Stand { value: 1000, called: false };
        assert_eq!(up.next(&[restarted], Some(999), FRESH), restarted);
    }

    #[test]
    fn down_is_forward_for_some() {
        let old = Stand { value: -10, called: true };
        let fresh = Stand { value: -1, called: false };
        let down = counter(-1, false);
        assert_eq!(down.next(&[old], Some(-3), fresh), old);
        assert_eq!(down.next(&[old], Some(-20), fresh).value, -20);
    }

    #[test]
    fn one_that_begins_anew_stands_where_it_stood() {
        let old = Stand { value: 3, called: true };
        assert_eq!(counter(1, true).next(&[old], Some(100), FRESH), old);
    }
}

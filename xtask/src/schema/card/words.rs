//! Times, sizes, locks and properties in words.
//!
//! Must never: say more digits than are known.

use pg_diff::catalog::Id;
use pg_diff::quarantine::{Passage, Way};
use pg_diff::rename::Renamed;
use pg_diff::{Difference, Property};
use pg_live::lock::Blocks;
use pg_live::prove::{MOMENT_MS, Size, StepCertificate, StepEstimate};

use crate::schema::prove::Proof;
use crate::verify::{counted, size};

/// Texts longer than this are shown line by line, or not at all.
const SHORT: usize = 60;

/// `< 10 ms`, `40 ms`, `0.4 s`, `12 s`, `3 min`
pub fn time(ms: u64) -> String {
    match ms {
        0..10 => "< 10 ms".to_owned(),
        10..100 => format!("{} ms", ms / 10 * 10),
        100..10_000 => format!("{:.1} s", ms as f64 / 1000.0),
        10_000..120_000 => format!("{} s", ms / 1000),
        _ => format!("{} min", ms.div_ceil(60_000)),
    }
}

/// `public.messages`
pub fn place(id: &Id) -> String {
    if id.namespace.is_empty() {
        id.name.to_string()
    } else {
        format!("{}.{}", id.namespace, id.name)
    }
}

/// Who waits for whom, one line a lock, the strongest first.
pub fn locks(seen: &StepCertificate, expected: Option<&StepEstimate>) -> Vec<String> {
    let duration = time(expected.map_or(seen.millis, |it| it.expected_ms));
    // A lock that an earlier statement took matters when this one takes long.
    let is_long = expected.is_some_and(|it| it.rows_ms >= MOMENT_MS);
    let held = seen.held.iter().filter(|_| is_long);
    let mut locks: Vec<_> = seen.locks.iter().chain(held).collect();
    locks.sort_by(|a, b| (b.mode, &a.table).cmp(&(a.mode, &b.table)));
    let blocking = locks.iter().filter(|lock| lock.blocks > Blocks::Ddl);
    let mut lines: Vec<String> = blocking
        .map(|lock| {
            let whom = match lock.blocks {
                Blocks::Reads => "reads and writes",
                Blocks::Writes => "writes",
                Blocks::Ddl => "nobody",
            };
            let index =
                lock.index.as_ref().map_or_else(String::new, |id| format!(" (index {})", id.name));
            format!("{} on {}{index}: blocks {whom}, {duration}", lock.mode, place(&lock.table))
        })
        .collect();
    if lines.is_empty() && !seen.locks.is_empty() {
        lines.push(format!("blocks nobody who reads or writes, {duration}"));
    }
    if !seen.observed {
        lines.push("locks as the manual has them: not observed".to_owned());
    }
    lines
}

/// `1000000 rows, 175.0 MB`
pub fn how_big(of: Option<&Size>) -> String {
    match of {
        None => "no rows".to_owned(),
        Some(it) if it.is_empty() => "no rows".to_owned(),
        Some(it) => {
            let bytes = i64::try_from(it.bytes + it.toast_bytes).unwrap_or(i64::MAX);
            let about = if it.is_analyzed { "" } else { "about " };
            format!(
                "{about}{}, {}",
                counted(usize::try_from(it.rows).unwrap_or(usize::MAX), "row"),
                size(bytes)
            )
        }
    }
}

/// `not null`
pub fn property(property: Property) -> String {
    let word = serde_json::to_value(property).ok();
    let word = word.as_ref().and_then(|it| it.as_str()).unwrap_or_default();
    word.replace('_', " ")
}

/// `type character varying(20) -> text`; of long texts only that they differ.
pub fn difference(it: &Difference) -> String {
    let name = property(it.property);
    let is_short = |text: &str| text.len() <= SHORT && !text.contains('\n');
    let shown = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    if is_short(&it.from) && is_short(&it.to) {
        format!("{name} {} -> {}", shown(&it.from), shown(&it.to))
    } else {
        name
    }
}

/// The lines in which two long texts differ.
pub fn lines(it: &Difference) -> Vec<String> {
    let is_short = |text: &str| text.len() <= SHORT && !text.contains('\n');
    if is_short(&it.from) && is_short(&it.to) {
        return Vec::new();
    }
    it.unified().lines().filter(|line| !line.starts_with("@@")).map(str::to_owned).collect()
}

/// `column public.messages.notes is kept until ... as ...`
pub fn passage(it: &Renamed, passage: &Passage) -> String {
    let Passage { way, mark, .. } = passage;
    match way {
        Way::In => {
            format!("{} is kept until {} as {}", it.from, mark.until, place_of(&it.to))
        }
        Way::Out => format!("{} comes back with its rows, dropped {}", it.to, mark.dropped),
    }
}

pub fn way_back(proof: &Proof) -> String {
    let steps = counted(proof.reverse.steps.len(), "step");
    match proof.lost.as_slice() {
        [] => format!("way back: {steps}, proved to bring everything back"),
        lost => {
            let named: Vec<String> =
                lost.iter().map(|it| format!("{} ({})", it.about, it.why)).collect();
            format!("way back: {steps}, without {}", named.join("; "))
        }
    }
}

/// Name and namespace, and the part of what is one.
pub fn place_of(id: &Id) -> String {
    if id.kind.is_part() { format!("{}.{}", place(id), id.part) } else { place(id) }
}

//! Rows counted and hashed as COPY spells them, one line a row: a dump and a
//! live table come to the same sum, whatever the order of their rows.
//!
//! Must never: depend on the order of rows, or on where the bytes of one are
//! cut apart on their way.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

/// How COPY says in a dump that the rows have ended.
const END: &[u8] = b"\\.";

/// Rows of one table so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub rows: i64,
    /// Sum of the 128-bit XXH3 hashes of all rows.
    sum: u128,
}

impl Tally {
    pub fn hash(&self) -> String {
        format!("{:032x}", self.sum)
    }

    fn add(&mut self, hash: u128) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hash);
    }
}

/// Cuts what arrives in pieces into rows.
#[derive(Default)]
pub(crate) struct Lines {
    pub tally: Tally,
    /// The row that is not at its end yet.
    open: Option<Box<Xxh3Default>>,
    /// Its first bytes, while it may be the end of all rows.
    head: Vec<u8>,
    /// [`END`] was met: what follows is no row.
    pub has_ended: bool,
}

impl Lines {
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !self.has_ended && !bytes.is_empty() {
            let Some(at) = memchr::memchr(b'\n', bytes) else { return self.keep(bytes) };
            self.line(&bytes[..at]);
            bytes = &bytes[at + 1..];
        }
    }

    /// True when no row is left without its end.
    pub fn is_whole(&self) -> bool {
        self.open.is_none()
    }

    fn keep(&mut self, bytes: &[u8]) {
        let short = END.len().saturating_sub(self.head.len()) + 1;
        self.head.extend_from_slice(&bytes[..bytes.len().min(short)]);
        self.open.get_or_insert_default().update(bytes);
    }

    fn line(&mut self, rest: &[u8]) {
        let Some(mut open) = self.open.take() else {
            match rest == END {
                true => self.has_ended = true,
                false => self.tally.add(xxh3_128(rest)),
            }
            return;
        };
        open.update(rest);
        self.head.extend_from_slice(&rest[..rest.len().min(END.len())]);
        match self.head == END {
            true => self.has_ended = true,
            false => self.tally.add(open.digest128()),
        }
        self.head.clear();
    }
}

#[cfg(test)]
mod tests {
    //! A sum is of the rows alone.

    use super::{Lines, Tally};

    fn of(pieces: &[&[u8]]) -> (i64, String, bool) {
        let mut lines = Lines::default();
        for piece in pieces {
            lines.push(piece);
        }
        let Tally { rows, .. } = lines.tally;
        (rows, lines.tally.hash(), lines.has_ended)
    }

    #[test]
    fn where_a_row_is_cut_apart_does_not_matter() {
        let whole = of(&[b"1\tone\n2\ttwo\n\\.\n\n\n"]);
        assert_eq!((whole.0, whole.2), (2, true));
        assert_eq!(of(&[b"1\to", b"n", b"e\n2\ttwo", b"\n\\", b".", b"\n\n\n"]), whole);
        assert_eq!(of(&[b"2\ttwo\n1\tone", b"\n", b"\\.\n", b"\n\n"]), whole);
        assert_ne!(of(&[b"1\tone\n2\ttwp\n\\.\n"]).1, whole.1);
    }

    #[test]
    fn only_the_end_is_the_end() {
        assert_eq!(of(&[b"\\.x\n"]).0, 1);
        assert_eq!(of(&[b"\\", b".x\n\\.\n"]).0, 1);
        assert_eq!(of(&[b"\\", b".\n"]).0, 0);
        assert_eq!(of(&[b"\n\n\\.\n\n"]).0, 2);
    }
}

//! Large objects as rows, so that a dump and a live database come to the same
//! sum: one row for each slice of each object.
//!
//! Must never: hold more than a slice of one.

use super::tally::Lines;

/// Bytes of a slice; `large_objects.sql` cuts alike.
const SLICE: usize = 256 * 1024;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// The bytes of one object, cut into slices.
pub(super) struct Slices<'a> {
    oid: u32,
    number: u64,
    bytes: Vec<u8>,
    rows: &'a mut Lines,
}

impl<'a> Slices<'a> {
    pub fn of(oid: u32, rows: &'a mut Lines) -> Slices<'a> {
        Slices { oid, number: 0, bytes: Vec::new(), rows }
    }

    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = bytes.len().min(SLICE - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.bytes.len() == SLICE {
                self.row();
            }
        }
    }

    /// What is left is a row of its own; an object without a byte is one.
    pub fn finish(mut self) {
        if !self.bytes.is_empty() || self.number == 0 {
            self.row();
        }
    }

    /// As COPY spells an oid, a number and a bytea.
    fn row(&mut self) {
        self.rows.push(format!("{}\t{}\t\\\\x", self.oid, self.number).as_bytes());
        let digits = self
            .bytes
            .iter()
            .flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        self.rows.push(&digits.collect::<Vec<u8>>());
        self.rows.push(b"\n");
        self.bytes.clear();
        self.number += 1;
    }
}

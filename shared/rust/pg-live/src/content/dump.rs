//! What a dump holds, read from its bytes as they pass by: `pg_dump`'s custom
//! format without compression.
//!
//! The format is that of PostgreSQL's `pg_backup_archiver.c` and
//! `pg_backup_custom.c`, versions 1.14 (PostgreSQL 12) to 1.16 (17 and 18).
//!
//! Must never: call a dump whole that ends before its last row does, or trust
//! a length that it names.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use super::tally::Lines;
use super::{LargeObjects, large_objects};

/// Blocks of the data behind the table of contents.
const ROWS: u8 = 1;
const LARGE_OBJECTS: u8 = 3;

/// The rows of a dump, and its large objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dumped {
    /// By the oid that the table had where it was dumped: names are in the
    /// encoding of that database.
    pub tables: BTreeMap<u32, Rows>,
    pub large_objects: LargeObjects,
}

/// Of one table: what [`super::TableContent`] says of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rows {
    pub rows: i64,
    pub hash: String,
}

/// Reads to the end.
pub fn read(stream: &mut dyn Read) -> io::Result<Dumped> {
    let mut archive =
        Archive { stream: BufReader::with_capacity(1 << 20, stream), head: Head::default() };
    archive.head = archive.head()?;
    let mut awaited = archive.contents()?;
    let mut dumped = Dumped::default();
    let mut objects = Lines::default();
    while let Some(block) = archive.block()? {
        let id = archive.int()?;
        match block {
            ROWS => {
                let mut lines = Lines::default();
                archive.pieces(|piece| lines.push(piece))?;
                // Sequences and the like have no rows.
                let Some((oid, name)) = awaited.remove(&id) else { continue };
                if !lines.has_ended || !lines.is_whole() {
                    return Err(invalid(&format!("the rows of {name} do not end")));
                }
                let (rows, hash) = (lines.tally.rows, lines.tally.hash());
                dumped.tables.insert(oid, Rows { rows, hash });
            }
            LARGE_OBJECTS => loop {
                // Written as a signed number of four bytes.
                let oid = i32::try_from(archive.int()?).map_err(|_| invalid("an oid"))?;
                let oid = oid.cast_unsigned();
                if oid == 0 {
                    break;
                }
                let mut slices = large_objects::Slices::of(oid, &mut objects);
                archive.pieces(|piece| slices.push(piece))?;
                slices.finish();
                dumped.large_objects.count += 1;
            },
            other => return Err(invalid(&format!("a block of kind {other}, which is not known"))),
        }
    }
    if let Some((_, name)) = awaited.values().next() {
        return Err(invalid(&format!("it ends before the rows of {name}")));
    }
    dumped.large_objects.hash = objects.tally.hash();
    Ok(dumped)
}

#[derive(Clone, Copy, Default)]
struct Head {
    /// Of the format: 14 for 1.14.
    minor: u8,
    int_bytes: usize,
    offset_bytes: usize,
}

struct Archive<'a> {
    stream: BufReader<&'a mut dyn Read>,
    head: Head,
}

impl Archive<'_> {
    fn head(&mut self) -> io::Result<Head> {
        let mut fixed = [0_u8; 11];
        self.stream.read_exact(&mut fixed)?;
        let [b'P', b'G', b'D', b'M', b'P', major, minor, _, int_bytes, offset_bytes, format] =
            fixed
        else {
            return Err(invalid("it does not begin as a dump"));
        };
        let is_read = major == 1 && (14..=16).contains(&minor) && format == 1;
        if !is_read || !(4..=8).contains(&int_bytes) || offset_bytes > 16 {
            return Err(invalid(&format!("format {major}.{minor}, kind {format}, is not known")));
        }
        let head = Head { minor, int_bytes: int_bytes.into(), offset_bytes: offset_bytes.into() };
        self.head = head;
        let is_compressed = if minor >= 15 { self.byte()? != 0 } else { self.int()? != 0 };
        if is_compressed {
            return Err(invalid("its blocks are compressed"));
        }
        for _ in 0..7 {
            self.int()?; // When it was made.
        }
        for _ in 0..3 {
            self.text()?; // Its database, the server's version, pg_dump's.
        }
        Ok(head)
    }

    /// The tables whose rows follow, by the number of their block: oid and
    /// name.
    fn contents(&mut self) -> io::Result<BTreeMap<i64, (u32, String)>> {
        let mut tables = BTreeMap::new();
        for _ in 0..self.int()? {
            let id = self.int()?;
            let has_data = self.int()? != 0;
            self.text()?; // The catalog.
            let oid = self.text()?;
            let name = self.text()?;
            let is_rows = self.text()?.as_deref() == Some("TABLE DATA");
            self.int()?; // The section.
            self.skip_texts(3)?; // How it is made, dropped, copied.
            let namespace = self.text()?;
            self.skip_texts(2)?; // Tablespace and access method.
            if self.head.minor >= 16 {
                self.int()?; // The kind of relation.
            }
            self.skip_texts(2)?; // The owner; that there are no oids.
            while self.text()?.is_some() {} // What it needs.
            let mut offset = vec![0; self.head.offset_bytes + 1];
            self.stream.read_exact(&mut offset)?;
            if is_rows && has_data {
                let oid = oid.and_then(|it| it.parse().ok()).ok_or_else(|| invalid("an oid"))?;
                let shown = [namespace, name].map(Option::unwrap_or_default).join(".");
                tables.insert(id, (oid, shown));
            }
        }
        Ok(tables)
    }

    /// The kind of the next block; None at the end.
    fn block(&mut self) -> io::Result<Option<u8>> {
        if self.stream.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.byte().map(Some)
    }

    /// Everything up to the piece that is empty.
    fn pieces(&mut self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        loop {
            let mut left = usize::try_from(self.int()?).map_err(|_| invalid("a length"))?;
            if left == 0 {
                return Ok(());
            }
            while left > 0 {
                let here = self.stream.fill_buf()?;
                let taken = here.len().min(left);
                if taken == 0 {
                    return Err(invalid("it ends in the middle of its rows"));
                }
                take(&here[..taken]);
                self.stream.consume(taken);
                left -= taken;
            }
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut one = [0];
        self.stream.read_exact(&mut one)?;
        Ok(one[0])
    }

    /// A sign, and the lowest byte first.
    fn int(&mut self) -> io::Result<i64> {
        let mut bytes = [0_u8; 9];
        let bytes = &mut bytes[..=self.head.int_bytes];
        self.stream.read_exact(bytes)?;
        let size = bytes[1..].iter().rev().fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        let size = i64::try_from(size).map_err(|_| invalid("a number"))?;
        Ok(if bytes[0] == 0 { size } else { -size })
    }

    /// None where there is none.
    fn text(&mut self) -> io::Result<Option<String>> {
        let Ok(length) = u64::try_from(self.int()?) else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = (&mut self.stream).take(length).read_to_end(&mut bytes)?;
        if read as u64 != length {
            return Err(invalid("it ends in its table of contents"));
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn skip_texts(&mut self, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.text()?;
        }
        Ok(())
    }
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the dump cannot be read: {why}"))
}

//! A dump in plain SQL, as `pg_dump` writes it and the guide keeps it: bare,
//! or through gzip or zstd. It has no manifest: what it must hold is read off
//! it.
//!
//! `psql` takes the end of a file for the end of a COPY, `gzip` and its
//! `--test` know nothing of a program that died: a file that was cut restores
//! without one error, and a part of the rows.
//!
//! Must never: take a file that does not end as `pg_dump` ends it for a whole
//! one, or let the file give commands to `psql`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor as Bytes, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;
use pg_diff::scan::{Cursor, Lexer};

use crate::outcome::Fault;

/// What `pg_dump` writes last, but for `\unrestrict`.
const END: &[u8] = b"-- PostgreSQL database dump complete";
const CLUSTER: &[u8] = b"-- PostgreSQL database cluster dump";
const CUSTOM: &[u8] = b"PGDMP";
/// Enough of a line to know it by; rows may be as long as they like.
const HEAD: usize = 64 * 1024;

#[derive(Clone, Debug)]
pub struct PlainDump {
    pub path: PathBuf,
    /// In the order of the file.
    pub tables: Vec<TableRows>,
    /// It ends as `pg_dump` ends it.
    pub is_whole: bool,
    /// How far it can be told to `psql` when it was cut: to the last row that
    /// is there as a whole.
    usable: Usable,
    /// It keeps `psql` from obeying what stands in it.
    pub is_restricted: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Usable {
    bytes: u64,
    is_in_copy: bool,
}

#[derive(Clone, Debug)]
pub struct TableRows {
    pub namespace: String,
    pub name: String,
    pub rows: i64,
}

impl TableRows {
    fn is_same(&self, other: &TableRows) -> bool {
        (&self.namespace, &self.name) == (&other.namespace, &other.name)
    }
}

/// Reads it to its end. Something that is no plain dump is an error; one that
/// was cut is not.
pub fn read(path: &Path) -> Result<PlainDump> {
    let mut dump = PlainDump {
        path: path.to_owned(),
        tables: Vec::new(),
        is_whole: false,
        usable: Usable::default(),
        is_restricted: false,
    };
    let mut lines = BufReader::with_capacity(1 << 20, open(path)?);
    let mut copying: Option<usize> = None;
    let mut header: Vec<u8> = Vec::new();
    let (mut is_dump, mut read) = (false, 0_u64);
    loop {
        let line = match line(&mut lines, &mut read) {
            Ok(Some(Line { head, is_ended: true })) => head,
            // Half a line is no row; as the end of pg_dump's it is one.
            Ok(Some(Line { head, .. })) if copying.is_none() => head,
            Ok(Some(_) | None) => break,
            // The end of a compressed file is missing.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => {
                return Err(error).with_context(|| format!("reading `{}`", path.display()));
            }
        };
        // Whatever follows the end begins another dump, which must have its own.
        let is_remark = line.is_empty() || line.starts_with(b"--");
        if copying.is_some() || !(is_remark || line.starts_with(b"\\unrestrict ")) {
            dump.is_whole = false;
        }
        if let Some(at) = copying {
            match line.as_slice() {
                b"\\." => copying = None,
                _ => dump.tables[at].rows += 1,
            }
            dump.usable = Usable { bytes: read, is_in_copy: copying.is_some() };
            continue;
        }
        if line.starts_with(CLUSTER) {
            return Err(Fault::refused(format!(
                "`{}` is of a whole cluster, made by pg_dumpall",
                path.display()
            ))
            .hint("restore dumps of one database; this one is for an empty server: `psql -f FILE postgres`")
            .into());
        }
        dump.is_whole |= line.starts_with(END);
        dump.is_restricted |= !is_dump && line.starts_with(b"\\restrict ");
        is_dump |= !is_remark && !line.starts_with(b"\\");
        if header.is_empty() && !line.starts_with(b"COPY ") || header.len() > HEAD {
            header.clear();
            continue;
        }
        // A name may hold a line break.
        if !header.is_empty() {
            header.push(b'\n');
        }
        header.extend_from_slice(&line);
        if let Some(table) = copied(&header) {
            // The rows of all partitions may come under one name.
            let known = dump.tables.iter().position(|it| it.is_same(&table));
            copying = Some(known.unwrap_or(dump.tables.len()));
            if known.is_none() {
                dump.tables.push(table);
            }
            header.clear();
            dump.usable = Usable { bytes: read, is_in_copy: true };
        } else if header.iter().filter(|it| **it == b'"').count() % 2 == 0 {
            header.clear();
        }
    }
    if !is_dump {
        return Err(Fault::failed(format!("`{}` holds no SQL", path.display()))
            .hint("`cargo xtask backup list` shows the backups there are")
            .into());
    }
    Ok(dump)
}

/// The table of `COPY public.messages (id, content) FROM stdin;`
fn copied(header: &[u8]) -> Option<TableRows> {
    let text = std::str::from_utf8(header).ok()?;
    let rest = text.strip_prefix("COPY ")?.strip_suffix(" FROM stdin;")?;
    let tokens: Vec<_> = Lexer::new(rest).filter(|it| !it.is_comment()).collect();
    let (namespace, name) = Cursor::new(rest, &tokens).qualified()?;
    Some(TableRows { namespace: namespace.unwrap_or_else(|| "public".to_owned()), name, rows: 0 })
}

struct Line {
    /// Without its end, and no longer than [`HEAD`].
    head: Vec<u8>,
    is_ended: bool,
}

/// The next line; `read` counts bytes.
fn line(lines: &mut impl BufRead, read: &mut u64) -> io::Result<Option<Line>> {
    let mut head = Vec::new();
    let mut is_any = false;
    loop {
        let found = match lines.fill_buf() {
            Ok(found) => found,
            // What there is of it comes first, and the error again.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && is_any => &[],
            Err(error) => return Err(error),
        };
        if found.is_empty() {
            return Ok(is_any.then_some(Line { head, is_ended: false }));
        }
        is_any = true;
        let end = found.iter().position(|byte| *byte == b'\n');
        let length = end.unwrap_or(found.len());
        let room = HEAD.saturating_sub(head.len());
        head.extend_from_slice(&found[..length.min(room)]);
        let used = length + usize::from(end.is_some());
        lines.consume(used);
        *read += used as u64;
        if end.is_some() {
            if head.last() == Some(&b'\r') {
                head.pop();
            }
            return Ok(Some(Line { head, is_ended: true }));
        }
    }
}

/// What is told to `psql`: of a file that was cut, the rows that are there.
pub fn pour(dump: &PlainDump, key: Option<&str>, sink: &mut dyn Write) -> Result<()> {
    let reading = || format!("reading `{}`", dump.path.display());
    if let Some(key) = key {
        writeln!(sink, "\\restrict {key}")?;
    }
    let mut file = open(&dump.path)?;
    if dump.is_whole {
        io::copy(&mut file, sink).with_context(reading)?;
    } else {
        io::copy(&mut file.take(dump.usable.bytes), sink).with_context(reading)?;
        if dump.usable.is_in_copy {
            writeln!(sink, "\\.")?;
        }
    }
    if let Some(key) = key {
        writeln!(sink, "\n\\unrestrict {key}")?;
    }
    Ok(())
}

type Whole = Chain<Bytes<Vec<u8>>, File>;

/// By what it begins with, whatever it is called.
fn open(path: &Path) -> Result<Box<dyn Read>> {
    let reading = || format!("reading `{}`", path.display());
    let mut file = File::open(path).with_context(reading)?;
    let mut magic = Vec::new();
    Read::by_ref(&mut file).take(8).read_to_end(&mut magic).with_context(reading)?;
    let kind = magic.clone();
    let whole: Whole = Bytes::new(magic).chain(file);
    Ok(match kind.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Box::new(zstd::stream::read::Decoder::new(whole).with_context(reading)?)
        }
        kind if kind.starts_with(CUSTOM) => {
            return Err(Fault::refused(format!(
                "`{}` is an archive for pg_restore, without a manifest",
                path.display()
            ))
            .hint(format!(
                "make plain SQL of it: `pg_restore --file=FILE.sql '{}'`",
                path.display()
            ))
            .into());
        }
        [] => return Err(Fault::failed(format!("`{}` is empty", path.display())).into()),
        _ => Box::new(whole),
    })
}

#[cfg(test)]
mod tests {
    //! What a file holds is read off it, wherever it was cut.

    use std::io::Write;
    use std::path::Path;

    use super::{PlainDump, read};

    const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n\
        SET client_encoding = 'UTF8';\n\
        COPY public.messages (id, content) FROM stdin;\n1\ta\n2\tCOPY x FROM stdin;\n\\.\n\n\
        COPY s.\"a b\nc\" (id) FROM stdin;\n7\n\\.\n\n\
        --\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n";

    fn of(bytes: &[u8]) -> anyhow::Result<PlainDump> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("x");
        std::fs::write(&path, bytes)?;
        read(&path)
    }

    fn rows(dump: &PlainDump) -> Vec<(&str, i64)> {
        dump.tables.iter().map(|it| (it.name.as_str(), it.rows)).collect()
    }

    fn gzipped(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn tables_and_rows_are_counted() {
        for bytes in [
            DUMP.as_bytes().to_vec(),
            DUMP.replace('\n', "\r\n").into_bytes(),
            gzipped(DUMP),
            zstd::encode_all(DUMP.as_bytes(), 1).expect("in memory"),
        ] {
            let dump = of(&bytes).expect("a dump");
            assert!(dump.is_whole && dump.is_restricted);
            assert_eq!(dump.tables[0].namespace, "public");
            assert_eq!(rows(&dump)[0], ("messages", 2));
            assert_eq!(dump.tables.len(), 2);
        }
        assert_eq!(rows(&of(DUMP.as_bytes()).expect("a dump"))[1], ("a b\nc", 1));
    }

    #[test]
    fn a_cut_one_is_never_whole() {
        let end = DUMP.find("-- PostgreSQL database dump complete").expect("there");
        for cut in 1..end {
            if let Ok(dump) = of(&DUMP.as_bytes()[..cut]) {
                assert!(!dump.is_whole, "{cut}");
            }
        }
        let packed = gzipped(DUMP);
        for cut in 3..packed.len() - 8 {
            if let Ok(dump) = of(&packed[..cut]) {
                assert!(!dump.is_whole || cut >= packed.len() - 24, "{cut} of {}", packed.len());
            }
        }
    }

    #[test]
    fn a_second_dump_behind_the_first_must_be_whole_too() {
        assert!(of(format!("{DUMP}{DUMP}").as_bytes()).expect("dumps").is_whole);
        let end = DUMP.find("-- PostgreSQL database dump complete").expect("there");
        let cut = DUMP.find("\\.\n\n--").expect("there");
        for cut in [end, cut, DUMP.find("2\tCOPY").expect("there")] {
            let both = format!("{DUMP}{}", &DUMP[..cut]);
            assert!(!of(both.as_bytes()).expect("dumps").is_whole, "{cut}");
        }
    }

    #[test]
    fn of_a_cut_one_whole_rows_are_used() {
        let cut = |end: &str| of(&DUMP.as_bytes()[..DUMP.find(end).expect("there")]);
        let poured = |dump: &PlainDump| {
            let dir = tempfile::tempdir().expect("a folder");
            let path = dir.path().join("y");
            std::fs::write(&path, DUMP.as_bytes()).expect("writing");
            let mut text = Vec::new();
            super::pour(&PlainDump { path, ..dump.clone() }, None, &mut text).expect("in memory");
            String::from_utf8(text).expect("text")
        };
        let dump = cut("Y x FROM").expect("a dump");
        assert_eq!(rows(&dump), [("messages", 1)]);
        assert!(poured(&dump).ends_with("FROM stdin;\n1\ta\n\\.\n"));
        let dump = cut("OPY s.").expect("a dump");
        assert_eq!(rows(&dump), [("messages", 2)]);
        assert!(poured(&dump).ends_with("FROM stdin;\n\\.\n"));
    }

    #[test]
    fn other_files_are_told() {
        let told = |bytes: &[u8]| format!("{:#}", of(bytes).expect_err("is no dump"));
        assert!(told(b"").contains("empty"));
        assert!(told(b"-- nothing\n").contains("no SQL"));
        assert!(told(b"PGDMP\x01\x0e").contains("archive for pg_restore"));
        assert!(told(b"--\n-- PostgreSQL database cluster dump\n--\n").contains("pg_dumpall"));
        assert!(read(Path::new("/nowhere/at/all")).is_err());
    }
}

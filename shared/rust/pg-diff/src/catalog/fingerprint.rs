//! One short text for everything a catalog says.
//!
//! SHA-256 over the JSON of each object under its id, in the order of ids.
//! Without the order of columns, in which equal databases may differ, and
//! without dependencies, which follow from the rest.
//!
//! Must never: hold the JSON of a whole catalog.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::Catalog;

/// Bytes gathered before they are hashed: JSON comes in tiny pieces.
const CHUNK: usize = 1 << 14;

impl Catalog {
    /// 64 hex digits: equal catalogs have equal ones.
    pub fn fingerprint(&self) -> String {
        let mut hashing = Hashing { hash: Sha256::new(), chunk: Vec::with_capacity(CHUNK) };
        for pair in &self.objects {
            hashing.add(&pair);
        }
        hashing.add(&self.unmanaged);
        hashing.finish()
    }
}

struct Hashing {
    hash: Sha256,
    chunk: Vec<u8>,
}

impl Hashing {
    fn add(&mut self, value: &impl serde::Serialize) {
        // Neither the writer nor a catalog's JSON can fail: there is no I/O,
        // and no map in it has keys that are no strings.
        let written = serde_json::to_writer(&mut *self, value);
        debug_assert!(written.is_ok(), "{written:?}");
        self.chunk.push(b'\n');
    }

    fn finish(mut self) -> String {
        self.hash.update(&self.chunk);
        self.chunk.clear();
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() + bytes.len() > CHUNK {
            self.hash.update(&self.chunk);
            self.chunk.clear();
        }
        self.chunk.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    //! What counts and what does not.

    use super::*;
    use crate::catalog::{Body, Enum, Id, Kind, Link, Object};

    fn catalog(labels: &[&str]) -> Catalog {
        let labels = labels.iter().map(|it| (*it).to_owned()).collect();
        let mut catalog = Catalog { major: 17, role: "me".to_owned(), ..Catalog::default() };
        let id = Id::new(Kind::Enum, "public", "mood");
        catalog.objects.insert(id, Object::new(Body::Enum(Enum { labels })));
        catalog
    }

    #[test]
    fn equal_catalogs_have_equal_fingerprints() {
        let (one, mut two) = (catalog(&["a", "b"]), catalog(&["a", "b"]));
        two.major = 16;
        let table = Id::new(Kind::Table, "public", "t");
        two.column_order.insert(table.clone(), vec!["x".into()]);
        two.dependencies.insert(table, Id::global(Kind::Namespace, "public"), Link::Normal);
        assert_eq!(one.fingerprint(), two.fingerprint());
        assert_eq!(one.fingerprint().len(), 64);
    }

    #[test]
    fn every_property_counts() {
        let one = catalog(&["a", "b"]).fingerprint();
        assert_ne!(one, catalog(&["a", "c"]).fingerprint());
        assert_ne!(one, Catalog::default().fingerprint());
        let mut other = catalog(&["a", "b"]);
        other.unmanaged.push("a thing".to_owned());
        assert_ne!(one, other.fingerprint());
    }
}

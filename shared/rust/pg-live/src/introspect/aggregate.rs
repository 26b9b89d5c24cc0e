//! Aggregates, put together as CREATE AGGREGATE wants them: PostgreSQL has no
//! function for it.
//!
//! Must never: say what is so without being said.

use pg_diff::catalog::{Aggregate, Body, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Read, Section};

pub(super) const AGGREGATES: Section =
    Section { sql: include_str!("aggregate.sql"), since: 14, read };

/// What `regproc` says of no function.
const NONE: &str = "-";

fn read(draft: &mut Draft, row: &Row) -> Read {
    let Some(id) = draft.id(Kind::Aggregate, row.get(1), row.get(2)) else { return Ok(()) };
    // `*` is what an aggregate of nothing is called by, everywhere.
    let id = id.with(Kind::Aggregate, row.get::<_, Option<&str>>(3).unwrap_or("*"));
    let arguments = text(row, 7)?;
    let arguments = if arguments.is_empty() { "*" } else { &arguments };
    let name: &str = row.get(6);
    let definition = format!("CREATE AGGREGATE {name}({arguments}) ({})", options(row).join(", "));
    let acl: Option<Vec<String>> = row.get(5);
    let held = Held { owner: row.get(4), acl: acl.as_deref() };
    let body = Body::Aggregate(Aggregate { definition });
    draft.add(Address::of(class::ROUTINE, row.get(0)), id, held, body);
    Ok(())
}

fn options(row: &Row) -> Vec<String> {
    let kind: &str = row.get(8);
    // Final functions of ordered sets may change what they are given.
    let modify = if kind == "n" { "r" } else { "w" };
    let functions: Vec<&str> = row.get(10);
    let function = |place: usize| functions.get(place).copied().filter(|name| *name != NONE);
    let text = |column: usize| row.get::<_, Option<&str>>(column);
    let size = |column: usize| Some(row.get::<_, i32>(column)).filter(|size| *size != 0);

    let mut options = Options(Vec::new());
    options.say("SFUNC", function(0));
    options.say("STYPE", text(11));
    options.say("SSPACE", size(13));
    options.say("FINALFUNC", function(1));
    options.flag("FINALFUNC_EXTRA", row.get(17));
    options.modify("FINALFUNC_MODIFY", row.get(19), modify);
    options.say("COMBINEFUNC", function(2));
    options.say("SERIALFUNC", function(3));
    options.say("DESERIALFUNC", function(4));
    options.say("INITCOND", text(15));
    options.say("MSFUNC", function(5));
    options.say("MINVFUNC", function(6));
    options.say("MSTYPE", text(12));
    options.say("MSSPACE", size(14));
    options.say("MFINALFUNC", function(7));
    options.flag("MFINALFUNC_EXTRA", row.get(18));
    if function(5).is_some() {
        options.modify("MFINALFUNC_MODIFY", row.get(20), modify);
    }
    options.say("MINITCOND", text(16));
    options.say("SORTOP", text(21));
    options.say(
        "PARALLEL",
        match row.get(9) {
            "s" => Some("SAFE"),
            "r" => Some("RESTRICTED"),
            _ => None,
        },
    );
    options.flag("HYPOTHETICAL", kind == "h");
    options.0
}

struct Options(Vec<String>);

impl Options {
    fn say(&mut self, key: &str, value: Option<impl std::fmt::Display>) {
        self.0.extend(value.map(|value| format!("{key} = {value}")));
    }

    fn flag(&mut self, key: &str, is_set: bool) {
        self.0.extend(is_set.then(|| key.to_owned()));
    }

    fn modify(&mut self, key: &str, letter: &str, default: &str) {
        let word = match letter {
            "r" => "READ_ONLY",
            "s" => "SHAREABLE",
            _ => "READ_WRITE",
        };
        self.say(key, (letter != default).then_some(word));
    }
}

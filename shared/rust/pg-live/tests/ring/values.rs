//! Values by type, as SQL expressions.

use std::collections::BTreeMap;

use pg_live::{Result, Session, quote_literal};

/// How deep a type may hold others.
const DEPTH: u32 = 4;

/// The same numbers for the same words: a failing case fails again.
pub struct Chance {
    state: u64,
}

impl Chance {
    pub fn new(word: &str, number: u64) -> Chance {
        // FNV-1a.
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Chance { state: hash ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// splitmix64.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).expect("small");
        usize::try_from(self.next() % bound).expect("small")
    }

    pub fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What the types of a database are made of.
pub struct Types {
    all: BTreeMap<u32, Type>,
}

/// What a value is for.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub type_oid: u32,
    /// With its length or precision.
    pub type_name: &'a str,
    /// Keeps the values of different rows apart.
    pub ordinal: u64,
}

struct Type {
    name: String,
    short_name: String,
    /// `b`ase, `c`omposite, `d`omain, `e`num, `m`ultirange, `r`ange.
    kind: String,
    category: String,
    element: u32,
    base: u32,
    labels: Vec<String>,
    attributes: Vec<u32>,
    hints: Vec<String>,
}

impl Types {
    pub async fn read(session: &Session) -> Result<Types> {
        let rows = session.query(include_str!("rows/types.sql"), &[]).await?;
        let of = |row: &tokio_postgres::Row| Type {
            name: row.get(1),
            short_name: row.get(2),
            kind: row.get(3),
            category: row.get(4),
            element: row.get(5),
            base: row.get(6),
            labels: row.get(7),
            attributes: row.get(8),
            hints: literals(&row.get::<_, String>(9)),
        };
        Ok(Types { all: rows.iter().map(|row| (row.get(0), of(row))).collect() })
    }

    /// A value for a place; a literal that its checks name is a good guess.
    pub fn value(&self, place: Place<'_>, hints: &[String], chance: &mut Chance) -> String {
        let is_hinted = !hints.is_empty() && !chance.one_in(4);
        if is_hinted && self.is_plain(place.type_oid) {
            return chance.pick(hints).clone();
        }
        self.nested(place, chance, DEPTH)
    }

    /// True for what a mined literal can be a value of.
    fn is_plain(&self, oid: u32) -> bool {
        self.all.get(&oid).is_none_or(|it| matches!(it.kind.as_str(), "b" | "d" | "e"))
    }

    fn nested(&self, place: Place<'_>, chance: &mut Chance, depth: u32) -> String {
        let Some(it) = self.all.get(&place.type_oid).filter(|_| depth > 0) else {
            return "NULL".to_owned();
        };
        let inner = |type_oid: u32, chance: &mut Chance| {
            self.nested(Place { type_oid, type_name: "", ..place }, chance, depth - 1)
        };
        match it.kind.as_str() {
            "d" if !it.hints.is_empty() && !chance.one_in(3) => chance.pick(&it.hints).clone(),
            "d" => inner(it.base, chance),
            "e" => {
                let Some(label) = it.labels.get(chance.below(it.labels.len())) else {
                    return "NULL".to_owned();
                };
                quote_literal(label)
            }
            "c" => {
                let values: Vec<String> =
                    it.attributes.iter().map(|oid| inner(*oid, chance)).collect();
                format!("ROW({})::{}", values.join(", "), it.name)
            }
            "r" => "'empty'".to_owned(),
            "m" => "'{}'".to_owned(),
            _ if it.category == "A" => {
                format!("ARRAY[{}]::{}", inner(it.element, chance), it.name)
            }
            _ => scalar(&it.short_name, place, chance),
        }
    }
}

/// `character varying(20)` → 20
fn length(type_name: &str) -> Option<usize> {
    let (_, rest) = type_name.split_once('(')?;
    rest.split([')', ',']).next()?.trim().parse().ok()
}

fn scalar(name: &str, place: Place<'_>, chance: &mut Chance) -> String {
    let Place { type_name, ordinal, .. } = place;
    let day = 1 + ordinal % 27;
    match name {
        "bool" => chance.pick(&["true", "false"]).to_string(),
        "int2" | "int4" | "int8" | "oid" | "float4" | "float8" | "money" => {
            (ordinal + 1).to_string()
        }
        "numeric" => format!("0.{}", ordinal % 10),
        "text" | "varchar" | "bpchar" | "name" | "citext" => text(type_name, ordinal, chance),
        "char" => "'c'".to_owned(),
        "uuid" => format!("'00000000-0000-4000-8000-{ordinal:012}'"),
        "date" => format!("'2024-01-{day:02}'"),
        "timestamp" | "timestamptz" => format!("'2024-01-{day:02} 10:20:30'"),
        "time" | "timetz" => format!("'10:20:{day:02}'"),
        "interval" => format!("'{day} days'"),
        "json" | "jsonb" => format!("'{{\"n\": {ordinal}}}'"),
        "jsonpath" => "'$.n'".to_owned(),
        "bytea" => format!("'\\x{:02x}'", ordinal % 256),
        "bit" => quote_literal(&"1".repeat(length(type_name).unwrap_or(1))),
        "varbit" => "'1'".to_owned(),
        "inet" | "cidr" => format!("'10.0.0.{}'", ordinal % 250),
        "macaddr" => format!("'08:00:2b:01:02:{:02x}'", ordinal % 256),
        "macaddr8" => format!("'08:00:2b:01:02:03:04:{:02x}'", ordinal % 256),
        "point" => format!("'({ordinal},1)'"),
        "line" => "'{1,2,3}'".to_owned(),
        "lseg" | "box" => format!("'((0,0),({ordinal},1))'"),
        "path" | "polygon" => format!("'((0,0),(1,1),({ordinal},0))'"),
        "circle" => format!("'<(0,0),{ordinal}>'"),
        "tsvector" => format!("'word{ordinal}'"),
        "tsquery" => "'word'".to_owned(),
        "xml" => "'<a/>'".to_owned(),
        "hstore" => format!("'k=>{ordinal}'"),
        "pg_lsn" => format!("'0/{ordinal:X}'"),
        "vector" | "halfvec" => {
            let numbers = vec!["1"; length(type_name).unwrap_or(3)];
            format!("'[{}]'", numbers.join(","))
        }
        _ => quote_literal(&ordinal.to_string()),
    }
}

fn text(type_name: &str, ordinal: u64, chance: &mut Chance) -> String {
    let long = format!("a longer text, number {ordinal}, with words in it");
    let all = [
        format!("v{ordinal}"),
        format!("{}", ordinal + 1),
        long,
        format!("user{ordinal}@example.com"),
        format!("https://example.com/{ordinal}"),
    ];
    let picked = if ordinal < 7 { &all[0] } else { chance.pick(&all) };
    let most = length(type_name).unwrap_or(usize::MAX);
    // The end of a long one tells them apart.
    let skipped = picked.chars().count().saturating_sub(most);
    quote_literal(&picked.chars().skip(skipped).collect::<String>())
}

/// Literals in an expression, with the numbers beside each number.
pub fn literals(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(at) = rest.find(|c: char| c == '\'' || c == '"' || c.is_ascii_digit()) {
        let before = rest[..at].chars().next_back();
        let from = &rest[at..];
        let length = match from.as_bytes()[0] {
            quote @ (b'\'' | b'"') => {
                let end = from[1..].find(char::from(quote)).map_or(from.len(), |end| end + 2);
                if quote == b'\'' {
                    found.push(from[..end].to_owned());
                }
                end
            }
            _ => {
                let end = from.find(|c: char| !c.is_ascii_digit() && c != '.');
                let end = end.unwrap_or(from.len());
                let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
                if let (false, Ok(number)) = (is_word, from[..end].parse::<f64>()) {
                    found.extend([number, number + 1.0, number - 1.0].map(|it| it.to_string()));
                }
                end
            }
        };
        rest = &from[length..];
    }
    found
}

//! Enums, domains, composite types, ranges, collations, sequences.

use super::draft::{Class, Draft, Thing};

/// Families of types: a change within one is what people do.
const FAMILIES: [(&[&str], Class); 11] = [
    (&["integer", "bigint", "smallint"], Class::Integer),
    (&["integer", "bigint", "numeric", "numeric(12,2)", "numeric(8,2)"], Class::Numeric),
    (
        &["text", "text", "character varying(40)", "character varying(80)", "character varying"],
        Class::Text,
    ),
    (&["text", "character varying(30)", "character(30)"], Class::Text),
    (&["boolean"], Class::Boolean),
    (&["timestamp with time zone", "timestamp without time zone", "date"], Class::Time),
    (&["jsonb"], Class::Json),
    (&["uuid", "bytea", "inet", "interval", "double precision", "real"], Class::Other),
    (&["integer[]", "bigint[]"], Class::Array),
    (&["text[]"], Class::Array),
    (&["int4range"], Class::Range),
];

pub fn write(draft: &mut Draft) {
    for slot in ["co1"] {
        if draft.dice.exists(slot, 40) {
            collation(draft, slot);
        }
    }
    for slot in ["e1", "e2", "e3"] {
        if draft.dice.exists(slot, 70) {
            enumeration(draft, slot);
        }
    }
    for slot in ["d1", "d2"] {
        if draft.dice.exists(slot, 60) {
            domain(draft, slot);
        }
    }
    for slot in ["k1", "k2"] {
        if draft.dice.exists(slot, 45) {
            composite(draft, slot);
        }
    }
    if draft.dice.exists("r1", 35) {
        range(draft, "r1");
    }
    for slot in ["sq1", "sq2"] {
        if draft.dice.exists(slot, 60) {
            sequence(draft, slot);
        }
    }
}

/// A type for a column or attribute: of a family, or one of ours.
pub fn choose(draft: &Draft, key: &str) -> (String, Class) {
    let own = |kind: &str, all: &[Thing]| {
        draft.dice.choose(&format!("{key} {kind}"), all, |it| &it.slot).map(|it| it.name.clone())
    };
    let found = match draft.dice.number(&format!("{key} kind"), 12) {
        0 | 1 => own("enum", &draft.enums).map(|it| (it, Class::Enum)),
        2 => {
            let domain =
                draft.dice.choose(&format!("{key} domain"), &draft.domains, |it| &it.0.slot);
            domain.map(|(it, class)| (it.name.clone(), *class))
        }
        3 => own("composite", &draft.composites).map(|it| (it, Class::Other)),
        4 => own("range", &draft.ranges).map(|it| (it, Class::Range)),
        _ => None,
    };
    found.unwrap_or_else(|| built_in(draft, key))
}

pub fn built_in(draft: &Draft, key: &str) -> (String, Class) {
    let count = u64::try_from(FAMILIES.len()).expect("few");
    let family = draft.dice.number(&format!("{key} family"), count);
    let (members, class) = FAMILIES[usize::try_from(family).expect("few")];
    (draft.dice.pick(&format!("{key} member"), members).to_owned(), class)
}

fn collation(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let locale = draft.dice.pick(&format!("{slot} locale"), &["C", "POSIX"]);
    draft.push(format!("CREATE COLLATION {name} (provider = libc, locale = '{locale}')"));
    draft.comment(slot, &format!("COLLATION {name}"));
    draft.collations.push(Thing { slot: slot.to_owned(), name, labels: Vec::new() });
}

fn enumeration(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let mut labels = Vec::new();
    for label in ["new", "Open", "it''s", "done", "two words", "last"] {
        let key = format!("{slot}.{label}");
        if draft.dice.exists(&key, 70) {
            labels.push(format!("'{label}'"));
        }
    }
    if labels.len() > 1 && draft.dice.chance(&format!("{slot} is turned"), 10) {
        labels.reverse();
    }
    draft.push(format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", ")));
    draft.comment(slot, &format!("TYPE {name}"));
    draft.enums.push(Thing { slot: slot.to_owned(), name, labels });
}

fn domain(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let bases = ["integer", "text", "character varying(50)", "numeric(10,2)"];
    let base = draft.dice.pick(&format!("{slot} base"), &bases);
    let is_text = !matches!(base, "integer" | "numeric(10,2)");
    let class = if is_text { Class::Text } else { Class::Numeric };
    let mut sql = format!("CREATE DOMAIN {name} AS {base}");
    if draft.dice.chance(&format!("{slot} default"), 25) {
        sql.push_str(if is_text { " DEFAULT 'v'" } else { " DEFAULT 5" });
    }
    if draft.dice.chance(&format!("{slot} not null"), 10) {
        sql.push_str(" NOT NULL");
    }
    draft.push(sql);
    for check in ["a", "b"] {
        let key = format!("{slot}.check_{check}");
        if draft.dice.exists(&key, 40) {
            let texts = ["VALUE <> ''", "char_length(VALUE) < 60", "VALUE ~ '^[^ ]'"];
            let numbers = ["VALUE > 0", "VALUE < 1000000", "VALUE <> 13"];
            let all = if is_text { texts } else { numbers };
            let check = draft.own_name(&key);
            let condition = draft.dice.pick(&format!("{key} condition"), &all);
            draft.push(format!("ALTER DOMAIN {name} ADD CONSTRAINT {check} CHECK ({condition})"));
            draft.comment(&key, &format!("CONSTRAINT {check} ON DOMAIN {name}"));
        }
    }
    draft.comment(slot, &format!("DOMAIN {name}"));
    draft.domains.push((Thing { slot: slot.to_owned(), name, labels: Vec::new() }, class));
}

fn composite(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let mut attributes = Vec::new();
    for attribute in ["a1", "a2", "a3", "a4"] {
        let key = format!("{slot}.{attribute}");
        if draft.dice.exists(&key, 70) {
            let attribute = draft.own_name(&key);
            // Never a composite: one that holds itself is none.
            let (type_name, _) = built_in(draft, &key);
            attributes.push((key, attribute, type_name));
        }
    }
    let list: Vec<String> = attributes.iter().map(|(_, name, it)| format!("{name} {it}")).collect();
    draft.push(format!("CREATE TYPE {name} AS ({})", list.join(", ")));
    draft.comment(slot, &format!("TYPE {name}"));
    for (key, attribute, _) in &attributes {
        draft.comment(key, &format!("COLUMN {name}.{attribute}"));
    }
    draft.composites.push(Thing { slot: slot.to_owned(), name, labels: Vec::new() });
}

fn range(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let subtype = draft.dice.pick(&format!("{slot} subtype"), &["integer", "text", "date"]);
    draft.push(format!("CREATE TYPE {name} AS RANGE (subtype = {subtype})"));
    draft.comment(slot, &format!("TYPE {name}"));
    draft.ranges.push(Thing { slot: slot.to_owned(), name, labels: Vec::new() });
}

fn sequence(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let mut sql = format!("CREATE SEQUENCE {name}");
    let type_name = draft.dice.pick(&format!("{slot} type"), &["bigint", "integer", "smallint"]);
    sql.push_str(&format!(" AS {type_name}{}", options(draft, slot)));
    draft.push(sql);
    draft.comment(slot, &format!("SEQUENCE {name}"));
    draft.sequences.push(Thing { slot: slot.to_owned(), name, labels: Vec::new() });
}

/// Options of a sequence, also of an identity column's.
pub fn options(draft: &Draft, slot: &str) -> String {
    let mut sql = String::new();
    for (option, percent, all) in [
        ("START WITH", 25, ["10", "100", "1000"]),
        ("INCREMENT BY", 20, ["2", "5", "10"]),
        ("MAXVALUE", 15, ["20000", "30000", "32000"]),
        ("CACHE", 15, ["5", "20", "50"]),
    ] {
        let key = format!("{slot} {option}");
        if draft.dice.chance(&key, percent) {
            sql.push_str(&format!(" {option} {}", draft.dice.pick(&format!("{key} is"), &all)));
        }
    }
    if draft.dice.chance(&format!("{slot} cycles"), 15) {
        sql.push_str(" CYCLE");
    }
    sql
}

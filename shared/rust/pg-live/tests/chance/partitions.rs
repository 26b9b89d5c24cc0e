//! Partitioned tables, their partitions at two depths, and what a partition
//! has of its own.

use super::draft::{Class, Column, Draft, Relation, RelationKind};
use super::{tables, types};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Range,
    List,
    Hash,
}

pub fn write(draft: &mut Draft) {
    for slot in ["p1", "p2"] {
        if draft.dice.exists(slot, 50) {
            partitioned(draft, slot);
        }
    }
}

fn partitioned(draft: &mut Draft, slot: &str) {
    let dice = draft.dice;
    // Another strategy is another table: rarely, and never by chance alone.
    let strategy = [Strategy::Range, Strategy::List, Strategy::Hash]
        [usize::try_from(dice.number(&format!("{slot} strategy"), 3)).expect("3")];
    let (name, namespace) = draft.name(slot);
    let column = |name: &str, type_name: &str, class: Class| Column {
        slot: format!("{slot}.{name}"),
        name: draft.own_name(&format!("{slot}.{name}")),
        type_name: type_name.to_owned(),
        class,
        is_not_null: true,
        is_generated: false,
    };
    let key = column("c1", "bigint", Class::Integer);
    let by = match strategy {
        Strategy::Range => column("at", "date", Class::Time),
        Strategy::List => column("kind", "text", Class::Text),
        Strategy::Hash => column("part", "integer", Class::Integer),
    };
    let mut columns = vec![key.clone(), by.clone()];
    let mut lines: Vec<String> =
        columns.iter().map(|it| format!("{} {} NOT NULL", it.name, it.type_name)).collect();
    for plain in ["c2", "c3", "c4"] {
        let key = format!("{slot}.{plain}");
        if dice.exists(&key, 60) {
            let (type_name, class) = types::choose(draft, &key);
            let name = draft.own_name(&key);
            lines.push(format!("{name} {type_name}"));
            let (is_not_null, is_generated) = (false, false);
            columns.push(Column { slot: key, name, type_name, class, is_not_null, is_generated });
        }
    }
    let has_key = dice.exists(&format!("{slot}.primary"), 60);
    if has_key {
        let constraint = draft.own_name(&format!("{slot}.{slot}_pkey"));
        lines.push(format!("CONSTRAINT {constraint} PRIMARY KEY ({}, {})", key.name, by.name));
    }
    for number in ["k1", "k2"] {
        let check = format!("{slot}.{number}");
        if dice.exists(&check, 30)
            && let Some(condition) = draft.condition(&check, &columns)
        {
            let constraint = draft.own_name(&format!("{slot}.{slot}_{number}"));
            lines.push(format!("CONSTRAINT {constraint} CHECK ({condition})"));
        }
    }
    let word = word(strategy);
    draft.push(format!(
        "CREATE TABLE {name} (\n  {}\n) PARTITION BY {word} ({})",
        lines.join(",\n  "),
        by.name
    ));
    draft.comment(slot, &format!("TABLE {name}"));
    tables::column_settings(draft, &name, &columns);
    let keys = if has_key { vec![key, by] } else { Vec::new() };
    let parent = Relation {
        slot: slot.to_owned(),
        name,
        namespace,
        kind: RelationKind::Partitioned,
        is_unlogged: false,
        columns,
        key: keys,
    };
    draft.relations.push(parent.clone());
    for (number, leaf) in ["l1", "l2", "l3"].iter().enumerate() {
        let leaf = format!("{slot}.{leaf}");
        if dice.exists(&leaf, 70) {
            let bound = bound(draft, &leaf, strategy, number);
            partition(draft, &leaf, &parent, &bound);
        }
    }
    if strategy != Strategy::Hash && dice.exists(&format!("{slot}.other"), 35) {
        partition(draft, &format!("{slot}.other"), &parent, "DEFAULT");
    }
}

fn word(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Range => "RANGE",
        Strategy::List => "LIST",
        Strategy::Hash => "HASH",
    }
}

/// Partitions have places that never overlap, whatever else changes.
fn bound(draft: &Draft, slot: &str, strategy: Strategy, number: usize) -> String {
    let is_wide = draft.dice.chance(&format!("{slot} is wide"), 70);
    match strategy {
        Strategy::Range => {
            let year = 2020 + number;
            let to = if is_wide { format!("{}-01-01", year + 1) } else { format!("{year}-07-01") };
            format!("FOR VALUES FROM ('{year}-01-01') TO ('{to}')")
        }
        Strategy::List => {
            let all =
                if is_wide { format!("'a{number}', 'b{number}'") } else { format!("'a{number}'") };
            format!("FOR VALUES IN ({all})")
        }
        Strategy::Hash => format!("FOR VALUES WITH (modulus 3, remainder {number})"),
    }
}

fn partition(draft: &mut Draft, slot: &str, parent: &Relation, bound: &str) {
    let dice = draft.dice;
    let name = draft.own_name(&format!("{slot}_{}", parent.slot));
    let namespace = parent.namespace.clone();
    let name = format!("{namespace}.{name}");
    let divided = dice.chance(&format!("{slot} is divided"), 15);
    let by = if divided {
        format!(" PARTITION BY HASH ({})", parent.columns[0].name)
    } else {
        String::new()
    };
    let fill = !divided && dice.chance(&format!("{slot} fillfactor"), 10);
    let options = if fill { " WITH (fillfactor = 80)" } else { "" };
    draft.push(format!("CREATE TABLE {name} PARTITION OF {} {bound}{by}{options}", parent.name));
    draft.comment(slot, &format!("TABLE {name}"));
    let mut columns = parent.columns.clone();
    columns.iter_mut().for_each(|it| it.slot = format!("{slot}.{}", it.slot));
    let plain = dice.choose(&format!("{slot} default of"), &columns[2..], |it| &it.slot);
    if let Some(plain) = plain
        && plain.class == Class::Text
        && plain.type_name == "text"
        && dice.chance(&format!("{slot} default"), 25)
    {
        draft.push(format!("ALTER TABLE {name} ALTER COLUMN {} SET DEFAULT 'leaf'", plain.name));
    }
    let own_check = format!("{slot}.own");
    if dice.exists(&own_check, 15)
        && let Some(condition) = draft.condition(&own_check, &columns)
    {
        let constraint = draft.own_name(&own_check);
        draft.push(format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} CHECK ({condition})"));
    }
    if divided {
        for number in 0..2 {
            let leaf = format!("{slot}.s{number}");
            if dice.exists(&leaf, 80) {
                let sub = draft.own_name(&leaf.replace('.', "_"));
                draft.push(format!(
                    "CREATE TABLE {namespace}.{sub} PARTITION OF {name} FOR VALUES WITH (modulus 2, \
                     remainder {number})"
                ));
            }
        }
    }
    let kind = RelationKind::Partition;
    let slot = slot.to_owned();
    draft.relations.push(Relation::new(slot, (name, namespace), kind, columns));
}

//! Tables: columns with all their properties, constraints, inheritance,
//! foreign tables.

use super::draft::{Class, Column, Draft, Relation, RelationKind, names};
use super::types;

const TABLES: [&str; 5] = ["t1", "t2", "t3", "t4", "t5"];
const COLUMNS: [&str; 6] = ["c2", "c3", "c4", "c5", "c6", "c7"];

pub fn write(draft: &mut Draft) {
    for slot in TABLES {
        if draft.dice.exists(slot, 75) {
            table(draft, slot);
        }
    }
    for slot in ["h1", "h2"] {
        if draft.dice.exists(slot, 35) {
            child(draft, slot);
        }
    }
    if draft.dice.exists("fw1", 20) {
        foreign(draft, "fw1");
    }
}

/// The key column that others point to.
fn key_column(draft: &Draft, slot: &str) -> (Column, String) {
    let key = format!("{slot}.c1");
    let name = draft.own_name(&key);
    let types = ["integer", "bigint", "bigint", "uuid", "text", "smallint"];
    let type_name = draft.dice.pick(&format!("{key} type"), &types);
    let class = match type_name {
        "uuid" => Class::Other,
        "text" => Class::Text,
        _ => Class::Integer,
    };
    let is_identity =
        class == Class::Integer && draft.dice.chance(&format!("{key} is identity"), 50);
    let mut sql = format!("{name} {type_name}");
    if is_identity {
        let how = draft.dice.pick(&format!("{key} identity"), &["ALWAYS", "BY DEFAULT"]);
        let options = types::options(draft, &format!("{key} identity"));
        let options = if options.is_empty() { options } else { format!(" ({})", options.trim()) };
        sql.push_str(&format!(" GENERATED {how} AS IDENTITY{options}"));
    } else {
        sql.push_str(" NOT NULL");
        if type_name == "uuid" && draft.dice.chance(&format!("{key} default"), 60) {
            sql.push_str(" DEFAULT gen_random_uuid()");
        }
    }
    let column = Column {
        slot: key,
        name,
        type_name: type_name.to_owned(),
        class,
        is_not_null: true,
        is_generated: false,
    };
    (column, sql)
}

/// A column with its properties, as CREATE TABLE wants it.
fn column(draft: &Draft, key: &str, before: &[Column]) -> (Column, String) {
    let name = draft.own_name(key);
    let dice = draft.dice;
    if dice.chance(&format!("{key} is generated"), 12)
        && let Some((column, sql)) = generated(draft, key, before)
    {
        return (column, sql);
    }
    let (type_name, class) = types::choose(draft, key);
    let mut sql = format!("{name} {type_name}");
    let is_text = class == Class::Text;
    let is_built_in = !type_name.contains('.');
    if is_text && is_built_in && dice.chance(&format!("{key} collation"), 12) {
        let own = dice.choose(&format!("{key} own collation"), &draft.collations, |it| &it.slot);
        let own = own.map_or("pg_catalog.\"C\"", |it| it.name.as_str());
        sql.push_str(&format!(" COLLATE {own}"));
    }
    let has_default = dice.chance(&format!("{key} has a default"), 35);
    let default = has_default.then(|| default(draft, key, &type_name, class)).flatten();
    if let Some(default) = &default {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    let is_not_null = dice.chance(&format!("{key} not null"), 25);
    if is_not_null {
        sql.push_str(" NOT NULL");
    }
    let column =
        Column { slot: key.to_owned(), name, type_name, class, is_not_null, is_generated: false };
    (column, sql)
}

fn generated(draft: &Draft, key: &str, before: &[Column]) -> Option<(Column, String)> {
    let plain: Vec<&Column> = before.iter().filter(|it| !it.is_generated).collect();
    let usable = plain.into_iter().filter(|it| {
        it.class == Class::Integer || (it.class == Class::Text && it.type_name == "text")
    });
    let of = draft.dice.choose(&format!("{key} of"), usable, |it| &it.slot)?;
    let (type_name, class, expression) = if of.class == Class::Integer {
        ("bigint", Class::Integer, format!("{}::bigint * 2", of.name))
    } else {
        let own = draft.call(key, of);
        let all = [format!("upper({})", of.name), own.unwrap_or(format!("{} || '!'", of.name))];
        ("text", Class::Text, draft.one(&format!("{key} expression"), &all))
    };
    let is_virtual = draft.major >= 18
        && of.class == Class::Integer
        && draft.dice.chance(&format!("{key} is virtual"), 50);
    let kind = if is_virtual { "VIRTUAL" } else { "STORED" };
    let name = draft.own_name(key);
    let sql = format!("{name} {type_name} GENERATED ALWAYS AS ({expression}) {kind}");
    let column = Column {
        slot: key.to_owned(),
        name,
        type_name: type_name.to_owned(),
        class,
        is_not_null: false,
        is_generated: true,
    };
    Some((column, sql))
}

fn default(draft: &Draft, key: &str, type_name: &str, class: Class) -> Option<String> {
    let number = draft.dice.number(&format!("{key} default"), 3);
    let key = format!("{key} default form");
    Some(match class {
        Class::Integer | Class::Numeric => {
            let sequence = draft.dice.choose(&key, &draft.sequences, |it| &it.slot);
            let own = draft.dice.choose(&key, &draft.integer_functions, |it| &it.slot);
            let all = [
                format!("{number}"),
                sequence.map_or("1".to_owned(), |it| format!("nextval('{}')", it.name)),
                own.map_or("2".to_owned(), |it| format!("{}({number})", it.name)),
            ];
            draft.one(&key, &all)
        }
        Class::Text => {
            let own = draft.dice.choose(&key, &draft.text_functions, |it| &it.slot);
            let all = [
                format!("'v{number}'"),
                "'it''s'".to_owned(),
                own.map_or("current_user".to_owned(), |it| format!("{}('A')", it.name)),
            ];
            draft.one(&key, &all)
        }
        Class::Boolean => draft.one(&key, &["true".to_owned(), "false".to_owned()]),
        Class::Time => draft.one(&key, &["now()".to_owned(), "'2020-01-01'".to_owned()]),
        Class::Json => draft.one(&key, &["'{}'".to_owned(), "'{\"a\": [1]}'".to_owned()]),
        Class::Array => {
            draft.one(&key, &["'{}'".to_owned(), "ARRAY[]".to_owned() + "::" + type_name])
        }
        Class::Range => "'empty'".to_owned(),
        Class::Enum => {
            let labels = draft.enums.iter().find(|it| it.name == type_name)?;
            draft.dice.choose(&key, &labels.labels, String::as_str)?.clone()
        }
        Class::Other => match type_name {
            "uuid" => "gen_random_uuid()".to_owned(),
            "bytea" => "'\\x00'".to_owned(),
            "inet" => "'10.0.0.1'".to_owned(),
            "interval" => "'1 day'".to_owned(),
            _ if type_name.contains('.') => return None,
            _ => "1.5".to_owned(),
        },
    })
}

fn table(draft: &mut Draft, slot: &str) {
    let (name, namespace) = draft.name(slot);
    let (key, sql) = key_column(draft, slot);
    let mut columns = vec![(key.clone(), sql)];
    for column_slot in COLUMNS {
        let key = format!("{slot}.{column_slot}");
        if draft.dice.exists(&key, 65) {
            let before: Vec<Column> = columns.iter().map(|(it, _)| it.clone()).collect();
            columns.push(column(draft, &key, &before));
        }
    }
    // A column that has moved is no difference.
    if draft.dice.chance(&format!("{slot} is turned"), 15) {
        columns.reverse();
    }
    let mut lines: Vec<String> = columns.iter().map(|(_, sql)| sql.clone()).collect();
    let columns: Vec<Column> = columns.into_iter().map(|(it, _)| it).collect();
    let constraints = constraints(draft, slot, &key, &columns);
    lines.extend(constraints.iter().map(|(_, name, sql)| format!("CONSTRAINT {name} {sql}")));
    let is_unlogged = draft.dice.chance(&format!("{slot} unlogged"), 8);
    let unlogged = if is_unlogged { "UNLOGGED " } else { "" };
    let options = storage_options(draft, slot);
    draft.push(format!("CREATE {unlogged}TABLE {name} (\n  {}\n){options}", lines.join(",\n  ")));
    draft.comment(slot, &format!("TABLE {name}"));
    for (key, constraint, _) in &constraints {
        draft.comment(key, &format!("CONSTRAINT {constraint} ON {name}"));
    }
    own_sequence(draft, slot, &name, &columns);
    column_settings(draft, &name, &columns);
    let has_key =
        constraints.iter().any(|(_, _, sql)| sql == &format!("PRIMARY KEY ({})", key.name));
    let kind = RelationKind::Table;
    let key = if has_key { vec![key] } else { Vec::new() };
    let relation = Relation::new(slot.to_owned(), (name, namespace), kind, columns);
    draft.relations.push(Relation { is_unlogged, key, ..relation });
}

fn storage_options(draft: &Draft, slot: &str) -> String {
    let mut all = Vec::new();
    if draft.dice.chance(&format!("{slot} fillfactor"), 15) {
        all.push(format!("fillfactor = {}", 50 + 10 * draft.dice.number(&format!("{slot} ff"), 4)));
    }
    if draft.dice.chance(&format!("{slot} autovacuum"), 10) {
        all.push("autovacuum_enabled = false".to_owned());
    }
    if draft.dice.chance(&format!("{slot} toast"), 8) {
        all.push("toast.autovacuum_enabled = false".to_owned());
    }
    if all.is_empty() { String::new() } else { format!(" WITH ({})", all.join(", ")) }
}

/// Keys, checks and exclusions of a table: slot, name, definition.
pub fn constraints(
    draft: &Draft,
    slot: &str,
    key: &Column,
    columns: &[Column],
) -> Vec<(String, String, String)> {
    let dice = draft.dice;
    let mut all = Vec::new();
    let mut add = |kind: &str, sql: String| {
        let constraint = format!("{slot}.{slot}_{kind}");
        let name = draft.own_name(&constraint);
        all.push((constraint, name, sql));
    };
    if dice.exists(&format!("{slot}.primary"), 80) {
        add("pkey", format!("PRIMARY KEY ({})", key.name));
    }
    let comparable: Vec<Column> =
        columns.iter().filter(|it| it.class != Class::Json).cloned().collect();
    let stored: Vec<Column> = comparable.iter().filter(|it| !it.is_generated).cloned().collect();
    for number in ["u1", "u2"] {
        let unique = format!("{slot}.{number}");
        if dice.exists(&unique, 25) {
            // A second one over the key would be the key itself.
            let others: Vec<Column> =
                stored.iter().filter(|it| it.slot != key.slot).cloned().collect();
            let list = draft.some(&format!("{unique} columns"), &others, 2);
            if list.is_empty() {
                continue;
            }
            let nulls = draft.major >= 15 && dice.chance(&format!("{unique} nulls"), 20);
            let nulls = if nulls { " NULLS NOT DISTINCT" } else { "" };
            let include = dice.chance(&format!("{unique} include"), 15);
            let include = if include { format!(" INCLUDE ({})", key.name) } else { String::new() };
            let deferrable = ["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"];
            let deferrable = dice.pick(&format!("{unique} deferrable"), &deferrable);
            add(number, format!("UNIQUE{nulls} ({}){include}{deferrable}", names(&list)));
        }
    }
    for number in ["k1", "k2", "k3"] {
        let check = format!("{slot}.{number}");
        if dice.exists(&check, 35)
            && let Some(condition) = draft.condition(&check, &stored)
        {
            let inherit = dice.chance(&format!("{check} no inherit"), 10);
            let inherit = if inherit { " NO INHERIT" } else { "" };
            let enforced = draft.major >= 18 && dice.chance(&format!("{check} not enforced"), 10);
            let enforced = if enforced { " NOT ENFORCED" } else { "" };
            add(number, format!("CHECK ({condition}){inherit}{enforced}"));
        }
    }
    let ranges: Vec<&Column> = stored.iter().filter(|it| it.class == Class::Range).collect();
    if dice.exists(&format!("{slot}.x1"), 30)
        && let Some(range) = dice.choose(&format!("{slot}.x1 of"), ranges, |it| &it.slot)
    {
        add("x1", format!("EXCLUDE USING gist ({} WITH &&)", range.name));
    }
    all
}

/// A sequence goes with one of the columns that use it.
fn own_sequence(draft: &mut Draft, slot: &str, table: &str, columns: &[Column]) {
    let dice = draft.dice;
    if !dice.chance(&format!("{slot} owns"), 20) {
        return;
    }
    let namespace = table.rsplit_once('.').map(|(it, _)| it.to_owned()).unwrap_or_default();
    let here = draft.sequences.iter().filter(|it| it.name.starts_with(&format!("{namespace}.")));
    let sequence = dice.choose(&format!("{slot} owns what"), here, |it| &it.slot);
    let column = dice.choose(&format!("{slot} owns for"), columns, |it| &it.slot);
    if let (Some(sequence), Some(column)) = (sequence, column) {
        let sql = format!("ALTER SEQUENCE {} OWNED BY {table}.{}", sequence.name, column.name);
        draft.push(sql);
    }
}

/// What CREATE TABLE does not say of a column.
pub fn column_settings(draft: &mut Draft, table: &str, columns: &[Column]) {
    for column in columns {
        let (slot, name) = (&column.slot, &column.name);
        let alter = format!("ALTER TABLE {table} ALTER COLUMN {name}");
        let dice = draft.dice;
        if dice.chance(&format!("{slot} statistics"), 6) {
            let target = dice.pick(&format!("{slot} target"), &["50", "200", "0"]);
            draft.push(format!("{alter} SET STATISTICS {target}"));
        }
        if dice.chance(&format!("{slot} n_distinct"), 4) {
            draft.push(format!("{alter} SET (n_distinct = -0.5)"));
        }
        if column.type_name == "text" && dice.chance(&format!("{slot} storage"), 10) {
            let storage = dice.pick(&format!("{slot} storage is"), &["EXTERNAL", "MAIN"]);
            draft.push(format!("{alter} SET STORAGE {storage}"));
        }
        if column.type_name == "text" && dice.chance(&format!("{slot} compression"), 8) {
            draft.push(format!("{alter} SET COMPRESSION pglz"));
        }
        draft.comment(slot, &format!("COLUMN {table}.{name}"));
    }
}

/// A table that inherits from another.
fn child(draft: &mut Draft, slot: &str) {
    let parents: Vec<Relation> =
        draft.relations.iter().filter(|it| it.kind == RelationKind::Table).cloned().collect();
    let parent = draft.dice.choose(&format!("{slot} parent"), &parents, |it| &it.slot);
    let Some(parent) = parent else { return };
    let (name, namespace) = draft.name(slot);
    let mut own = Vec::new();
    for column_slot in ["h2", "h3"] {
        let key = format!("{slot}.{slot}_{column_slot}");
        if draft.dice.exists(&key, 60) {
            own.push(column(draft, &key, &[]));
        }
    }
    let lines: Vec<String> = own.iter().map(|(_, sql)| sql.clone()).collect();
    draft.push(format!("CREATE TABLE {name} ({}) INHERITS ({})", lines.join(", "), parent.name));
    draft.comment(slot, &format!("TABLE {name}"));
    let own: Vec<Column> = own.into_iter().map(|(it, _)| it).collect();
    column_settings(draft, &name, &own);
    let mut columns = parent.columns.clone();
    // Known by the child's slots: a choice of one is none of the other.
    columns.iter_mut().for_each(|it| it.slot = format!("{slot}.{}", it.slot));
    columns.extend(own);
    let kind = RelationKind::Table;
    let relation = Relation::new(slot.to_owned(), (name, namespace), kind, columns);
    draft.relations.push(relation);
}

fn foreign(draft: &mut Draft, slot: &str) {
    let (wrapper, server) = (draft.own_name("fw1.fdw"), draft.own_name("fw1.server"));
    draft.push(format!("CREATE FOREIGN DATA WRAPPER {wrapper} OPTIONS (debug 'true')"));
    let host = draft.dice.pick("fw1 host", &["one", "two"]);
    draft.push(format!(
        "CREATE SERVER {server} VERSION '1' FOREIGN DATA WRAPPER {wrapper} OPTIONS (host '{host}')"
    ));
    draft.comment("fw1.server", &format!("SERVER {server}"));
    if draft.dice.chance("fw1 mapping", 40) {
        draft.push(format!("CREATE USER MAPPING FOR PUBLIC SERVER {server} OPTIONS (user 'u')"));
    }
    if !draft.dice.exists("fw1.ft1", 60) {
        return;
    }
    let (name, namespace) = draft.name("fw1.ft1");
    let mut columns = Vec::new();
    for column_slot in ["f1", "f2", "f3"] {
        let key = format!("{slot}.ft1.{column_slot}");
        if draft.dice.exists(&key, 70) {
            columns.push(column(draft, &key, &[]));
        }
    }
    let lines: Vec<String> = columns.iter().map(|(_, sql)| sql.clone()).collect();
    let table = draft.dice.pick("fw1.ft1 options", &["'one'", "'two'"]);
    draft.push(format!(
        "CREATE FOREIGN TABLE {name} ({}) SERVER {server} OPTIONS (table {table})",
        lines.join(", ")
    ));
    draft.comment("fw1.ft1", &format!("FOREIGN TABLE {name}"));
    let columns = columns.into_iter().map(|(it, _)| it).collect();
    let kind = RelationKind::Foreign;
    let slot = "fw1.ft1".to_owned();
    draft.relations.push(Relation::new(slot, (name, namespace), kind, columns));
}

//! What runs, and what is made of it: functions, procedures, aggregates,
//! operators, casts, text search, event triggers.

use super::draft::{Draft, Thing};

pub fn write(draft: &mut Draft) {
    for slot in ["fi1", "fi2"] {
        if draft.dice.exists(slot, 60) {
            immutable(draft, slot, "integer", "$1");
        }
    }
    for slot in ["ft1", "ft2"] {
        if draft.dice.exists(slot, 60) {
            immutable(draft, slot, "text", "lower($1)");
        }
    }
    for slot in ["ff1", "ff2"] {
        if draft.dice.exists(slot, 80) {
            for_triggers(draft, slot);
        }
    }
    for slot in ["fp1", "fp2", "fp3"] {
        if draft.dice.exists(slot, 40) {
            plain(draft, slot);
        }
    }
    if draft.dice.exists("ag1", 25) {
        aggregate(draft, "ag1");
    }
    if draft.dice.exists("op1", 20) {
        operator(draft, "op1");
    }
    if draft.dice.exists("ts1", 20) {
        text_search(draft, "ts1");
    }
    if draft.dice.exists("ca1", 20) {
        cast(draft, "ca1");
    }
}

/// How a function says what it is, in an order PostgreSQL takes.
fn properties(draft: &Draft, slot: &str) -> String {
    let mut sql = String::new();
    for (property, percent) in [
        (" STRICT", 25),
        (" PARALLEL SAFE", 25),
        (" COST 50", 15),
        (" SECURITY DEFINER", 15),
        (" LEAKPROOF", 10),
        (" SET work_mem = '8MB'", 10),
    ] {
        if draft.dice.chance(&format!("{slot}{property}"), percent) {
            sql.push_str(property);
        }
    }
    sql
}

fn add(draft: &mut Draft, slot: &str, what: &str, name: &str, arguments: &str) -> Thing {
    draft.comment(slot, &format!("{what} {name}({arguments})"));
    let named = |name: String| Thing { slot: slot.to_owned(), name, labels: Vec::new() };
    draft.routines.push(named(format!("{what} {name}({arguments})")));
    named(name.to_owned())
}

/// Of one argument and its type; what an index or a check may call.
fn immutable(draft: &mut Draft, slot: &str, type_name: &str, body: &str) {
    let (name, _) = draft.name(slot);
    let parameter = draft.dice.pick(&format!("{slot} parameter"), &["", "value ", "\"V\" "]);
    let number = draft.dice.number(&format!("{slot} body"), 3);
    let expression = match type_name {
        "integer" => format!("{body} + {number}"),
        _ => format!("{body} || '{number}'"),
    };
    let mut properties = properties(draft, slot);
    // A function with settings cannot be inlined into an index, which is fine,
    // but the row filler would be refused by a strict one.
    properties.insert_str(0, " IMMUTABLE");
    // A second argument that callers leave out. Beside one with a name,
    // PostgreSQL deparses `$1` of a RETURN as an empty name.
    let more = draft.dice.chance(&format!("{slot} has another"), 15) && !parameter.is_empty();
    let (list, types) = match more {
        true => (format!("{parameter}{type_name}, extra integer DEFAULT 7"), ", integer"),
        false => (format!("{parameter}{type_name}"), ""),
    };
    let head = format!("CREATE FUNCTION {name}({list}) RETURNS {type_name}");
    let sql = match draft.dice.number(&format!("{slot} form"), 3) {
        0 => format!("{head} LANGUAGE sql{properties} AS $$ SELECT {expression} $$"),
        1 => format!("{head} LANGUAGE sql{properties} RETURN {expression}"),
        _ => format!(
            "{head} LANGUAGE plpgsql{properties} AS $body$\nBEGIN\n  RETURN {expression};\nEND\n$body$"
        ),
    };
    draft.push(sql);
    let thing = add(draft, slot, "FUNCTION", &name, &format!("{type_name}{types}"));
    match type_name {
        "integer" => draft.integer_functions.push(thing),
        _ => draft.text_functions.push(thing),
    }
}

fn for_triggers(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let bodies = ["RETURN NEW;", "RETURN coalesce(NEW, OLD);", "-- changed\n  RETURN NEW;"];
    let body = draft.dice.pick(&format!("{slot} body"), &bodies);
    draft.push(format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  {body}\nEND $$"
    ));
    let thing = add(draft, slot, "FUNCTION", &name, "");
    draft.trigger_functions.push(thing);
}

fn plain(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let own = draft.dice.choose(&format!("{slot} enum"), &draft.enums, |it| &it.slot);
    let own = own.map_or("date".to_owned(), |it| it.name.clone());
    let properties = properties(draft, slot);
    let form = draft.dice.number(&format!("{slot} form"), 6);
    let number = draft.dice.number(&format!("{slot} body"), 3);
    let volatility = draft.dice.pick(&format!("{slot} volatility"), &["", " STABLE", " IMMUTABLE"]);
    let (what, arguments, sql) = match form {
        0 => (
            "FUNCTION",
            "integer, text",
            format!(
                "CREATE FUNCTION {name}(a integer, b text DEFAULT 'x') RETURNS TABLE (c integer, d \
                 text) LANGUAGE sql{volatility}{properties} AS $$ SELECT a + {number}, b $$"
            ),
        ),
        1 => (
            "PROCEDURE",
            "integer",
            format!(
                "CREATE PROCEDURE {name}(IN a integer) LANGUAGE plpgsql AS $$ BEGIN PERFORM \
                 {number}; END $$"
            ),
        ),
        2 => (
            "FUNCTION",
            own.as_str(),
            format!(
                "CREATE FUNCTION {name}({own}) RETURNS text LANGUAGE sql{volatility}{properties} \
                 AS $$ SELECT $1::text || '{number}' $$"
            ),
        ),
        3 => (
            "FUNCTION",
            "integer",
            format!(
                "CREATE FUNCTION {name}(integer, OUT x integer, OUT y text) LANGUAGE \
                 sql{volatility}{properties} AS $$ SELECT $1, 'y{number}' $$"
            ),
        ),
        4 => (
            "FUNCTION",
            "integer[]",
            format!(
                "CREATE FUNCTION {name}(VARIADIC list integer[]) RETURNS bigint LANGUAGE \
                 sql{volatility}{properties} AS $$ SELECT sum(x) + {number} FROM unnest(list) x $$"
            ),
        ),
        _ => (
            "FUNCTION",
            "integer",
            format!(
                "CREATE FUNCTION {name}(n integer) RETURNS SETOF integer LANGUAGE \
                 plpgsql{volatility} ROWS 20 AS $$ BEGIN RETURN QUERY SELECT \
                 generate_series({number}, n); END $$"
            ),
        ),
    };
    draft.push(sql);
    let arguments = arguments.to_owned();
    add(draft, slot, what, &name, &arguments);
}

fn aggregate(draft: &mut Draft, slot: &str) {
    let (name, _) = draft.name(slot);
    let start = draft.dice.pick(&format!("{slot} start"), &["0", "1"]);
    // Ours, where there is one that takes two.
    let step = draft.dice.pick(&format!("{slot} step"), &["int4pl", "int4mul", "int4larger"]);
    draft.push(format!(
        "CREATE AGGREGATE {name}(integer) (SFUNC = {step}, STYPE = integer, INITCOND = '{start}')"
    ));
    draft.comment(slot, &format!("AGGREGATE {name}(integer)"));
    let name = format!("FUNCTION {name}(integer)");
    draft.routines.push(Thing { slot: slot.to_owned(), name, labels: Vec::new() });
}

fn operator(draft: &mut Draft, slot: &str) {
    let (name, namespace) = draft.name(slot);
    let body = draft.dice.number(&format!("{slot} body"), 3);
    draft.push(format!(
        "CREATE FUNCTION {name}(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ \
         SELECT $1 = $2 + {body} $$"
    ));
    add(draft, slot, "FUNCTION", &name, "integer, integer");
    let sign = draft.dice.pick(&format!("{slot} sign"), &["===", "<->>"]);
    draft.push(format!(
        "CREATE OPERATOR {namespace}.{sign} (LEFTARG = integer, RIGHTARG = integer, FUNCTION = {name})"
    ));
    let key = format!("{slot}.operator");
    draft.comment(&key, &format!("OPERATOR {namespace}.{sign} (integer, integer)"));
}

fn text_search(draft: &mut Draft, slot: &str) {
    let dictionary = draft.name(&format!("{slot}.dictionary")).0;
    let accept = draft.dice.pick(&format!("{slot} accept"), &["true", "false"]);
    draft.push(format!(
        "CREATE TEXT SEARCH DICTIONARY {dictionary} (TEMPLATE = pg_catalog.simple, ACCEPT = {accept})"
    ));
    let (name, _) = draft.name(slot);
    draft.push(format!("CREATE TEXT SEARCH CONFIGURATION {name} (COPY = pg_catalog.simple)"));
    draft.comment(slot, &format!("TEXT SEARCH CONFIGURATION {name}"));
    for token in ["asciiword", "word", "email"] {
        if draft.dice.chance(&format!("{slot} {token}"), 40) {
            draft.push(format!(
                "ALTER TEXT SEARCH CONFIGURATION {name} ALTER MAPPING FOR {token} WITH {dictionary}"
            ));
        }
    }
}

fn cast(draft: &mut Draft, slot: &str) {
    let from = draft.dice.choose(&format!("{slot} from"), &draft.enums, |it| &it.slot).cloned();
    let Some(from) = from else { return };
    let (name, _) = draft.name(slot);
    let from = from.name;
    draft.push(format!(
        "CREATE FUNCTION {name}({from}) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT \
         char_length($1::text) $$"
    ));
    add(draft, slot, "FUNCTION", &name, &from);
    let how = draft.dice.pick(&format!("{slot} how"), &["", " AS ASSIGNMENT"]);
    draft.push(format!("CREATE CAST ({from} AS integer) WITH FUNCTION {name}({from}){how}"));
}

/// What depends on tables.
pub fn write_late(draft: &mut Draft) {
    for slot in ["fl1", "fl2", "fl3"] {
        if draft.dice.exists(slot, 50) {
            over_table(draft, slot);
        }
    }
    if draft.dice.exists("et1", 15) {
        draft.push(
            "CREATE FUNCTION public.et1() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
             END $$",
        );
        let tag = draft.dice.pick("et1 tag", &["CREATE EXTENSION", "DROP CAST"]);
        draft.push(format!(
            "CREATE EVENT TRIGGER et1 ON ddl_command_start WHEN TAG IN ('{tag}') EXECUTE \
             FUNCTION public.et1()"
        ));
        if draft.dice.chance("et1 is off", 30) {
            draft.push("ALTER EVENT TRIGGER et1 DISABLE");
        }
        draft.comment("et1", "EVENT TRIGGER et1");
    }
    if draft.dice.exists("pub1", 25) {
        publication(draft, "pub1");
    }
}

fn over_table(draft: &mut Draft, slot: &str) {
    let all: Vec<_> = draft.tables().cloned().collect();
    let Some(table) = draft.dice.choose(&format!("{slot} table"), &all, |it| &it.slot) else {
        return;
    };
    let (name, _) = draft.name(slot);
    let columns = draft.some(&format!("{slot} columns"), &table.columns, 2);
    let list = super::draft::names(&columns);
    let condition = draft.condition(slot, &table.columns).unwrap_or_else(|| "true".to_owned());
    let table = &table.name;
    let (arguments, sql) = match draft.dice.number(&format!("{slot} form"), 4) {
        0 => (
            String::new(),
            format!(
                "CREATE FUNCTION {name}() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT \
                 count(*) FROM {table} WHERE {condition}; END"
            ),
        ),
        1 => (
            table.clone(),
            format!(
                "CREATE FUNCTION {name}({table}) RETURNS text LANGUAGE sql STABLE AS $$ SELECT \
                 $1::text $$"
            ),
        ),
        2 => (
            String::new(),
            format!(
                "CREATE FUNCTION {name}() RETURNS SETOF {table} LANGUAGE sql STABLE AS $$ SELECT \
                 * FROM {table} $$"
            ),
        ),
        _ => (
            String::new(),
            format!(
                "CREATE FUNCTION {name}() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM \
                 {table} WHERE {condition}; SELECT {list} FROM {table}; SELECT NULL::void; END"
            )
            .replace("SELECT NULL::void; ", ""),
        ),
    };
    draft.push(sql);
    add(draft, slot, "FUNCTION", &name, &arguments);
}

fn publication(draft: &mut Draft, slot: &str) {
    let name = draft.own_name(slot);
    let publish =
        draft.dice.pick(&format!("{slot} publish"), &["insert, update", "insert", "delete"]);
    let all: Vec<_> = draft.tables().filter(|it| !it.is_unlogged).cloned().collect();
    let scope = match draft.dice.number(&format!("{slot} scope"), 3) {
        0 => "FOR ALL TABLES".to_owned(),
        1 if draft.major >= 15 => {
            let key = format!("{slot} namespace");
            let namespace = draft.dice.choose(&key, &draft.namespaces, String::as_str);
            format!("FOR TABLES IN SCHEMA {}", namespace.expect("public"))
        }
        _ => match draft.dice.choose(&format!("{slot} table"), &all, |it| &it.slot) {
            Some(table) => format!("FOR TABLE {}", table.name),
            None => String::new(),
        },
    };
    draft.push(format!("CREATE PUBLICATION {name} {scope} WITH (publish = '{publish}')"));
    draft.comment(slot, &format!("PUBLICATION {name}"));
}

//! Views over tables and other views, and materialized ones.

use super::draft::{Class, Column, Draft, Relation, RelationKind};

pub fn write(draft: &mut Draft) {
    for slot in ["v1", "m1", "v2", "v3", "m2", "v4"] {
        if draft.dice.exists(slot, 55) {
            view(draft, slot, slot.starts_with('m'));
        }
    }
}

fn view(draft: &mut Draft, slot: &str, is_materialized: bool) {
    let dice = draft.dice;
    let all = draft.relations.clone();
    let usable = all.iter().filter(|it| it.kind != RelationKind::Foreign && !it.columns.is_empty());
    let Some(from) = dice.choose(&format!("{slot} from"), usable, |it| &it.slot) else { return };
    let (name, namespace) = draft.name(slot);
    let (columns, query) = query(draft, slot, from, &all);
    let kind = if is_materialized { RelationKind::MaterializedView } else { RelationKind::View };
    if is_materialized {
        let filled =
            if dice.chance(&format!("{slot} is empty"), 15) { " WITH NO DATA" } else { "" };
        let fill = dice.chance(&format!("{slot} fillfactor"), 10);
        let options = if fill { " WITH (fillfactor = 60)" } else { "" };
        draft.push(format!("CREATE MATERIALIZED VIEW {name}{options} AS {query}{filled}"));
        draft.comment(slot, &format!("MATERIALIZED VIEW {name}"));
    } else {
        let is_simple = from.kind == RelationKind::Table
            && ["GROUP BY", "JOIN", "UNION", "WITH"].iter().all(|it| !query.contains(it));
        let options = options(draft, slot, is_simple);
        draft.push(format!("CREATE VIEW {name}{options} AS {query}"));
        draft.comment(slot, &format!("VIEW {name}"));
    }
    for column in &columns {
        draft.comment(&column.slot, &format!("COLUMN {name}.{}", column.name));
    }
    let slot = slot.to_owned();
    draft.relations.push(Relation::new(slot, (name, namespace), kind, columns));
}

fn options(draft: &Draft, slot: &str, is_simple: bool) -> String {
    let dice = draft.dice;
    let mut all = Vec::new();
    if dice.chance(&format!("{slot} barrier"), 12) {
        all.push("security_barrier = true");
    }
    if draft.major >= 15 && dice.chance(&format!("{slot} invoker"), 15) {
        all.push("security_invoker = true");
    }
    // Only a simple view can be written through.
    if is_simple && dice.chance(&format!("{slot} check option"), 12) {
        all.push(
            dice.pick(
                &format!("{slot} check"),
                &["check_option = local", "check_option = cascaded"],
            ),
        );
    }
    if all.is_empty() { String::new() } else { format!(" WITH ({})", all.join(", ")) }
}

/// What a view answers, and how.
fn query(draft: &Draft, slot: &str, from: &Relation, all: &[Relation]) -> (Vec<Column>, String) {
    let dice = draft.dice;
    let named = |column: &Column, number: usize| Column {
        slot: format!("{slot}.o{number}"),
        name: format!("o{number}"),
        is_not_null: false,
        is_generated: false,
        ..column.clone()
    };
    let used = draft.some(&format!("{slot} columns"), &from.columns, 4);
    let columns: Vec<Column> = used.iter().enumerate().map(|(at, it)| named(it, at)).collect();
    let list = |prefix: &str| -> String {
        let pairs = used.iter().zip(&columns);
        let items: Vec<String> =
            pairs.map(|(it, out)| format!("{prefix}{} AS {}", it.name, out.name)).collect();
        items.join(", ")
    };
    let condition = draft.condition(&format!("{slot} where"), &from.columns);
    let table = &from.name;
    let filter = match &condition {
        Some(condition) if dice.chance(&format!("{slot} filters"), 40) => {
            format!(" WHERE {condition}")
        }
        _ => String::new(),
    };
    let counted = Column {
        slot: format!("{slot}.total"),
        name: "total".to_owned(),
        type_name: "bigint".to_owned(),
        class: Class::Integer,
        is_not_null: false,
        is_generated: false,
    };
    match dice.number(&format!("{slot} form"), 7) {
        0 if used.iter().all(|it| it.class != Class::Json) => {
            let groups: Vec<&str> = used.iter().map(|it| it.name.as_str()).collect();
            let sql = format!(
                "SELECT {}, count(*) AS total FROM {table}{filter} GROUP BY {}",
                list(""),
                groups.join(", ")
            );
            let mut columns = columns.clone();
            columns.push(counted);
            (columns, sql)
        }
        1 => {
            let usable = all.iter().filter(|it| it.kind != RelationKind::Foreign);
            let other = dice.choose(&format!("{slot} with"), usable, |it| &it.slot);
            let other = other.map_or(table, |it| &it.name);
            let sql = format!(
                "SELECT {} FROM {table} x LEFT JOIN (SELECT count(*) AS n FROM {other}) y ON y.n > 0",
                list("x.")
            );
            (columns.clone(), sql)
        }
        2 => {
            let sql = format!(
                "SELECT {} FROM {table} UNION ALL SELECT {} FROM {table}",
                list(""),
                list("")
            );
            (columns.clone(), sql)
        }
        3 => {
            let sql = format!(
                "WITH part AS (SELECT * FROM {table}{filter}) SELECT {} FROM part",
                list("")
            );
            (columns.clone(), sql)
        }
        4 => {
            // All columns, under the names they have.
            let columns = from.columns.iter().map(|it| Column {
                slot: format!("{slot}.{}", it.slot),
                is_not_null: false,
                is_generated: false,
                ..it.clone()
            });
            (columns.collect(), format!("SELECT * FROM {table}{filter}"))
        }
        5 => {
            let called = used.iter().find_map(|it| draft.call(&format!("{slot} call"), it));
            let called = called.unwrap_or_else(|| "1".to_owned());
            (
                columns.clone(),
                format!("SELECT {}, {called} AS called FROM {table}{filter}", list("")),
            )
        }
        _ => (columns.clone(), format!("SELECT {} FROM {table}{filter}", list(""))),
    }
}

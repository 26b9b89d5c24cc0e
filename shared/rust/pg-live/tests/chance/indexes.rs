//! What stands on relations: indexes, statistics, triggers, rules, policies,
//! replica identity.

use super::draft::{Class, Column, Draft, Relation, RelationKind, names};

pub fn write(draft: &mut Draft) {
    for relation in draft.relations.clone() {
        let has_rows = !matches!(relation.kind, RelationKind::View | RelationKind::Foreign);
        if has_rows {
            for number in ["i1", "i2", "i3"] {
                let slot = format!("{}.{number}", relation.slot);
                if draft.dice.exists(&slot, 30) {
                    index(draft, &slot, &relation);
                }
            }
        }
        match relation.kind {
            RelationKind::Table | RelationKind::Partitioned | RelationKind::Partition => {
                on_table(draft, &relation);
            }
            RelationKind::View => on_view(draft, &relation),
            RelationKind::Foreign | RelationKind::MaterializedView => {}
        }
    }
}

fn index(draft: &mut Draft, slot: &str, relation: &Relation) {
    let dice = draft.dice;
    let name = draft.own_name(&format!("{}_{}", slot.replace('.', "_"), "ix"));
    let stored: Vec<Column> =
        relation.columns.iter().filter(|it| !it.is_generated).cloned().collect();
    let table = &relation.name;
    let of = |class: Class| stored.iter().filter(move |it| it.class == class);
    let special = match dice.number(&format!("{slot} method"), 8) {
        0 => dice
            .choose(&format!("{slot} json"), of(Class::Json), |it| &it.slot)
            .map(|it| format!("USING gin ({} jsonb_path_ops)", it.name)),
        1 => dice
            .choose(&format!("{slot} array"), of(Class::Array), |it| &it.slot)
            .map(|it| format!("USING gin ({})", it.name)),
        2 => dice
            .choose(&format!("{slot} range"), of(Class::Range), |it| &it.slot)
            .map(|it| format!("USING gist ({})", it.name)),
        3 => dice
            .choose(&format!("{slot} time"), of(Class::Time), |it| &it.slot)
            .map(|it| format!("USING brin ({}) WITH (pages_per_range = 32)", it.name)),
        4 => dice
            .choose(&format!("{slot} hash"), of(Class::Integer), |it| &it.slot)
            .map(|it| format!("USING hash ({})", it.name)),
        _ => None,
    };
    let sql = special.unwrap_or_else(|| btree(draft, slot, relation, &stored));
    let unique = sql.starts_with("UNIQUE ");
    let sql = sql.trim_start_matches("UNIQUE ");
    let word = if unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" };
    draft.push(format!("{word} {name} ON {table} {sql}"));
    let qualified = format!("{}.{name}", relation.namespace);
    draft.comment(slot, &format!("INDEX {qualified}"));
    if relation.kind == RelationKind::Table {
        let is_plain = unique && !sql.contains("WHERE") && !sql.contains("lower(");
        let key = stored.iter().find(|it| it.is_not_null);
        if dice.chance(&format!("{slot} clusters"), 5)
            && sql.starts_with("(")
            && !sql.contains("WHERE")
        {
            draft.push(format!("ALTER TABLE {table} CLUSTER ON {name}"));
        } else if is_plain
            && key.is_some_and(|key| sql.starts_with(&format!("({})", key.name)))
            && dice.chance(&format!("{slot} identifies"), 40)
        {
            draft.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {name}"));
        }
    }
}

/// With `UNIQUE ` before it where it is one.
fn btree(draft: &Draft, slot: &str, relation: &Relation, stored: &[Column]) -> String {
    let dice = draft.dice;
    let plain: Vec<Column> = stored.iter().filter(|it| it.class != Class::Json).cloned().collect();
    let list = draft.some(&format!("{slot} columns"), &plain, 2);
    let mut items = Vec::new();
    for column in &list {
        let key = format!("{slot} {}", column.slot);
        let is_text = column.class == Class::Text && !column.type_name.contains('.');
        let mut item = match dice.number(&format!("{key} form"), 8) {
            0 if column.type_name == "text" => format!("lower({})", column.name),
            1 => draft.call(&key, column).unwrap_or_else(|| column.name.clone()),
            2 if is_text && column.type_name == "text" => {
                format!("{} text_pattern_ops", column.name)
            }
            3 if column.class == Class::Integer => format!("({} % 10)", column.name),
            _ => column.name.clone(),
        };
        let order = ["", "", "", " DESC", " DESC NULLS LAST", " NULLS FIRST"];
        item.push_str(dice.pick(&format!("{key} order"), &order));
        items.push(item);
    }
    // A partitioned table's unique indexes hold its partition key.
    let may_be_unique =
        matches!(relation.kind, RelationKind::Table | RelationKind::MaterializedView);
    let unique = may_be_unique && dice.chance(&format!("{slot} unique"), 20);
    let mut sql = format!("{}({})", if unique { "UNIQUE " } else { "" }, items.join(", "));
    let others: Vec<&Column> =
        plain.iter().filter(|it| !list.iter().any(|used| used.slot == it.slot)).collect();
    if dice.chance(&format!("{slot} include"), 12)
        && let Some(other) = dice.choose(&format!("{slot} include what"), others, |it| &it.slot)
    {
        sql.push_str(&format!(" INCLUDE ({})", other.name));
    }
    if unique && draft.major >= 15 && dice.chance(&format!("{slot} nulls"), 15) {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if dice.chance(&format!("{slot} fillfactor"), 10) {
        sql.push_str(" WITH (fillfactor = 70)");
    }
    if dice.chance(&format!("{slot} partial"), 20)
        && let Some(condition) = draft.condition(&format!("{slot} where"), &plain)
    {
        sql.push_str(&format!(" WHERE ({condition})"));
    }
    sql
}

fn on_table(draft: &mut Draft, table: &Relation) {
    let (slot, name) = (table.slot.clone(), table.name.clone());
    let dice = draft.dice;
    let plain: Vec<Column> = table
        .columns
        .iter()
        .filter(|it| it.class != Class::Json && !it.is_generated)
        .cloned()
        .collect();
    let statistics = format!("{slot}.st1");
    let list = draft.some(&format!("{statistics} columns"), &plain, 3);
    if list.len() > 1 && dice.exists(&statistics, 20) {
        let own = draft.own_name(&format!("{slot}_st1"));
        let kinds = ["", " (ndistinct)", " (dependencies, mcv)"];
        let kinds = dice.pick(&format!("{statistics} kinds"), &kinds);
        let own = format!("{}.{own}", table.namespace);
        draft.push(format!("CREATE STATISTICS {own}{kinds} ON {} FROM {name}", names(&list)));
        if dice.chance(&format!("{statistics} target"), 20) {
            draft.push(format!("ALTER STATISTICS {own} SET STATISTICS 300"));
        }
        draft.comment(&statistics, &format!("STATISTICS {own}"));
    }
    for number in ["g1", "g2"] {
        let trigger = format!("{slot}.{number}");
        if dice.exists(&trigger, 20) {
            trigger_on(draft, &trigger, table);
        }
    }
    if table.kind == RelationKind::Table {
        let identity = ["", "", "", "", "FULL", "NOTHING"];
        let identity = dice.pick(&format!("{slot} replica identity"), &identity);
        let is_set = table.columns.iter().any(|it| it.is_not_null) && !identity.is_empty();
        if is_set {
            draft.push(format!("ALTER TABLE {name} REPLICA IDENTITY {identity}"));
        }
        if dice.exists(&format!("{slot}.rule"), 8) {
            let rule = draft.own_name(&format!("{slot}.rule"));
            let event = dice.pick(&format!("{slot}.rule event"), &["INSERT", "UPDATE", "DELETE"]);
            draft
                .push(format!("CREATE RULE {rule} AS ON {event} TO {name} DO ALSO NOTIFY changes"));
            draft.comment(&format!("{slot}.rule"), &format!("RULE {rule} ON {name}"));
        }
    }
    if dice.chance(&format!("{slot} row security"), 20) {
        draft.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
        if dice.chance(&format!("{slot} force"), 30) {
            draft.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
        }
    }
    for number in ["po1", "po2"] {
        let policy = format!("{slot}.{number}");
        if dice.exists(&policy, 15) {
            policy_on(draft, &policy, table);
        }
    }
}

fn trigger_on(draft: &mut Draft, slot: &str, table: &Relation) {
    let dice = draft.dice;
    let key = format!("{slot} function");
    let Some(function) = dice.choose(&key, &draft.trigger_functions, |it| &it.slot) else { return };
    let function = function.name.clone();
    let trigger = draft.own_name(&slot.replace('.', "_"));
    let name = &table.name;
    let stored: Vec<Column> = table.columns.iter().filter(|it| !it.is_generated).cloned().collect();
    let condition = draft.condition(&format!("{slot} when"), &stored);
    // What a partitioned table can have too.
    let is_plain = table.kind == RelationKind::Table;
    let column = dice.choose(&format!("{slot} of"), &table.columns, |it| &it.slot);
    let of = column.map_or(String::new(), |it| format!(" OF {}", it.name));
    let quoted_new =
        |condition: String, column: &str| condition.replace(column, &format!("NEW.{column}"));
    let when = condition.and_then(|condition| {
        let used: Vec<&Column> =
            table.columns.iter().filter(|it| condition.contains(it.name.as_str())).collect();
        // One column by name, so that the replacement cannot go astray.
        let [used] = used[..] else { return None };
        Some(format!(" WHEN ({})", quoted_new(condition, &used.name)))
    });
    let when = when.filter(|_| dice.chance(&format!("{slot} has when"), 40)).unwrap_or_default();
    let sql = match dice.number(&format!("{slot} form"), 5) {
        0 => format!("CREATE TRIGGER {trigger} BEFORE INSERT ON {name} FOR EACH ROW{when}"),
        1 => format!("CREATE TRIGGER {trigger} AFTER UPDATE{of} ON {name} FOR EACH ROW{when}"),
        2 if is_plain => format!(
            "CREATE CONSTRAINT TRIGGER {trigger} AFTER INSERT ON {name} DEFERRABLE FOR EACH ROW{when}"
        ),
        3 if is_plain => format!(
            "CREATE TRIGGER {trigger} AFTER UPDATE ON {name} REFERENCING OLD TABLE AS before NEW \
             TABLE AS after FOR EACH STATEMENT"
        ),
        _ => {
            format!("CREATE TRIGGER {trigger} AFTER INSERT OR DELETE ON {name} FOR EACH STATEMENT")
        }
    };
    draft.push(format!("{sql} EXECUTE FUNCTION {function}()"));
    draft.comment(slot, &format!("TRIGGER {trigger} ON {name}"));
    let states = ["", "", "", "", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"];
    let state = dice.pick(&format!("{slot} state"), &states);
    if !state.is_empty() {
        draft.push(format!("ALTER TABLE {name} {state} TRIGGER {trigger}"));
    }
}

fn policy_on(draft: &mut Draft, slot: &str, table: &Relation) {
    let dice = draft.dice;
    let policy = draft.own_name(slot);
    let name = &table.name;
    let command = dice.pick(&format!("{slot} command"), &["ALL", "SELECT", "INSERT", "UPDATE"]);
    let role = dice.pick(&format!("{slot} role"), &["PUBLIC", "ring_r1", "ring_r1, ring_r2"]);
    let kind = dice.pick(&format!("{slot} kind"), &["PERMISSIVE", "PERMISSIVE", "RESTRICTIVE"]);
    let condition = draft.condition(slot, &table.columns).unwrap_or_else(|| "true".to_owned());
    let using = if command == "INSERT" { String::new() } else { format!(" USING ({condition})") };
    let has_check = command != "SELECT" && dice.chance(&format!("{slot} check"), 60);
    let check = if has_check { format!(" WITH CHECK ({condition})") } else { String::new() };
    draft.push(format!(
        "CREATE POLICY {policy} ON {name} AS {kind} FOR {command} TO {role}{using}{check}"
    ));
    draft.comment(slot, &format!("POLICY {policy} ON {name}"));
}

fn on_view(draft: &mut Draft, view: &Relation) {
    let dice = draft.dice;
    let (slot, name) = (view.slot.clone(), view.name.clone());
    if dice.exists(&format!("{slot}.rule"), 12) {
        let rule = draft.own_name(&format!("{slot}.rule"));
        draft.push(format!("CREATE RULE {rule} AS ON DELETE TO {name} DO INSTEAD NOTHING"));
    }
    let trigger = format!("{slot}.g1");
    let function = dice.choose(&format!("{trigger} of"), &draft.trigger_functions, |it| &it.slot);
    if let Some(function) = function.map(|it| it.name.clone())
        && dice.exists(&trigger, 20)
    {
        let own = draft.own_name(&trigger);
        draft.push(format!(
            "CREATE TRIGGER {own} INSTEAD OF INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION {function}()"
        ));
        draft.comment(&trigger, &format!("TRIGGER {own} ON {name}"));
    }
    let column = dice.choose(&format!("{slot} default of"), &view.columns, |it| &it.slot);
    if let Some(column) = column
        && column.type_name == "text"
        && dice.chance(&format!("{slot} default"), 20)
    {
        draft.push(format!("ALTER VIEW {name} ALTER COLUMN {} SET DEFAULT 'seen'", column.name));
    }
}

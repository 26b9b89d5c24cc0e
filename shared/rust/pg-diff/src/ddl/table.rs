//! Tables and foreign tables, and how partitions come and go.
//!
//! Must never: make a partition by PARTITION OF: that locks the parent and
//! names its indexes for itself.

use super::column::{self, Inline, definition, spell_option};
use super::{Statement, ident, qualified};
use crate::catalog::{Catalog, ForeignTable, Id, Partition, ReplicaIdentity, Table};
use crate::diff::Property;

/// `ALTER TABLE [ONLY] public.messages`. ONLY for what does not come to
/// children by itself. It is right for foreign tables and views too.
pub fn table_head(id: &Id, only: bool) -> String {
    format!("ALTER TABLE {}{}", if only { "ONLY " } else { "" }, qualified(id))
}

/// The table with its columns, without what has steps of its own.
pub fn create_table(catalog: &Catalog, id: &Id, inline: &Inline) -> Vec<Statement> {
    let Some(object) = catalog.get(id) else { return Vec::new() };
    let inherits = object.body.inherits();
    let local = |column: &crate::catalog::Column| column.is_local || inherits.is_empty();
    let lines: Vec<String> = catalog
        .columns(id)
        .filter(|(_, column)| local(column))
        .map(|(id, column)| format!("\n    {}", definition(catalog, &id, column, inline)))
        .collect();
    let place = qualified(id);
    let columns = lines.join(",");
    let columns = if columns.is_empty() { "()".to_owned() } else { format!("({columns}\n)") };
    let parents: Vec<String> = inherits.iter().map(qualified).collect();
    let inherits_clause = if parents.is_empty() {
        String::new()
    } else {
        format!(" INHERITS ({})", parents.join(", "))
    };
    let (head, tail) = match (object.body.table(), object.body.foreign_table()) {
        (Some(table), _) => {
            let unlogged = if table.is_unlogged { "UNLOGGED " } else { "" };
            (format!("CREATE {unlogged}TABLE"), trailing(table))
        }
        (_, Some(table)) => {
            let tail = format!(" SERVER {}{}", ident(&table.server), foreign_clause(table));
            ("CREATE FOREIGN TABLE".to_owned(), tail)
        }
        (None, None) => return Vec::new(),
    };
    let text = format!("{head} {place} {columns}{inherits_clause}{tail}");
    let mut all = vec![Statement::whole(text)];
    for (id, column) in catalog.columns(id) {
        if !local(column) && column.not_null.as_ref().is_some_and(|it| it.is_local) {
            let action = format!("ALTER COLUMN {} SET NOT NULL", ident(&id.part));
            all.push(Statement::action(table_head(&id, true), action));
        }
        all.extend(column::settings(&id, column));
    }
    if let Some(table) = object.body.table() {
        all.extend(after_create(id, table));
    }
    all
}

fn trailing(table: &Table) -> String {
    let mut text = String::new();
    if let Some(key) = &table.partition_key {
        text.push_str(&format!(" PARTITION BY {key}"));
    }
    if let Some(method) = &table.access_method {
        text.push_str(&format!(" USING {}", ident(method)));
    }
    if !table.options.is_empty() {
        let options: Vec<String> = table.options.iter().map(|it| spell_option(it)).collect();
        text.push_str(&format!(" WITH ({})", options.join(", ")));
    }
    text
}

fn foreign_clause(table: &ForeignTable) -> String {
    if table.options.is_empty() {
        String::new()
    } else {
        format!(" OPTIONS ({})", table.options.join(", "))
    }
}

/// What CREATE TABLE has no words for. Replica identity and CLUSTER by an
/// index come with that index.
fn after_create(id: &Id, table: &Table) -> Vec<Statement> {
    let mut all = Vec::new();
    if let Some(of_type) = &table.of_type {
        all.push(Statement::action(table_head(id, false), format!("OF {of_type}")));
    }
    if table.row_security {
        all.push(Statement::action(table_head(id, false), "ENABLE ROW LEVEL SECURITY"));
    }
    if table.force_row_security {
        all.push(Statement::action(table_head(id, false), "FORCE ROW LEVEL SECURITY"));
    }
    match &table.replica_identity {
        ReplicaIdentity::Full | ReplicaIdentity::Nothing => {
            all.push(replica_identity(id, &table.replica_identity));
        }
        ReplicaIdentity::Default | ReplicaIdentity::Index(_) => {}
    }
    all
}

pub fn replica_identity(id: &Id, identity: &ReplicaIdentity) -> Statement {
    let how = match identity {
        ReplicaIdentity::Default => "DEFAULT".to_owned(),
        ReplicaIdentity::Full => "FULL".to_owned(),
        ReplicaIdentity::Nothing => "NOTHING".to_owned(),
        ReplicaIdentity::Index(name) => format!("USING INDEX {}", ident(name)),
    };
    Statement::action(table_head(id, true), format!("REPLICA IDENTITY {how}"))
}

pub fn cluster_on(id: &Id, index: Option<&str>) -> Statement {
    let how = match index {
        Some(index) => format!("CLUSTER ON {}", ident(index)),
        None => "SET WITHOUT CLUSTER".to_owned(),
    };
    Statement::action(table_head(id, false), how)
}

pub fn attach(id: &Id, partition: &Partition) -> Statement {
    Statement::whole(format!(
        "ALTER TABLE ONLY {} ATTACH PARTITION {} {}",
        qualified(&partition.parent),
        qualified(id),
        partition.bound
    ))
}

pub fn detach(id: &Id, partition: &Partition) -> Statement {
    let parent = qualified(&partition.parent);
    Statement::whole(format!("ALTER TABLE {parent} DETACH PARTITION {}", qualified(id)))
}

/// One property of a table that is neither its kind nor its key nor what it
/// is a partition of.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other properties are no table's")]
pub fn alter_table(property: Property, id: &Id, (old, new): (&Table, &Table)) -> Vec<Statement> {
    let on = |what: String| Statement::action(table_head(id, false), what);
    let switch = |now: bool, yes: &str, no: &str| vec![on(if now { yes } else { no }.to_owned())];
    match property {
        Property::Unlogged => switch(new.is_unlogged, "SET UNLOGGED", "SET LOGGED"),
        Property::Options => options(id, (old, new), false),
        Property::AccessMethod => {
            let method = new.access_method.as_deref().unwrap_or("heap");
            vec![on(format!("SET ACCESS METHOD {}", ident(method)))]
        }
        Property::ReplicaIdentity => vec![replica_identity(id, &new.replica_identity)],
        Property::RowSecurity => {
            switch(new.row_security, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY")
        }
        Property::ForceRowSecurity => switch(
            new.force_row_security,
            "FORCE ROW LEVEL SECURITY",
            "NO FORCE ROW LEVEL SECURITY",
        ),
        Property::ClusterOn => vec![cluster_on(id, new.cluster_on.as_deref())],
        Property::OfType => match &new.of_type {
            Some(name) => vec![on(format!("OF {name}"))],
            None => vec![on("NOT OF".to_owned())],
        },
        _ => Vec::new(),
    }
}

/// Storage parameters of a table, or of its TOAST table: PostgreSQL says
/// nothing where a table has none yet.
fn options(id: &Id, (old, new): (&Table, &Table), of_toast: bool) -> Vec<Statement> {
    let some = |all: &[String]| -> Vec<String> {
        all.iter().filter(|it| it.starts_with("toast.") == of_toast).cloned().collect()
    };
    let all = column::options(&some(&old.options), &some(&new.options));
    all.into_iter().map(|what| Statement::action(table_head(id, true), what)).collect()
}

/// Said once all columns are there.
pub fn toast_options(id: &Id, old: &Table, new: &Table) -> Vec<Statement> {
    options(id, (old, new), true)
}

pub fn inherit(id: &Id, parent: &Id) -> Statement {
    Statement::whole(format!("{} INHERIT {}", table_head(id, false), qualified(parent)))
}

pub fn no_inherit(id: &Id, parent: &Id) -> Statement {
    Statement::whole(format!("{} NO INHERIT {}", table_head(id, false), qualified(parent)))
}

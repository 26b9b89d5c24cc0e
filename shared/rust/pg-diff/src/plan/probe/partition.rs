//! Rows that fit no partition, or not the one that they are in.
//!
//! Must never: ask by a key that changes its meaning in the same plan.

use super::{has_rows, probe};
use crate::catalog::{Catalog, Id, Kind, Partition};
use crate::ddl::{ident, qualified};
use crate::diff::Property;
use crate::plan::Probe;
use crate::plan::cast::moves_to_new_type;
use crate::plan::fate::Fate;
use crate::plan::node::Nodes;
use crate::plan::online::column;
use crate::scan::{mentions, split_list, until_closed};

pub fn probes(nodes: &Nodes<'_>, id: &Id) -> Vec<Probe> {
    let mut all = Vec::new();
    let Some(fate) = nodes.fates.get(id) else { return all };
    let partition = nodes.fates.new.body(id).and_then(|it| it.partition());
    let is_attached =
        fate.comes() || fate.differences().iter().any(|it| it.property == Property::Partition);
    if let (Some(partition), true) = (partition, is_attached) {
        if matches!(fate, Fate::Alter(_)) && has_rows(nodes, id) {
            all.extend(of_attached(nodes, id));
        }
        all.extend(of_default(nodes, (id, partition)));
    }
    if matches!(fate, Fate::Aside(_)) && has_rows(nodes, id) {
        all.extend(of_moved(nodes, id));
    }
    all
}

/// The rows of a table that becomes a partition, or another one.
fn of_attached(nodes: &Nodes<'_>, id: &Id) -> Option<Probe> {
    let new = nodes.fates.new;
    let mut conditions = Vec::new();
    let mut at = id.clone();
    while let Some(partition) = new.body(&at).and_then(|it| it.partition()) {
        conditions.push(fits(nodes, id, (&at, partition))?);
        at = partition.parent.clone();
    }
    let condition = format!("NOT ({})", conditions.join(" AND "));
    Some(Probe {
        breaks: format!("would not fit the bounds of the partition {}", qualified(id)),
        ..probe(nodes, id, id, &condition)
    })
}

/// The rows of a default partition that stays and that belong to one that
/// comes.
fn of_default(nodes: &Nodes<'_>, (id, partition): (&Id, &Partition)) -> Option<Probe> {
    let is_default = |(other, object): (&Id, &crate::catalog::Object)| {
        let it = object.body.partition()?;
        (it.parent == partition.parent && it.bound == "DEFAULT").then(|| other.clone())
    };
    let default = nodes.fates.new.objects.iter().find_map(is_default)?;
    let stays = nodes.old().body(&default).and_then(|it| it.partition())
        == nodes.fates.new.body(&default).and_then(|it| it.partition());
    if default == *id || !stays || nodes.goes(&default) || !has_rows(nodes, &default) {
        return None;
    }
    let condition = fits(nodes, &default, (id, partition))?;
    Some(Probe {
        breaks: format!("would have to move from {} to {}", qualified(&default), qualified(id)),
        ..probe(nodes, id, &default, &condition)
    })
}

/// The rows of a table that is made anew as a partitioned one.
fn of_moved(nodes: &Nodes<'_>, id: &Id) -> Option<Probe> {
    nodes.fates.new.body(id)?.table()?.partition_key.as_ref()?;
    let above = nodes.old().body(id).and_then(|it| it.partition());
    if above.is_some_and(|it| nodes.goes(&it.parent)) {
        return None;
    }
    let condition = format!("NOT ({})", fits_any(nodes, id, id)?);
    Some(Probe {
        breaks: format!("would fit no partition of {}", qualified(id)),
        ..probe(nodes, id, id, &condition)
    })
}

/// A row of `rows` fits a partition of `table`, and one of that if it has some.
fn fits_any(nodes: &Nodes<'_>, rows: &Id, table: &Id) -> Option<String> {
    let mut all = Vec::new();
    for (id, object) in &nodes.fates.new.objects {
        let Some(partition) = object.body.partition().filter(|it| it.parent == *table) else {
            continue;
        };
        let own = fits(nodes, rows, (id, partition))?;
        let is_partitioned = object.body.table().is_some_and(|it| it.partition_key.is_some());
        let below = if is_partitioned { Some(fits_any(nodes, rows, id)?) } else { None };
        all.push(below.map_or(own.clone(), |below| format!("({own} AND ({below}))")));
    }
    Some(if all.is_empty() { "false".to_owned() } else { all.join(" OR ") })
}

/// A row of `rows` belongs into a partition; never null.
fn fits(nodes: &Nodes<'_>, rows: &Id, (id, partition): (&Id, &Partition)) -> Option<String> {
    let new = nodes.fates.new;
    let key = new.body(&partition.parent)?.table()?.partition_key.clone()?;
    if partition.bound == "DEFAULT" {
        let mut others = Vec::new();
        for (other, object) in &new.objects {
            if let Some(it) = object.body.partition()
                && it.parent == partition.parent
                && other != id
            {
                others.push(fits(nodes, rows, (other, it))?);
            }
        }
        let any = if others.is_empty() { "false".to_owned() } else { others.join(" OR ") };
        return Some(format!("NOT ({any})"));
    }
    let (strategy, list) = key.split_once(" (")?;
    let list = list.strip_suffix(')')?;
    let is_list = strategy == "LIST";
    let keys: Option<Vec<String>> =
        split_list(list).into_iter().map(|it| value_of(nodes, rows, it, is_list)).collect();
    let keys = keys?;
    let bound = partition.bound.strip_prefix("FOR VALUES ")?;
    let condition = match strategy {
        "RANGE" => within(&keys, bound)?,
        "LIST" => in_list(keys.first()?, bound)?,
        _ => in_hash(nodes, (&partition.parent, &key), &keys, bound)?,
    };
    Some(format!("coalesce({condition}, false)"))
}

/// What a row has for one element of a partition key. None where it says more
/// than an expression: an operator class, a collation.
fn value_of(nodes: &Nodes<'_>, rows: &Id, element: &str, is_list: bool) -> Option<String> {
    let columns: Vec<Id> = nodes.fates.new.columns(rows).map(|(id, _)| id).collect();
    if let Some(id) = columns.iter().find(|it| ident(&it.part) == element) {
        let (old, new) = (column(nodes.old(), id)?, column(nodes.fates.new, id)?);
        if old.type_name == new.type_name && !moves_to_new_type(nodes, &new.type_name) {
            return Some(element.to_owned());
        }
        return match moves_to_new_type(nodes, &new.type_name) {
            false => Some(format!("{element}::{}", new.type_name)),
            true if is_list => Some(format!("{element}::text")),
            true => None,
        };
    }
    let changes = |id: &&Id| nodes.comes(id) || nodes.fates.retyped.contains_key(*id);
    let changed = columns.iter().filter(changes).any(|it| mentions(element, &ident(&it.part)));
    let (_, inside) = element.split_once('(')?;
    let (_, rest) = until_closed(inside)?;
    let calls_new = nodes
        .fates
        .map
        .keys()
        .any(|it| it.kind == Kind::Routine && mentions(element, &ident(&it.name)));
    (rest.is_empty() && !changed && !calls_new).then(|| element.to_owned())
}

/// `FROM (1, MINVALUE) TO (2, MAXVALUE)`.
fn within(keys: &[String], bound: &str) -> Option<String> {
    let (from, rest) = until_closed(bound.strip_prefix("FROM (")?)?;
    let (to, _) = until_closed(rest.strip_prefix(" TO (")?)?;
    let row = |values: &[String]| match values {
        [one] => one.clone(),
        many => format!("ROW({})", many.join(", ")),
    };
    let side = |values: &str, is_upper: bool| -> String {
        let values: Vec<String> = split_list(values).into_iter().map(str::to_owned).collect();
        let is_open = |it: &String| matches!(it.as_str(), "MINVALUE" | "MAXVALUE");
        let at = values.iter().position(is_open).unwrap_or(values.len());
        let is_max = values.get(at).is_some_and(|it| it == "MAXVALUE");
        if at == 0 && !values.is_empty() {
            return if is_max == is_upper { "true" } else { "false" }.to_owned();
        }
        let operator = match (is_upper, at < values.len(), is_max) {
            (false, true, true) => ">",
            (false, _, _) => ">=",
            (true, true, true) => "<=",
            (true, _, _) => "<",
        };
        format!("{} {operator} {}", row(&keys[..at.min(keys.len())]), row(&values[..at]))
    };
    Some(format!("({} AND {})", side(from, false), side(to, true)))
}

/// `IN (1, NULL)`.
fn in_list(key: &str, bound: &str) -> Option<String> {
    let (values, _) = until_closed(bound.strip_prefix("IN (")?)?;
    let values = split_list(values);
    let has_null = values.contains(&"NULL");
    let values: Vec<&str> = values.into_iter().filter(|it| *it != "NULL").collect();
    let listed = if values.is_empty() {
        "false".to_owned()
    } else {
        format!("{key} IN ({})", values.join(", "))
    };
    Some(if has_null { format!("({listed} OR {key} IS NULL)") } else { listed })
}

/// `WITH (modulus 2, remainder 0)`: the server knows how to hash, when the
/// table is there already.
fn in_hash(
    nodes: &Nodes<'_>,
    (parent, key): (&Id, &String),
    keys: &[String],
    bound: &str,
) -> Option<String> {
    let old = |side: &Catalog| side.body(parent)?.table()?.partition_key.clone();
    let is_there = old(nodes.old()).as_ref() == Some(key) && nodes.options.renamed.is_empty();
    let (list, _) = until_closed(bound.strip_prefix("WITH (")?)?;
    let numbers: Option<Vec<&str>> = split_list(list)
        .into_iter()
        .map(|it| it.split_once(' ').map(|(_, number)| number))
        .collect();
    let numbers = numbers.filter(|_| is_there)?.join(", ");
    let table = crate::ddl::literal(&qualified(parent));
    Some(format!("satisfies_hash_partition({table}::regclass, {numbers}, {})", keys.join(", ")))
}

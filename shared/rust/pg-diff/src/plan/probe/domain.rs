//! Values that a domain would refuse.
//!
//! Must never: cast to a domain that is not there yet.

use super::column::without_cast;
use super::{has_rows, probe};
use crate::catalog::{Id, Kind};
use crate::ddl::{ident, qualified};
use crate::plan::node::Nodes;
use crate::plan::online::column;
use crate::plan::{Probe, retype};
use crate::scan::replace_word;

/// A check that comes, or becomes valid.
pub fn of_check(nodes: &Nodes<'_>, id: &Id) -> Vec<Probe> {
    let Some(check) = nodes.fates.new.body(id).and_then(|it| it.domain_constraint()) else {
        return Vec::new();
    };
    let was_valid = nodes.old().body(id).and_then(|it| it.domain_constraint());
    let becomes = nodes.comes(id) || was_valid.is_some_and(|it| !it.is_validated);
    let text = check.definition.strip_prefix("CHECK ");
    let (true, true, Some(text)) = (becomes, check.is_validated, text) else {
        return Vec::new();
    };
    let says = format!("would break the check {} of {}", ident(&id.part), qualified(id));
    of_values(nodes, &id.of(Kind::Domain), &says, &|value| {
        Some(format!("NOT {}", replace_word(text, "value", value)))
    })
}

/// A domain that becomes NOT NULL, or comes so.
pub fn of_not_null(nodes: &Nodes<'_>, id: &Id) -> Vec<Probe> {
    let not_null = |body: Option<&crate::catalog::Body>| {
        body.and_then(|it| it.domain()).is_some_and(|it| it.not_null)
    };
    let becomes =
        not_null(nodes.fates.new.body(id)) && (nodes.comes(id) || !not_null(nodes.old().body(id)));
    if !becomes {
        return Vec::new();
    }
    let says = format!("would break NOT NULL of the domain {}", qualified(id));
    of_values(nodes, id, &says, &|value| Some(format!("{value} IS NULL")))
}

/// Asks the columns that are of the domain, or become so.
fn of_values(
    nodes: &Nodes<'_>,
    domain: &Id,
    says: &str,
    condition: &dyn Fn(&str) -> Option<String>,
) -> Vec<Probe> {
    let name = qualified(domain);
    let base = nodes.fates.new.body(domain).and_then(|it| it.domain());
    let Some(base) = base.map(|it| it.base_type.clone()) else { return Vec::new() };
    let mut all = Vec::new();
    for (id, object) in &nodes.fates.new.objects {
        let table = id.of(Kind::Table);
        let Some(new) = object.body.column().filter(|_| has_rows(nodes, &table)) else { continue };
        let Some(old) = column(nodes.old(), id) else { continue };
        let is_array = new.type_name == format!("{name}[]");
        if new.type_name != name && !is_array || !nodes.reaching(nodes.old(), id).is_empty() {
            continue;
        }
        let stays = old.type_name == new.type_name;
        let value = if stays { Some(ident(&id.part)) } else { bare_value(nodes, id, &name) };
        let Some(value) = value else { continue };
        let found = if is_array && stays {
            let within = condition("it.value");
            within.map(|it| format!("EXISTS (SELECT FROM unnest({value}) AS it(value) WHERE {it})"))
        } else if is_array {
            None
        } else {
            condition(&format!("({value})::{base}"))
        };
        if let Some(found) = found {
            let breaks = format!("{says} in {}.{}", qualified(&table), ident(&id.part));
            all.push(Probe { breaks, ..probe(nodes, id, &table, &found) });
        }
    }
    all
}

/// What a column's value is made of, without the cast to the domain.
fn bare_value(nodes: &Nodes<'_>, id: &Id, domain: &str) -> Option<String> {
    let (name, expression) = (ident(&id.part), retype::expression(nodes, id));
    without_cast((&name, expression.as_deref()), domain).map(str::to_owned)
}

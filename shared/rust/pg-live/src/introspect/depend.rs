//! Dependencies: rows of `pg_depend` as edges between objects.
//!
//! A row that is no object is part of one: the rule of a view, the row type
//! of a table, the array type of an enum. `pg_depend` says of what, by an
//! internal dependency.
//!
//! Must never: hold an edge from an object to a part of itself: it would turn
//! the order in a circle.

use std::collections::HashMap;

use pg_diff::catalog::{Dependencies, Id, Kind, Link};
use tokio_postgres::Row;

use super::draft::{Address, Addresses, class};

pub(super) const SQL: &str = include_str!("depend.sql");

/// From a part to its whole at most: array, row type, table; one to spare.
const DEPTH: usize = 4;

struct Edge {
    from: Address,
    to: Address,
    how: u8,
}

pub(super) fn read(rows: &[Row], addresses: &Addresses) -> Dependencies {
    let edges: Vec<Edge> = rows.iter().map(edge).collect();
    let known = Known { addresses, wholes: wholes(&edges, addresses) };
    let mut dependencies = Dependencies::default();
    for edge in edges.iter().filter(|edge| edge.how != b'e') {
        let (Some(from), Some(to)) = (known.get(edge.from), known.get(edge.to)) else { continue };
        if is_own_part(to, from) {
            continue;
        }
        let link = if edge.how == b'n' { Link::Normal } else { Link::Auto };
        // OWNED BY is an object of its own.
        let is_owned = from.kind == Kind::Sequence && to.kind == Kind::Column && edge.how == b'a';
        let from = if is_owned { from.of(Kind::SequenceOwner) } else { from.clone() };
        dependencies.insert(from, to.clone(), link);
    }
    unsaid(&mut dependencies, addresses);
    dependencies
}

fn edge(row: &Row) -> Edge {
    let address =
        |at: usize| Address { class: row.get(at), oid: row.get(at + 1), part: row.get(at + 2) };
    let how: &str = row.get(6);
    Edge { from: address(0), to: address(3), how: how.bytes().next().unwrap_or_default() }
}

struct Known<'a> {
    addresses: &'a Addresses,
    wholes: HashMap<Address, Address>,
}

impl Known<'_> {
    fn get(&self, address: Address) -> Option<&Id> {
        let mut address = address;
        for _ in 0..DEPTH {
            if let Some(id) = self.addresses.get(address) {
                return Some(id);
            }
            let whole = Address { part: 0, ..address };
            // An attribute of a composite type is the type.
            address = match self.wholes.get(&address).or_else(|| self.wholes.get(&whole)) {
                Some(whole) => *whole,
                None if address.part != 0 => whole,
                None => return None,
            };
        }
        None
    }
}

/// What each row that is no object is part of. Members of an extension are
/// part of it, whatever they are.
fn wholes(edges: &[Edge], addresses: &Addresses) -> HashMap<Address, Address> {
    let mut wholes = HashMap::new();
    for edge in edges {
        let is_member = edge.how == b'e';
        let is_internal = edge.how == b'i';
        let is_listed = match edge.from.class {
            class::OPERATOR_OF_FAMILY | class::ROUTINE_OF_FAMILY => {
                matches!(edge.to.class, class::OPERATOR_CLASS | class::OPERATOR_FAMILY)
            }
            class::PUBLISHED_TABLE | class::PUBLISHED_NAMESPACE => {
                edge.to.class == class::PUBLICATION
            }
            _ => false,
        };
        if is_member {
            wholes.insert(edge.from, edge.to);
        } else if (is_internal || is_listed) && addresses.get(edge.from).is_none() {
            wholes.entry(edge.from).or_insert(edge.to);
        }
    }
    wholes
}

/// True where `part` is a column of `whole`.
fn is_own_part(part: &Id, whole: &Id) -> bool {
    part.kind == Kind::Column
        && part.namespace == whole.namespace
        && part.name == whole.name
        && is_relation(whole.kind)
}

/// What `pg_depend` has no row for: a column and its table, a sequence's owner
/// and its sequence.
fn unsaid(dependencies: &mut Dependencies, addresses: &Addresses) {
    let place = |id: &Id| (id.namespace.clone(), id.name.clone());
    let relations = addresses.ids().iter().filter(|id| is_relation(id.kind));
    let relations: HashMap<_, &Id> = relations.map(|id| (place(id), id)).collect();
    for id in addresses.ids() {
        if matches!(id.kind, Kind::Column | Kind::SequenceOwner)
            && let Some(whole) = relations.get(&place(id))
        {
            dependencies.insert(id.clone(), (*whole).clone(), Link::Auto);
        }
    }
}

fn is_relation(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView | Kind::Sequence
    )
}

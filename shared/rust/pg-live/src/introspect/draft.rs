//! A catalog in the making: the objects read so far, and which row of the
//! server's catalog each of them is.
//!
//! Must never: hold an object twice, or one whose namespace is not read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pg_diff::catalog::{Body, Catalog, Id, Kind, Object};
use pg_diff::wording::settled;
use tokio_postgres::Row;

use super::{Moved, grant};

/// `classid, objid, objsubid` of `pg_depend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub class: u32,
    pub oid: u32,
    pub part: i32,
}

impl Address {
    pub fn of(class: u32, oid: u32) -> Address {
        Address { class, oid, part: 0 }
    }

    pub fn column(relation: u32, number: i32) -> Address {
        Address { class: class::RELATION, oid: relation, part: number }
    }
}

/// OIDs of the server's catalogs. Source: `src/include/catalog/pg_*.h`; they
/// are the same in every version.
pub(super) mod class {
    pub const DEFAULT_PRIVILEGE: u32 = 826;
    pub const TYPE: u32 = 1247;
    pub const ROUTINE: u32 = 1255;
    pub const RELATION: u32 = 1259;
    pub const SERVER: u32 = 1417;
    pub const USER_MAPPING: u32 = 1418;
    pub const FOREIGN_DATA_WRAPPER: u32 = 2328;
    pub const OPERATOR_OF_FAMILY: u32 = 2602;
    pub const ROUTINE_OF_FAMILY: u32 = 2603;
    pub const DEFAULT: u32 = 2604;
    pub const CAST: u32 = 2605;
    pub const CONSTRAINT: u32 = 2606;
    pub const LANGUAGE: u32 = 2612;
    pub const NAMESPACE: u32 = 2615;
    pub const OPERATOR_CLASS: u32 = 2616;
    pub const OPERATOR: u32 = 2617;
    pub const RULE: u32 = 2618;
    pub const TRIGGER: u32 = 2620;
    pub const OPERATOR_FAMILY: u32 = 2753;
    pub const EXTENSION: u32 = 3079;
    pub const POLICY: u32 = 3256;
    pub const STATISTICS: u32 = 3381;
    pub const COLLATION: u32 = 3456;
    pub const EVENT_TRIGGER: u32 = 3466;
    pub const TEXT_SEARCH_DICTIONARY: u32 = 3600;
    pub const TEXT_SEARCH_PARSER: u32 = 3601;
    pub const TEXT_SEARCH_CONFIGURATION: u32 = 3602;
    pub const TEXT_SEARCH_TEMPLATE: u32 = 3764;
    pub const PUBLICATION: u32 = 6104;
    pub const PUBLISHED_TABLE: u32 = 6106;
    pub const PUBLISHED_NAMESPACE: u32 = 6237;
}

/// Table, sequence or view, before its own query has been read.
pub(super) struct Relation {
    pub id: Id,
    pub owner: String,
    pub acl: Option<Vec<String>>,
}

/// Who owns an object and who may do what with it, as the server says it.
#[derive(Clone, Copy, Default)]
pub(super) struct Held<'a> {
    pub owner: Option<&'a str>,
    pub acl: Option<&'a [String]>,
}

/// Which object a row of the server's catalog is.
#[derive(Default)]
pub(super) struct Addresses {
    ids: Vec<Id>,
    places: HashMap<Address, usize>,
    /// Rows that are part of an object: the index of a constraint.
    parts: HashMap<Address, usize>,
}

impl Addresses {
    pub fn get(&self, address: Address) -> Option<&Id> {
        let place = self.places.get(&address).or_else(|| self.parts.get(&address))?;
        Some(&self.ids[*place])
    }

    pub fn ids(&self) -> &[Id] {
        &self.ids
    }
}

pub(super) struct Draft {
    pub major: u32,
    pub role: String,
    pub namespaces: HashMap<u32, Arc<str>>,
    pub relations: HashMap<u32, Relation>,
    /// Relations of extensions: no objects, but others refer to them.
    pub members: HashMap<u32, Id>,
    /// Parents of tables, by INHERITS or as partitions, in order.
    pub parents: HashMap<u32, Vec<u32>>,
    /// Sequences of identity columns, by table and column.
    pub identities: HashMap<(u32, String), Id>,
    pub columns: HashMap<u32, Vec<(i16, Arc<str>)>>,
    /// Constraints and indexes (by place) that are part of a parent's.
    pub attached: Vec<(usize, Address)>,
    pub unmanaged: Vec<String>,
    objects: Vec<Object>,
    addresses: Addresses,
}

impl Draft {
    pub fn new(major: u32) -> Draft {
        Draft {
            major,
            role: String::new(),
            namespaces: HashMap::new(),
            relations: HashMap::new(),
            members: HashMap::new(),
            parents: HashMap::new(),
            identities: HashMap::new(),
            columns: HashMap::new(),
            attached: Vec::new(),
            unmanaged: Vec::new(),
            objects: Vec::new(),
            addresses: Addresses::default(),
        }
    }

    /// Something in a namespace; None where the namespace is not for us.
    pub fn id(&self, kind: Kind, namespace: u32, name: &str) -> Option<Id> {
        let namespace = self.namespaces.get(&namespace)?.clone();
        Some(Id { kind, namespace, name: name.into(), part: "".into() })
    }

    /// Adds an object and answers where it is.
    pub fn add(&mut self, address: Address, id: Id, held: Held<'_>, body: Body) -> usize {
        let owner = held.owner.filter(|owner| *owner != self.role).map(str::to_owned);
        let grants = grant::read(&id, held, self.major);
        let place = self.objects.len();
        self.objects.push(Object { owner, comment: None, grants, body });
        self.addresses.ids.push(id);
        self.addresses.places.insert(address, place);
        place
    }

    /// Adds what `relations` only announced.
    pub fn add_relation(&mut self, oid: u32, body: Body) {
        let Some(relation) = self.relations.get(&oid) else { return };
        let id = relation.id.clone();
        let (owner, acl) = (relation.owner.clone(), relation.acl.clone());
        let held = Held { owner: Some(&owner), acl: acl.as_deref() };
        self.add(Address::of(class::RELATION, oid), id, held, body);
    }

    /// From now on `address` means the object at `place`, too.
    pub fn add_part(&mut self, address: Address, place: usize) {
        self.addresses.parts.insert(address, place);
    }

    pub fn relation(&self, oid: u32) -> Option<&Id> {
        Some(&self.relations.get(&oid)?.id)
    }

    pub fn get(&self, address: Address) -> Option<&Id> {
        self.addresses.get(address)
    }

    /// A relation, be it an extension's.
    pub fn any_relation(&self, oid: u32) -> Option<&Id> {
        self.relation(oid).or_else(|| self.members.get(&oid))
    }

    /// The object itself, not one that `address` is a part of.
    pub fn object(&mut self, address: Address) -> Option<&mut Object> {
        let place = self.addresses.places.get(&address)?;
        self.objects.get_mut(*place)
    }

    /// What holds a part that is no object of its own: the constraint of an
    /// index.
    pub fn holder(&mut self, address: Address) -> Option<&mut Object> {
        let place = self.addresses.parts.get(&address)?;
        self.objects.get_mut(*place)
    }

    pub fn finish(mut self) -> (Catalog, Addresses) {
        self.attach();
        self.inherit_not_null();
        let mut column_order = BTreeMap::new();
        for (oid, mut names) in std::mem::take(&mut self.columns) {
            names.sort_unstable();
            if let Some(id) = self.relation(oid) {
                column_order.insert(id.clone(), names.into_iter().map(|(_, name)| name).collect());
            }
        }
        self.unmanaged.sort_unstable();
        let ids = self.addresses.ids.iter().cloned();
        let catalog = Catalog {
            major: self.major,
            role: self.role,
            objects: ids.zip(self.objects).collect(),
            column_order,
            dependencies: pg_diff::catalog::Dependencies::default(),
            unmanaged: self.unmanaged,
        };
        (catalog, self.addresses)
    }

    /// Says which constraint or index of the parent table each is part of.
    fn attach(&mut self) {
        for (place, of) in std::mem::take(&mut self.attached) {
            let parent = self.addresses.get(of).cloned();
            match self.objects.get_mut(place).map(|object| &mut object.body) {
                Some(Body::Constraint(constraint)) => constraint.parent = parent,
                Some(Body::Index(index)) => index.parent = parent,
                Some(_) | None => {}
            }
        }
    }

    /// Before 18 nothing says whose NOT NULL a column of a child has: the
    /// parent's, where the column itself is the parent's.
    fn inherit_not_null(&mut self) {
        if self.major >= 18 {
            return;
        }
        for (child, parents) in std::mem::take(&mut self.parents) {
            for (number, name) in self.columns.get(&child).cloned().unwrap_or_default() {
                let is_parents = parents.iter().any(|parent| self.is_not_null(*parent, &name));
                let address = Address::column(child, number.into());
                if let Some(Object { body: Body::Column(column), .. }) = self.object(address)
                    && let Some(not_null) = &mut column.not_null
                {
                    not_null.is_local = column.is_local || !is_parents;
                }
            }
        }
    }

    fn is_not_null(&mut self, relation: u32, name: &str) -> bool {
        let Some(columns) = self.columns.get(&relation) else { return false };
        let Some((number, _)) = columns.iter().find(|(_, it)| **it == *name) else { return false };
        let address = Address::column(relation, (*number).into());
        matches!(self.object(address), Some(Object { body: Body::Column(it), .. }) if it.not_null.is_some())
    }
}

/// A text that is there unless somebody took its object away.
pub(super) fn text(row: &Row, column: usize) -> Result<String, Moved> {
    row.get::<_, Option<String>>(column).map(settled).ok_or(Moved)
}

/// An array as a list; sorted, where its order means nothing.
pub(super) fn sorted(row: &Row, column: usize) -> Vec<String> {
    let mut list = row.get::<_, Option<Vec<String>>>(column).unwrap_or_default();
    list.sort_unstable();
    list
}

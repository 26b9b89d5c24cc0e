//! What depends on what, as `pg_depend` knows it.
//!
//! Must never: hold an edge to something that is no object of the catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Id;

/// How strongly one object holds on to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// DROP of the other without CASCADE fails while this one is there.
    Normal,
    /// DROP of the other takes this one along silently (`pg_depend` types
    /// `a`, `i`, `P`, `S`).
    Auto,
}

/// Edges from what depends to what is depended on. Each pair once; Normal
/// wins over Auto.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(Id, Vec<(Id, Link)>)>", into = "Vec<(Id, Vec<(Id, Link)>)>")]
pub struct Dependencies {
    needs: Edges,
    needed_by: Edges,
}

/// Each id is held once, however many edges it has: there are hundreds of
/// thousands of them in a database of thousands of tables.
type Edges = BTreeMap<Arc<Id>, BTreeMap<Arc<Id>, Link>>;

impl Dependencies {
    pub fn insert(&mut self, dependant: Id, on: Id, link: Link) {
        if dependant == on {
            return;
        }
        let (dependant, on) = (self.held(dependant), self.held(on));
        for (map, from, to) in
            [(&mut self.needs, &dependant, &on), (&mut self.needed_by, &on, &dependant)]
        {
            let links = map.entry(Arc::clone(from)).or_default();
            let entry = links.entry(Arc::clone(to)).or_insert(link);
            *entry = (*entry).min(link);
        }
    }

    fn held(&self, id: Id) -> Arc<Id> {
        let held = self.needs.get_key_value(&id).or_else(|| self.needed_by.get_key_value(&id));
        held.map_or_else(|| Arc::new(id), |(held, _)| Arc::clone(held))
    }

    /// What `id` depends on, directly.
    pub fn needs(&self, id: &Id) -> impl Iterator<Item = (&Id, Link)> {
        self.needs.get(id).into_iter().flatten().map(|(id, link)| (&**id, *link))
    }

    /// What depends on `id`, directly.
    pub fn needed_by(&self, id: &Id) -> impl Iterator<Item = (&Id, Link)> {
        self.needed_by.get(id).into_iter().flatten().map(|(id, link)| (&**id, *link))
    }

    /// Every edge.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Id, Link)> {
        self.needs
            .iter()
            .flat_map(|(from, links)| links.iter().map(move |(to, link)| (&**from, &**to, *link)))
    }

    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }
}

impl From<Vec<(Id, Vec<(Id, Link)>)>> for Dependencies {
    fn from(list: Vec<(Id, Vec<(Id, Link)>)>) -> Dependencies {
        let mut all = Dependencies::default();
        for (from, links) in list {
            for (to, link) in links {
                all.insert(from.clone(), to, link);
            }
        }
        all
    }
}

impl From<Dependencies> for Vec<(Id, Vec<(Id, Link)>)> {
    fn from(all: Dependencies) -> Vec<(Id, Vec<(Id, Link)>)> {
        let links = |links: BTreeMap<Arc<Id>, Link>| {
            links.into_iter().map(|(to, link)| (Arc::unwrap_or_clone(to), link)).collect()
        };
        let needs = all.needs.into_iter();
        needs.map(|(from, to)| (Arc::unwrap_or_clone(from), links(to))).collect()
    }
}

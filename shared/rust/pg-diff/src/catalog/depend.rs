//! What depends on what, as `pg_depend` knows it.
//!
//! Must never: hold an edge to something that is no object of the catalog.

use std::collections::BTreeMap;

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
    needs: BTreeMap<Id, BTreeMap<Id, Link>>,
    needed_by: BTreeMap<Id, BTreeMap<Id, Link>>,
}

impl Dependencies {
    pub fn insert(&mut self, dependant: Id, on: Id, link: Link) {
        if dependant == on {
            return;
        }
        for (map, from, to) in
            [(&mut self.needs, &dependant, &on), (&mut self.needed_by, &on, &dependant)]
        {
            let links = map.entry(from.clone()).or_default();
            let entry = links.entry(to.clone()).or_insert(link);
            *entry = (*entry).min(link);
        }
    }

    /// What `id` depends on, directly.
    pub fn needs(&self, id: &Id) -> impl Iterator<Item = (&Id, Link)> {
        self.needs.get(id).into_iter().flatten().map(|(id, link)| (id, *link))
    }

    /// What depends on `id`, directly.
    pub fn needed_by(&self, id: &Id) -> impl Iterator<Item = (&Id, Link)> {
        self.needed_by.get(id).into_iter().flatten().map(|(id, link)| (id, *link))
    }

    /// Every edge.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Id, Link)> {
        self.needs
            .iter()
            .flat_map(|(from, links)| links.iter().map(move |(to, link)| (from, to, *link)))
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
        all.needs.into_iter().map(|(from, links)| (from, links.into_iter().collect())).collect()
    }
}

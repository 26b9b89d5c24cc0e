//! Which constraint or index of the models is which of the database: by what
//! it says first, then by its name, then by what it is about.
//!
//! Must never: pair one with two.

use pg_diff::catalog::Id;

/// Both lists, taken apart.
pub struct Matched<'a, T> {
    /// Defined alike; names may differ.
    pub same: Vec<[(Id, &'a T); 2]>,
    /// Meant to be the same.
    pub different: Vec<[(Id, &'a T); 2]>,
    pub only_models: Vec<(Id, &'a T)>,
    pub only_database: Vec<(Id, &'a T)>,
}

/// `is_same`: defined alike. `is_meant`: about the same, where names do not
/// tell.
pub fn matched<'a, T>(
    [mut models, mut database]: [Vec<(Id, &'a T)>; 2],
    is_same: impl Fn(&T, &T) -> bool,
    is_meant: impl Fn(&T, &T) -> bool,
) -> Matched<'a, T> {
    let is_named = |a: &(Id, &T), b: &(Id, &T)| a.0.own_name() == b.0.own_name();
    let mut same = taken(&mut models, &mut database, |a, b| is_named(a, b) && is_same(a.1, b.1));
    same.extend(taken(&mut models, &mut database, |a, b| is_same(a.1, b.1)));
    let mut different = taken(&mut models, &mut database, is_named);
    different.extend(taken(&mut models, &mut database, |a, b| is_meant(a.1, b.1)));
    Matched { same, different, only_models: models, only_database: database }
}

/// Takes pairs out of both lists.
fn taken<'a, T>(
    models: &mut Vec<(Id, &'a T)>,
    database: &mut Vec<(Id, &'a T)>,
    is_pair: impl Fn(&(Id, &T), &(Id, &T)) -> bool,
) -> Vec<[(Id, &'a T); 2]> {
    let mut pairs = Vec::new();
    models.retain(|model| match database.iter().position(|it| is_pair(model, it)) {
        Some(at) => {
            pairs.push([model.clone(), database.remove(at)]);
            false
        }
        None => true,
    });
    pairs
}

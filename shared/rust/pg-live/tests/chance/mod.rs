//! Schemas made by chance, over all kinds of objects.

mod dice;
mod draft;
mod grants;
mod indexes;
mod partitions;
mod routines;
mod tables;
mod types;
mod views;

use std::collections::BTreeSet;

use dice::Dice;
pub use dice::Log;
use draft::Draft;

use crate::ring::case::Case;

/// What is left out of a pair, to make it smaller.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    pub absent: BTreeSet<String>,
    pub kept: BTreeSet<String>,
}

/// The pair of a seed, for a major version, and what can be cut from it.
pub fn pair(seed: u64, major: u32, cut: &Cut) -> (Case, Log) {
    let first = Dice::first(seed, &cut.absent);
    let second = Dice::second(seed, &cut.absent, &cut.kept);
    let (old, new) = (write(&first, major), write(&second, major));
    let mut log = second.log();
    log.present.extend(first.log().present);
    let (name, roles) = (format!("seed-{seed}"), grants::ROLES.to_owned());
    let case = Case { name, roles, old, new, since: 0 };
    (case, log)
}

fn write(dice: &Dice, major: u32) -> String {
    let mut draft = Draft::new(dice, major);
    draft.namespaces();
    types::write(&mut draft);
    routines::write(&mut draft);
    grants::write_defaults(&mut draft, true);
    tables::write(&mut draft);
    partitions::write(&mut draft);
    tables::write_foreign_keys(&mut draft);
    views::write(&mut draft);
    routines::write_late(&mut draft);
    indexes::write(&mut draft);
    grants::write(&mut draft);
    grants::write_defaults(&mut draft, false);
    draft.text()
}

//! Schemas made by chance, over all kinds of objects.

mod dice;
mod draft;
mod foreign_keys;
mod grants;
mod indexes;
mod partitions;
mod routines;
pub mod shrink;
mod tables;
mod types;
mod views;

use std::collections::BTreeSet;

use dice::Dice;
pub use dice::Log;
use draft::Draft;

use crate::ring::case::Case;
use crate::ring::engine::Told;

/// What is left out of a pair, to make it smaller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    let told = [Told::Online, Told::Online, Told::Offline, Told::Empty];
    let told = told[usize::try_from(first.fixed("told") % 4).expect("4")];
    let case = Case { name, roles, old, new, since: 0, told, one_way: false };
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
    foreign_keys::write(&mut draft);
    views::write(&mut draft);
    routines::write_late(&mut draft);
    indexes::write(&mut draft);
    grants::write(&mut draft);
    grants::write_defaults(&mut draft, false);
    draft.text()
}

//! The smallest pair that still fails as the whole one does.

use std::collections::BTreeSet;

use super::{Cut, pair};
use crate::ring::crew;
use crate::ring::law::{Court, Failure};
use crate::ring::servers::Installation;

/// A try takes about a second.
const TRIES: usize = 150;

struct Search {
    court: Court,
    seed: u64,
    /// Law and SQLSTATE of the first failure of the whole pair.
    sign: (&'static str, Option<String>),
    cut: Cut,
    tries: usize,
}

/// Tells everything about the smallest pair; nothing when the pair converges.
pub fn shrink(server: &Installation, seed: u64) {
    let court = crew::open(server);
    let Some(sign) = sign(&court, seed, &Cut::default()) else { return };
    let mut search = Search { court, seed, sign, cut: Cut::default(), tries: 0 };
    loop {
        let before = search.cut.clone();
        let (_, log) = pair(seed, search.court.major(), &search.cut);
        search.thin(log.changed.into_iter().collect(), |cut| &mut cut.kept);
        let (_, log) = pair(seed, search.court.major(), &search.cut);
        search.thin(log.present.into_iter().collect(), |cut| &mut cut.absent);
        if search.cut == before || search.tries >= TRIES {
            break;
        }
    }
    let (case, _) = pair(seed, search.court.major(), &search.cut);
    if let Ok(verdict) = crew::hear(&search.court, &case, &[]) {
        crew::say(&format!("SMALLEST after {} tries", search.tries));
        crew::say(&crew::tell(&case, &verdict));
    }
}

fn sign(court: &Court, seed: u64, cut: &Cut) -> Option<(&'static str, Option<String>)> {
    let (case, _) = pair(seed, court.major(), cut);
    let verdict = crew::hear(court, &case, &[]).ok()?;
    let Failure { law, sqlstate, .. } = verdict.failures.into_iter().next()?;
    Some((law, sqlstate))
}

impl Search {
    /// Takes away ever smaller pieces of a list, as long as it still fails.
    fn thin(&mut self, mut list: Vec<String>, of: fn(&mut Cut) -> &mut BTreeSet<String>) {
        let mut size = list.len().div_ceil(2);
        while size > 0 && !list.is_empty() {
            let mut at = 0;
            while at < list.len() && self.tries < TRIES {
                let piece: Vec<String> = list[at..(at + size).min(list.len())].to_vec();
                let mut cut = self.cut.clone();
                of(&mut cut).extend(piece.iter().cloned());
                self.tries += 1;
                if sign(&self.court, self.seed, &cut).as_ref() == Some(&self.sign) {
                    self.cut = cut;
                    list.drain(at..(at + size).min(list.len()));
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
    }
}

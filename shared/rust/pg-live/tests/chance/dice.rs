//! Chance that can be asked again: every choice has a name, and what it gives
//! depends on the seed and that name alone.
//!
//! The second schema of a pair is made by the same code with a few choices
//! thrown anew. Everything else stays as it was, so a pair differs as two
//! versions of one file do; and a failing pair shrinks by taking throws back.

use std::cell::RefCell;
use std::collections::BTreeSet;

pub struct Dice {
    seed: u64,
    /// How many of a thousand choices are thrown anew; 0 for the first schema.
    permille: u64,
    /// Choices that are not, whatever the dice say.
    kept: BTreeSet<String>,
    /// Things that neither schema has.
    absent: BTreeSet<String>,
    log: RefCell<Log>,
}

/// What was asked, for the shrinking.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Choices that were thrown anew and came out otherwise.
    pub changed: BTreeSet<String>,
    /// Things that are there.
    pub present: BTreeSet<String>,
}

impl Dice {
    pub fn first(seed: u64, absent: &BTreeSet<String>) -> Dice {
        Dice {
            seed,
            permille: 0,
            kept: BTreeSet::new(),
            absent: absent.clone(),
            log: RefCell::default(),
        }
    }

    pub fn second(seed: u64, absent: &BTreeSet<String>, kept: &BTreeSet<String>) -> Dice {
        let permille = [6, 15, 40, 120][usize::try_from(hash(seed, "permille") % 4).expect("4")];
        Dice { seed, permille, kept: kept.clone(), absent: absent.clone(), log: RefCell::default() }
    }

    pub fn log(&self) -> Log {
        self.log.borrow().clone()
    }

    /// A choice that is the same in both schemas: what a thing is called.
    pub fn fixed(&self, key: &str) -> u64 {
        hash(self.seed, key)
    }

    fn is_thrown_anew(&self, key: &str) -> bool {
        hash(self.seed ^ 0x00c0_ffee, key) % 1000 < self.permille && !self.kept.contains(key)
    }

    fn below(&self, key: &str, bound: u64) -> u64 {
        let first = hash(self.seed, key) % bound;
        if !self.is_thrown_anew(key) {
            return first;
        }
        let anew = hash(self.seed.wrapping_add(0x5eed), key) % bound;
        if anew != first {
            self.log.borrow_mut().changed.insert(key.to_owned());
        }
        anew
    }

    /// True this often of a hundred.
    pub fn chance(&self, key: &str, percent: u64) -> bool {
        self.below_for_chance(key, percent)
    }

    /// The throw is anew, but only a change of the answer counts as one.
    fn below_for_chance(&self, key: &str, percent: u64) -> bool {
        let first = hash(self.seed, key) % 100 < percent;
        if !self.is_thrown_anew(key) {
            return first;
        }
        let anew = hash(self.seed.wrapping_add(0x5eed), key) % 100 < percent;
        if anew != first {
            self.log.borrow_mut().changed.insert(key.to_owned());
        }
        anew
    }

    /// Whether a thing is there at all.
    pub fn exists(&self, slot: &str, percent: u64) -> bool {
        if self.absent.contains(slot) {
            return false;
        }
        let exists = self.chance(&format!("{slot} exists"), percent);
        if exists {
            self.log.borrow_mut().present.insert(slot.to_owned());
        }
        exists
    }

    pub fn number(&self, key: &str, bound: u64) -> u64 {
        self.below(key, bound)
    }

    /// One of a list that is always the same.
    pub fn pick<'a, T: ?Sized>(&self, key: &str, all: &[&'a T]) -> &'a T {
        let count = u64::try_from(all.len()).expect("short");
        all[usize::try_from(self.below(key, count)).expect("short")]
    }

    /// One of what is there. One more or less in the list changes the choice
    /// only where it was, or is, the one.
    pub fn choose<'a, T>(
        &self,
        key: &str,
        all: impl IntoIterator<Item = &'a T>,
        name: impl Fn(&T) -> &str,
    ) -> Option<&'a T> {
        let seed = if self.is_thrown_anew(key) {
            self.log.borrow_mut().changed.insert(key.to_owned());
            self.seed.wrapping_add(0x5eed)
        } else {
            self.seed
        };
        all.into_iter().max_by_key(|it| hash(seed, &format!("{key} {}", name(it))))
    }
}

/// FNV-1a, then the end of splitmix64.
fn hash(seed: u64, key: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut hash = key
        .bytes()
        .fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

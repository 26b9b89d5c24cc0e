//! The plan: the steps that make one catalog equal another, in order.
//!
//! A step is one SQL statement, or one backfill. How it is run says its
//! [`Mode`]; what could hurt says its [`Hazard`]s; what the rows that are
//! there could say against it, its [`Probe`]s. A reverse plan is the plan of
//! the sides swapped.
//!
//! Must never: depend on anything but its two catalogs and the options.

mod hazard;
mod step;

use serde::{Deserialize, Serialize};

pub use hazard::{Hazard, HazardKind};
pub use step::{Action, Backfill, Mode, Phase, Probe, Step, Work};

/// Steps in the order in which they are run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Asked of the real rows before the first step.
    pub probes: Vec<Probe>,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Steps that are run together: neighbours of one transaction, or one
    /// step that wants its own.
    pub fn groups(&self) -> Vec<&[Step]> {
        let mut groups = Vec::new();
        let mut from = 0;
        for to in 1..=self.steps.len() {
            let ends = self.steps.get(to).is_none_or(|next| {
                let last = &self.steps[to - 1];
                next.mode != Mode::Together
                    || last.mode != Mode::Together
                    || next.phase != last.phase
            });
            if ends {
                groups.push(&self.steps[from..to]);
                from = to;
            }
        }
        groups
    }

    /// Every hazard, each kind and object once, in the order of the steps.
    pub fn hazards(&self) -> Vec<&Hazard> {
        let mut all: Vec<&Hazard> = Vec::new();
        for hazard in self.steps.iter().flat_map(|step| &step.hazards) {
            if !all.iter().any(|it| it.kind == hazard.kind && it.about == hazard.about) {
                all.push(hazard);
            }
        }
        all
    }
}

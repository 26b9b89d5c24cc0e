//! The plan: the steps that make one catalog equal another, in order.
//!
//! A step is one SQL statement, or one backfill. How it is run says its
//! [`Mode`]; what could hurt says its [`Hazard`]s; what the rows that are
//! there could say against it, its [`Probe`]s. A reverse plan is the plan of
//! the sides swapped.
//!
//! Must never: depend on anything but its two catalogs and the options.

mod adorn;
mod cast;
mod draft;
mod edges;
mod fate;
pub mod file;
mod graph;
mod hazard;
mod holder;
mod lineage;
mod names;
mod node;
mod online;
mod options;
mod order;
mod probe;
mod render;
mod render_alter;
mod render_create;
mod render_drop;
mod retype;
mod rows;
mod step;
mod torn;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Dependencies, Id, Kind};

pub use hazard::{Hazard, HazardKind};
pub use options::{Fill, Options};
pub use step::{Action, Backfill, Mode, Phase, Probe, Step, Work};

/// What makes `current` equal `desired`.
pub fn plan(current: &Catalog, desired: &Catalog, options: &Options) -> Plan {
    let old_graph = graph::old_graph(current);
    let new_graph = graph::new_graph(desired);
    let mut fates = fate::Fates::decide(current, desired, &old_graph);
    if fates.map.is_empty() {
        return Plan::default();
    }
    let mut apart = node::Apart::default();
    loop {
        let nodes = node::Nodes::new(&fates, options, &new_graph, &apart);
        let mut edges = edges::edges(&nodes, &new_graph);
        let circle = match order::order(&nodes, &mut edges) {
            Ok(ordered) => return finish(&nodes, &new_graph, &ordered),
            Err(circle) => circle,
        };
        let parted = part(&nodes, &circle, &mut apart);
        drop(nodes);
        let altered = circle.iter().filter(|it| it.op == node::Op::Alter);
        let again: Vec<Id> = altered.map(|it| it.id.clone()).collect();
        if !parted && !again.into_iter().any(|id| fates.recreate_and_spread(&id)) {
            // No way around: the proof will say what PostgreSQL thinks.
            let nodes = node::Nodes::new(&fates, options, &new_graph, &apart);
            let ordered = order::order_anyway(&nodes, &mut edges);
            return finish(&nodes, &new_graph, &ordered);
        }
    }
}

fn finish(nodes: &node::Nodes<'_>, graph: &Dependencies, ordered: &[node::Node]) -> Plan {
    let steps = render::render(nodes, ordered).finish();
    Plan { steps, probes: probe::probes(nodes, graph) }
}

/// Some wait for each other: a default gets a statement of its own, a part
/// goes before the whole. False when nothing could be taken apart.
fn part(nodes: &node::Nodes<'_>, circle: &[node::Node], apart: &mut node::Apart) -> bool {
    let inlined = nodes.inlined.iter().find(|default| {
        let creator = nodes.creator(&default.with(Kind::Column, &default.part));
        circle.contains(&creator)
    });
    if let Some(default) = inlined {
        return apart.never_inlined.insert(default.clone());
    }
    let mut found = false;
    for (part, on, _) in nodes.old_graph.iter() {
        let is_separable = matches!(
            part.kind,
            Kind::Constraint
                | Kind::Default
                | Kind::Trigger
                | Kind::Policy
                | Kind::Rule
                | Kind::Index
                | Kind::Column
        );
        // What is part of an index above goes with that.
        let goes_with_parent = nodes.old().body(part).is_some_and(|it| {
            it.index().is_some() && it.parent().is_some_and(|parent| nodes.goes(parent))
        });
        if !is_separable || goes_with_parent || !nodes.goes(part) || !nodes.goes(on) {
            continue;
        }
        let (dropper, others) = (nodes.dropper(part), nodes.dropper(on));
        let in_circle = |it: &node::Node| circle.contains(it);
        if dropper.id != *part && dropper != others && in_circle(&dropper) && in_circle(&others) {
            found |= apart.dropped_first.insert(part.clone());
        }
    }
    found
}

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
                next.mode != Mode::Together || last.mode != Mode::Together
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

//! Steps while they are being written.
//!
//! Must never: join what PostgreSQL would run in another order.

use super::graph::relation_of;
use super::node::Nodes;
use super::{Action, Backfill, Hazard, HazardKind, Mode, Phase, Step, Work};
use crate::catalog::{Id, Kind};
use crate::ddl::Statement;

#[derive(Default)]
pub struct Drafts {
    all: Vec<Draft>,
}

struct Draft {
    step: Step,
    /// Neighbours with the same head become one statement.
    head: Option<String>,
}

/// The step just added, to say more about it.
pub struct Added<'a>(&'a mut Draft);

impl Drafts {
    pub fn add(&mut self, id: &Id, action: Action, statement: Statement) -> Added<'_> {
        let Statement { head, body } = statement;
        let text = head.as_ref().map_or_else(|| body.clone(), |head| format!("{head} {body}"));
        self.push(id, action, Work::Statement(text), head)
    }

    pub fn backfill(&mut self, id: &Id, backfill: Backfill) -> Added<'_> {
        self.push(id, Action::Backfill, Work::Backfill(backfill), None).mode(Mode::Outside)
    }

    fn push(&mut self, id: &Id, action: Action, work: Work, head: Option<String>) -> Added<'_> {
        let step = Step {
            object: id.clone(),
            action,
            phase: Phase::Expand,
            mode: Mode::Together,
            work,
            hazards: Vec::new(),
            tables: Vec::new(),
        };
        self.all.push(Draft { step, head });
        let last = self.all.len() - 1;
        Added(&mut self.all[last])
    }

    /// The steps, neighbours joined, phases told.
    pub fn finish(self) -> Vec<Step> {
        let mut steps: Vec<Draft> = Vec::with_capacity(self.all.len());
        for draft in self.all {
            match steps.last_mut() {
                Some(last) if can_join(last, &draft) => join(last, draft),
                _ => steps.push(draft),
            }
        }
        let mut steps: Vec<Step> = steps.into_iter().map(|draft| draft.step).collect();
        let taking_away =
            |step: &Step| step.action == Action::Drop && !matches!(step.object.kind, Kind::Default);
        let from = steps.iter().rposition(|step| !taking_away(step)).map_or(0, |at| at + 1);
        for step in &mut steps[from..] {
            step.phase = Phase::Contract;
        }
        for step in &mut steps {
            if step.action == Action::Backfill {
                step.phase = Phase::Migrate;
            }
        }
        steps
    }
}

fn can_join(last: &Draft, next: &Draft) -> bool {
    last.head.is_some()
        && last.head == next.head
        && last.step.mode == Mode::Together
        && next.step.mode == Mode::Together
}

fn join(last: &mut Draft, next: Draft) {
    let (Some(head), Work::Statement(text), Work::Statement(more)) =
        (&last.head, &mut last.step.work, &next.step.work)
    else {
        return;
    };
    let action = more.strip_prefix(head.as_str()).unwrap_or(more);
    text.push(',');
    text.push_str(action);
    last.step.hazards.extend(next.step.hazards);
    for table in next.step.tables {
        if !last.step.tables.contains(&table) {
            last.step.tables.push(table);
        }
    }
    if last.step.object != next.step.object {
        // The statement is about the table then.
        let table = last.step.object.of(Kind::Table);
        last.step.object = table;
        if last.step.action != next.step.action {
            last.step.action = Action::Alter;
        }
    }
}

impl Added<'_> {
    pub fn mode(self, mode: Mode) -> Self {
        self.0.step.mode = mode;
        if mode != Mode::Together {
            self.0.head = None;
        }
        self
    }

    pub fn mode_unless_together(self, mode: Mode) -> Self {
        if mode == Mode::Together { self } else { self.mode(mode) }
    }

    /// It locks, reads or writes the relation that `id` is or is a part of,
    /// when that was there before.
    pub fn on_table(self, nodes: &Nodes<'_>, id: &Id) -> Self {
        let body = nodes.fates.new.body(id).or_else(|| nodes.fates.old.body(id));
        let relation = match body.and_then(|it| it.index()) {
            Some(index) => Some(index.table.clone()),
            None => relation_of(nodes.fates.old, id),
        };
        if let Some(relation) = relation
            && matches!(relation.kind, Kind::Table | Kind::ForeignTable | Kind::MaterializedView)
            && nodes.fates.old.contains(&relation)
            && !self.0.step.tables.contains(&relation)
        {
            self.0.step.tables.push(relation);
        }
        self
    }

    pub fn hazard(self, kind: HazardKind, why: impl Into<String>) -> Self {
        let about = self.0.step.object.clone();
        self.hazard_about(kind, about, why)
    }

    /// Of something else than the step is about.
    pub fn hazard_about(self, kind: HazardKind, about: Id, why: impl Into<String>) -> Self {
        self.0.step.hazards.push(Hazard { kind, about, why: why.into() });
        self
    }
}

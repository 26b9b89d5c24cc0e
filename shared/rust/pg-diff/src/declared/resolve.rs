//! Annotations, matched with the objects that the files make.
//!
//! Must never: pass one over. What is about nothing is an error.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::annotation::{Annotation, AnnotationKind, Word, WrittenName};
use super::find::{self, Missing};
use super::intents::{Deprecation, Fill, Intents, PartRename, Rename, SeedRule};
use super::nearest::nearest;
use super::source::Span;
use crate::catalog::{Body, Catalog, ConstraintKind, Id, Kind};

/// The annotations of the files, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    list: Vec<Annotation>,
}

impl From<Vec<Annotation>> for Annotations {
    fn from(list: Vec<Annotation>) -> Annotations {
        Annotations { list }
    }
}

/// An annotation that does not fit what the files make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnnotationError {
    pub span: Span,
    /// Without a full stop.
    pub message: String,
    pub hint: Option<String>,
}

impl fmt::Display for AnnotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.message)
    }
}

impl std::error::Error for AnnotationError {}

impl Annotations {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.list.iter()
    }

    /// What they ask for, of the catalog that the files make.
    ///
    /// # Errors
    /// Every annotation that is about nothing, that contradicts another, or
    /// that names columns which are not there.
    pub fn resolve(&self, catalog: &Catalog) -> Result<Intents, Vec<AnnotationError>> {
        let mut resolver =
            Resolver { catalog, intents: Intents::default(), claimed: BTreeMap::new() };
        let mut errors = Vec::new();
        for annotation in &self.list {
            if let Err(Missing { message, hint }) = resolver.take(annotation) {
                errors.push(AnnotationError { span: annotation.span.clone(), message, hint });
            }
        }
        if errors.is_empty() { Ok(resolver.intents) } else { Err(errors) }
    }
}

struct Resolver<'a> {
    catalog: &'a Catalog,
    intents: Intents,
    /// Old names, by who was called so.
    claimed: BTreeMap<(Id, String), Span>,
}

impl Resolver<'_> {
    fn take(&mut self, annotation: &Annotation) -> Result<(), Missing> {
        let id = find::find(self.catalog, &annotation.subject)?;
        let word = annotation.kind.word();
        let part = annotation.subject.part.clone();
        let part = part.filter(|_| annotation.subject.kind.is_in_type());
        if let AnnotationKind::Seed { key, update } = &annotation.kind {
            let rule = self.seed(id.clone(), key, update)?;
            if self.intents.seeds.contains(&rule) {
                return Ok(());
            }
            self.once(word, &id, annotation)?;
            self.intents.seeds.push(rule);
            return Ok(());
        }
        match (&annotation.kind, part) {
            (AnnotationKind::Renamed { from }, Some(to)) => {
                return self.renamed_part(id, from, to, annotation);
            }
            (AnnotationKind::Renamed { from }, None) => {
                self.once(word, &id, annotation)?;
                self.renamed(id, from, annotation)?;
            }
            (AnnotationKind::Using { expression }, _) => {
                self.once(word, &id, annotation)?;
                self.intents.using.insert(id, expression.clone());
            }
            (AnnotationKind::Backfill { expression, batch }, _) => {
                self.once(word, &id, annotation)?;
                let fill = Fill { expression: expression.clone(), batch: *batch };
                self.intents.backfills.insert(id, fill);
            }
            (AnnotationKind::Deprecated { since, remove_after }, _) => {
                self.once(word, &id, annotation)?;
                let dates = Deprecation { since: *since, remove_after: *remove_after };
                self.intents.deprecated.insert(id, dates);
            }
            (AnnotationKind::Seed { .. }, _) => {}
        }
        Ok(())
    }

    /// Remembers where it was said; twice is once too often.
    fn once(&mut self, word: Word, id: &Id, annotation: &Annotation) -> Result<(), Missing> {
        let key = (word, id.clone());
        if let Some(first) = self.intents.places.get(&key) {
            return Err(Missing::new(format!("`{word}` of {id} is said before, at {first}")));
        }
        self.intents.places.insert(key, annotation.span.clone());
        Ok(())
    }

    fn renamed(
        &mut self,
        to: Id,
        from: &[WrittenName],
        annotation: &Annotation,
    ) -> Result<(), Missing> {
        let ids: Vec<Id> = from
            .iter()
            .map(|old| match annotation.subject.kind.is_part() {
                true => to.with(to.kind, &old.name),
                false => {
                    let namespace = old.namespace.as_deref().unwrap_or(&to.namespace);
                    Id::part(to.kind, namespace, &old.name, &to.part)
                }
            })
            .collect();
        for id in &ids {
            if *id == to {
                return Err(Missing::new(format!("{to} cannot have been renamed from itself")));
            }
            self.claim(id.clone(), String::new(), annotation)?;
        }
        self.intents.renames.push(Rename { from: ids, to });
        Ok(())
    }

    fn renamed_part(
        &mut self,
        of: Id,
        from: &[WrittenName],
        to: String,
        annotation: &Annotation,
    ) -> Result<(), Missing> {
        let renames = &self.intents.part_renames;
        if let Some(first) = renames.iter().find(|it| it.of == of && it.to == to) {
            let message = format!("`@renamed` of {of}.{to} is said before, at {}", first.span);
            return Err(Missing::new(message));
        }
        let from: Vec<String> = from.iter().map(|old| old.name.clone()).collect();
        for old in &from {
            if *old == to {
                return Err(Missing::new(format!("{to} cannot have been renamed from itself")));
            }
            self.claim(of.clone(), old.clone(), annotation)?;
        }
        let span = annotation.span.clone();
        self.intents.part_renames.push(PartRename { of, from, to, span });
        Ok(())
    }

    /// Two cannot both have had an old name.
    fn claim(&mut self, id: Id, part: String, annotation: &Annotation) -> Result<(), Missing> {
        let message = |first: &Span| format!("{id} was renamed already, at {first}");
        if let Some(first) = self.claimed.get(&(id.clone(), part.clone())) {
            return Err(Missing::new(message(first)));
        }
        self.claimed.insert((id, part), annotation.span.clone());
        Ok(())
    }

    fn seed(&self, table: Id, key: &[String], update: &[String]) -> Result<SeedRule, Missing> {
        for column in key.iter().chain(update) {
            if !self.catalog.contains(&table.with(Kind::Column, column)) {
                let names: Vec<Id> = self.catalog.columns(&table).map(|(id, _)| id).collect();
                let near = nearest(column, names.iter().map(Id::own_name));
                let missing = Missing::new(format!("{table} has no column `{column}`"));
                return Err(missing.perhaps(near));
            }
        }
        if let Some(both) = key.iter().find(|column| update.contains(column)) {
            let message = format!("`{both}` finds the row: it cannot be updated too");
            return Err(Missing::new(message));
        }
        let key = if key.is_empty() { self.primary_key(&table)? } else { key.to_vec() };
        Ok(SeedRule { table, key, update: update.to_vec() })
    }

    fn primary_key(&self, table: &Id) -> Result<Vec<String>, Missing> {
        let constraints = self.catalog.objects.range(table.with(Kind::Constraint, "")..);
        let own = constraints.take_while(|(id, _)| id.of(table.kind) == *table);
        for (_, object) in own {
            if let Body::Constraint(constraint) = &object.body
                && constraint.kind == ConstraintKind::Primary
            {
                return Ok(constraint.columns.clone());
            }
        }
        let missing = Missing::new(format!("{table} has no primary key to find its rows by"));
        Err(missing.hint("say which columns: `-- @seed key=(code)`"))
    }
}

//! From the catalog to what the pages say.
//!
//! Must never: depend on the order in which a server gave something.

use std::collections::{BTreeMap, BTreeSet};

use pg_diff::Catalog;
use pg_diff::catalog::{ConstraintKind, Grantee, Id, Kind, Object};

use super::body::{self, Uses};
use super::columns::columns;
use super::model::{
    Constraint, Coverage, Domain, Index, Model, Reference, Referrer, Relation, Routine, Trigger,
};
use super::sample;
use super::source::{Made, Source, shown};
use super::words;
use crate::init_file::InitFile;

/// What stands under no title.
const NO_TITLE: &str = "Everything else";

const RELATIONS: [Kind; 4] = [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView];

pub fn gather(catalog: &Catalog, init: &InitFile, models: &BTreeMap<String, Model>) -> Reference {
    let source = Source::of(init);
    let ids: Vec<&Id> = catalog.objects.keys().filter(|id| RELATIONS.contains(&id.kind)).collect();
    let names: BTreeSet<String> = ids.iter().map(|id| name(id)).collect();
    let bodies: BTreeMap<&Id, Uses> = of_kind(catalog, Kind::Routine)
        .filter_map(|(id, object)| {
            let definition = &object.body.routine()?.definition;
            Some((id, body::uses(definition, &|it| names.contains(it))))
        })
        .collect();
    let gathering = Gathering { catalog, source: &source, bodies: &bodies };
    let mut relations: Vec<Relation> =
        ids.iter().map(|id| gathering.relation(id, models)).collect();
    relations.sort_by(|a, b| (rank(a), &a.name).cmp(&(rank(b), &b.name)));
    let samples: Vec<_> = relations.iter().map(|it| sample::sample(it, &relations)).collect();
    for (relation, sample) in relations.iter_mut().zip(samples) {
        relation.sample = sample;
    }
    let mut routines: Vec<Routine> =
        bodies.iter().filter_map(|(id, uses)| gathering.routine(id, uses)).collect();
    routines.sort_by(|a, b| (&a.name, &a.signature).cmp(&(&b.name, &b.signature)));
    let coverage = coverage(&relations, &routines);
    let domains = domains(&source, &relations, &routines);
    Reference {
        init: init.shown.clone(),
        domains,
        relations,
        routines,
        coverage,
        up: Some("../../".to_owned()),
        changes: None,
        stats: None,
    }
}

fn rank(relation: &Relation) -> bool {
    relation.kind.ends_with("view")
}

/// Without the namespace that everything is in.
fn name(id: &Id) -> String {
    shown(&id.namespace, &id.name)
}

fn of_kind(catalog: &Catalog, kind: Kind) -> impl Iterator<Item = (&Id, &Object)> {
    catalog.objects.iter().filter(move |(id, _)| id.kind == kind)
}

/// The parts of a relation that are of a kind, by name.
fn parts<'a>(
    catalog: &'a Catalog,
    of: &Id,
    kind: Kind,
) -> impl Iterator<Item = (&'a Id, &'a Object)> {
    let (namespace, name) = (of.namespace.clone(), of.name.clone());
    of_kind(catalog, kind).filter(move |(id, _)| id.namespace == namespace && id.name == name)
}

struct Gathering<'a> {
    catalog: &'a Catalog,
    source: &'a Source,
    bodies: &'a BTreeMap<&'a Id, Uses>,
}

impl Gathering<'_> {
    fn relation(&self, id: &Id, models: &BTreeMap<String, Model>) -> Relation {
        let name = name(id);
        let made = self.source.find(id.kind.word(), &name);
        let constraints = parts(self.catalog, id, Kind::Constraint);
        let mut constraints: Vec<(ConstraintKind, Constraint)> = constraints
            .filter_map(|(part, object)| {
                let it = object.body.constraint()?;
                let told = Constraint {
                    name: part.own_name().to_owned(),
                    words: words::constraint(it),
                    definition: it.definition.clone(),
                    to: it.references.as_ref().map(self::name),
                    columns: it.columns.clone(),
                };
                Some((it.kind, told))
            })
            .collect();
        constraints.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
        let indexes = of_kind(self.catalog, Kind::Index).filter_map(|(index, object)| {
            let it = object.body.index().filter(|it| it.table == *id)?;
            Some(Index {
                name: index.name.to_string(),
                words: words::index(it),
                definition: it.definition.clone(),
            })
        });
        let triggers = parts(self.catalog, id, Kind::Trigger)
            .filter_map(|(part, object)| self.trigger(id, part, object));
        let model =
            models.get(&name).map(|it| Model { class: it.class.clone(), place: it.place.clone() });
        Relation {
            kind: id.kind.word(),
            domain: domain(made),
            comment: self.catalog.get(id).and_then(|it| it.comment.clone()),
            columns: columns(self.catalog, id),
            indexes: indexes.collect(),
            constraints: constraints.into_iter().map(|(_, it)| it).collect(),
            triggers: triggers.collect(),
            referenced_by: self.referrers(id),
            used_by: self.users(id, &name),
            model,
            place: made.and_then(|it| it.place.clone()),
            ddl: made.map(|it| it.text.clone()),
            grants: grants(self.catalog, id),
            sample: None,
            stats: None,
            name,
        }
    }

    fn trigger(&self, of: &Id, id: &Id, object: &Object) -> Option<Trigger> {
        let told = words::trigger(&object.body.trigger()?.definition);
        let runs = self.bodies.iter().find(|(routine, _)| name(routine) == told.function);
        let mut writes: Vec<String> = Vec::new();
        if let Some((_, uses)) = runs {
            let own = uses.sets.iter().map(|column| format!("{}.{column}", name(of)));
            writes.extend(own.chain(uses.writes.iter().cloned()));
        }
        Some(Trigger {
            name: id.own_name().to_owned(),
            when: told.when,
            function: told.function,
            writes,
            comment: object.comment.clone(),
        })
    }

    fn referrers(&self, id: &Id) -> Vec<Referrer> {
        let all = of_kind(self.catalog, Kind::Constraint).filter_map(|(key, object)| {
            let it = object.body.constraint()?;
            (it.references.as_ref() == Some(id)).then(|| Referrer {
                table: name(key),
                columns: it.columns.clone(),
                on_delete: words::on_delete(&it.definition),
            })
        });
        let mut all: Vec<Referrer> = all.collect();
        all.sort();
        all
    }

    /// Views by their dependencies, routines by the words of their bodies.
    fn users(&self, id: &Id, name: &str) -> Vec<String> {
        let is_here = |on: &Id| {
            on.namespace == id.namespace
                && on.name == id.name
                && (RELATIONS.contains(&on.kind) || on.kind == Kind::Column)
        };
        let views = self.catalog.objects.keys().filter(|view| {
            matches!(view.kind, Kind::View | Kind::MaterializedView)
                && *view != id
                && self.catalog.dependencies.needs(view).any(|(on, _)| is_here(on))
        });
        let views = views.map(|view| format!("{} {}", view.kind.word(), self::name(view)));
        let routines = self
            .bodies
            .iter()
            .filter(|(_, it)| it.reads.contains(name) || it.writes.contains(name));
        let routines = routines.map(|(routine, it)| {
            let verb = if it.writes.contains(name) { "writes" } else { "reads" };
            format!("function {} ({verb})", self::name(routine))
        });
        let all: BTreeSet<String> = views.chain(routines).collect();
        all.into_iter().collect()
    }

    fn routine(&self, id: &Id, uses: &Uses) -> Option<Routine> {
        let object = self.catalog.get(id)?;
        let routine = object.body.routine()?;
        let name = name(id);
        let made = ["function", "procedure"].iter().find_map(|it| self.source.find(it, &name));
        Some(Routine {
            signature: routine.signature.clone(),
            domain: domain(made),
            comment: object.comment.clone(),
            reads: uses.reads.iter().cloned().collect(),
            writes: uses.writes.iter().cloned().collect(),
            place: made.and_then(|it| it.place.clone()),
            ddl: made.map(|it| it.text.clone()),
            name,
        })
    }
}

/// Who may do what beside the owner, a line each.
fn grants(catalog: &Catalog, id: &Id) -> Vec<String> {
    let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let all = catalog.get(id).and_then(|it| it.grants.as_ref());
    for grant in all.into_iter().flatten() {
        let who = match &grant.grantee {
            Grantee::Owner => continue,
            Grantee::Public => "PUBLIC",
            Grantee::Role(name) => name,
        };
        by.entry(who).or_default().push(&grant.privilege);
    }
    by.into_iter().map(|(who, what)| format!("{who}: {}", what.join(", "))).collect()
}

fn domain(made: Option<&Made>) -> String {
    let title = made.map(|it| it.section.as_str()).filter(|it| !it.is_empty());
    title.unwrap_or(NO_TITLE).to_owned()
}

/// In the order of the file, those without a title last.
fn domains(source: &Source, relations: &[Relation], routines: &[Routine]) -> Vec<Domain> {
    let titles = source.titles().chain([NO_TITLE]);
    let place =
        |place: &Option<super::model::Place>| place.as_ref().map(|it| (it.file.clone(), it.line));
    let one = |title: &str| {
        let mut found: Vec<_> = relations
            .iter()
            .filter(|it| it.domain == title)
            .map(|it| (place(&it.place), it.name.clone()))
            .collect();
        found.sort();
        let mut called: Vec<_> = routines
            .iter()
            .filter(|it| it.domain == title)
            .map(|it| (place(&it.place), it.name.clone()))
            .collect();
        called.sort();
        Domain {
            title: title.to_owned(),
            relations: found.into_iter().map(|(_, name)| name).collect(),
            routines: called.into_iter().map(|(_, name)| name).collect(),
        }
    };
    let all = titles.map(one);
    all.filter(|it| !it.relations.is_empty() || !it.routines.is_empty()).collect()
}

fn coverage(relations: &[Relation], routines: &[Routine]) -> Coverage {
    let mut coverage = Coverage::default();
    let count = |pair: &mut (usize, usize), has: bool| {
        pair.0 += usize::from(has);
        pair.1 += 1;
    };
    for relation in relations {
        count(&mut coverage.relations, relation.comment.is_some());
        if relation.comment.is_none() {
            coverage.missing.push(relation.name.clone());
        }
        for column in &relation.columns {
            count(&mut coverage.columns, column.comment.is_some());
            if column.comment.is_none() {
                coverage.missing.push(format!("{}.{}", relation.name, column.name));
            }
        }
    }
    for routine in routines {
        count(&mut coverage.routines, routine.comment.is_some());
        if routine.comment.is_none() {
            coverage.missing.push(format!("{}()", routine.name));
        }
    }
    coverage
}

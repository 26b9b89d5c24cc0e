//! The object that an annotation is about.
//!
//! Must never: take the nearest for it. That is for the hint.

use super::arguments;
use super::nearest::nearest;
use super::subject::Subject;
use crate::catalog::{Body, Catalog, Id, Kind, Object};

/// What is wrong, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub message: String,
    pub hint: Option<String>,
}

impl Missing {
    pub fn new(message: String) -> Missing {
        Missing { message, hint: None }
    }

    pub fn hint(mut self, hint: &str) -> Missing {
        self.hint = Some(hint.to_owned());
        self
    }

    pub fn perhaps(self, near: Option<&str>) -> Missing {
        match near {
            Some(near) => self.hint(&format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// The object, in the first namespace of the path that has it. Of a label or a
/// field it is the type.
pub fn find(catalog: &Catalog, subject: &Subject) -> Result<Id, Missing> {
    for namespace in namespaces(catalog, subject) {
        for kind in subject.kind.kinds() {
            if let Some(id) = find_in(catalog, subject, *kind, &namespace)? {
                return Ok(id);
            }
        }
    }
    let missing =
        Missing::new(format!("the files do not make the {subject}, when all of them ran"));
    Err(missing.perhaps(near(catalog, subject).as_deref()))
}

fn namespaces(catalog: &Catalog, subject: &Subject) -> Vec<String> {
    if subject.kind.is_global() {
        return vec![String::new()];
    }
    if let Some(namespace) = &subject.namespace {
        return vec![namespace.clone()];
    }
    let user = |name: &String| if name == "$user" { catalog.role.clone() } else { name.clone() };
    subject.search_path.iter().map(user).collect()
}

fn find_in(
    catalog: &Catalog,
    subject: &Subject,
    kind: Kind,
    namespace: &str,
) -> Result<Option<Id>, Missing> {
    if let Some(arguments) = &subject.arguments {
        let all = overloads(catalog, kind, namespace, &subject.name);
        return match all.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some((*one).clone())),
            several => {
                let mut fitting = several.iter().filter(|id| arguments::are(arguments, &id.part));
                match (fitting.next(), fitting.next()) {
                    (Some(one), None) => Ok(Some((*one).clone())),
                    _ => Err(Missing::new(format!(
                        "{} functions are called {}, and which one is meant is not clear",
                        several.len(),
                        subject.name
                    ))
                    .hint("write the types of its arguments as the catalog does")),
                }
            }
        };
    }
    let part = subject.part.as_deref().unwrap_or_default();
    if subject.kind.is_in_type() {
        let id = Id::new(kind, namespace, &subject.name);
        let has = catalog.get(&id).is_some_and(|object| parts(object).contains(&part));
        return Ok(has.then_some(id));
    }
    let id = Id::part(kind, namespace, &subject.name, part);
    Ok(catalog.contains(&id).then_some(id))
}

fn overloads<'a>(catalog: &'a Catalog, kind: Kind, namespace: &str, name: &str) -> Vec<&'a Id> {
    let first = Id::new(kind, namespace, name);
    let from_there = catalog.objects.range(first.clone()..).map(|(id, _)| id);
    from_there.take_while(|id| id.of(kind) == first).collect()
}

/// Labels of an enum, fields of a composite type.
pub fn parts(object: &Object) -> Vec<&str> {
    if let Body::Enum(it) = &object.body {
        it.labels.iter().map(String::as_str).collect()
    } else if let Body::Composite(it) = &object.body {
        it.attributes.iter().map(|field| field.name.as_str()).collect()
    } else {
        Vec::new()
    }
}

/// What is called nearly so: within the same relation for a part of one.
fn near(catalog: &Catalog, subject: &Subject) -> Option<String> {
    let kinds = subject.kind.kinds();
    let of_kind = || catalog.objects.iter().filter(|(id, _)| kinds.contains(&id.kind));
    let wanted = subject.part.as_deref().unwrap_or(&subject.name);
    let found = if subject.kind.is_part() {
        let own = of_kind().filter(|(id, _)| *id.name == *subject.name);
        let names = own.flat_map(|(id, object)| match subject.kind.is_in_type() {
            true => parts(object),
            false => vec![id.own_name()],
        });
        nearest(wanted, names)
    } else {
        nearest(wanted, of_kind().map(|(id, _)| id.own_name()))
    };
    found.map(str::to_owned)
}

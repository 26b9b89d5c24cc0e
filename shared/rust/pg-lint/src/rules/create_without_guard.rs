//! What PostgreSQL cannot create IF NOT EXISTS needs a guard of its own.
//!
//! Must never: look into a DO block: what stands there has its guard.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};
use crate::outline::{Action, ObjectKind};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "create-without-guard",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a type, domain, policy or constraint that stands by itself is made where it is \
              not there yet",
    why: "PostgreSQL has no IF NOT EXISTS for these: the second run of init.sql stops. A \
              DO block that passes over duplicate_object, or a DROP ... IF EXISTS before it, \
              lets it run again.",
    bad: case!("create-without-guard/a_type_is_made_once", "bad"),
    good: case!("create-without-guard/a_type_is_made_once", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let objects = outline.objects.iter().filter_map(|it| {
        let word = match it.kind {
            ObjectKind::Type => "type",
            ObjectKind::Domain => "domain",
            ObjectKind::Publication => "publication",
            ObjectKind::EventTrigger => "event trigger",
            ObjectKind::Rule if !it.replaces => "rule",
            ObjectKind::Namespace
            | ObjectKind::Extension
            | ObjectKind::Sequence
            | ObjectKind::Statistics
            | ObjectKind::ForeignTable
            | ObjectKind::Server
            | ObjectKind::Rule
            | ObjectKind::Other => return None,
        };
        Some((it.at, word, it.name.as_ref()?))
    });
    let policies = outline.policies.iter().map(|it| (it.at, "policy", &it.name));
    let triggers = outline.triggers.iter().filter(|it| it.is_constraint);
    let triggers = triggers.map(|it| (it.at, "constraint trigger", &it.name));
    let constraints = outline.alters.iter().filter_map(|it| {
        // With its column it is guarded by that.
        let added = it.actions.iter().filter(|action| action.column().is_none());
        let mut added = added.flat_map(Action::constraints).filter_map(|it| it.name.as_ref());
        Some((it.at, "constraint", added.next()?))
    });
    let dropped = dropped(script);
    for (at, word, name) in objects.chain(policies).chain(triggers).chain(constraints) {
        if dropped.get(&name.name).is_some_and(|first| *first < at) {
            continue;
        }
        let message = format!("a second run stops here: the {word} is there already");
        let mut finding = RULE.at(outline.head(at), message);
        finding.help = Some(match word {
            "type" | "domain" => {
                "put it into a DO block with EXCEPTION WHEN duplicate_object THEN NULL".to_owned()
            }
            "constraint" => "say it in the CREATE TABLE".to_owned(),
            _ => format!("put DROP {} IF EXISTS before it", word.to_uppercase()),
        });
        found.push(finding);
    }
}

/// The first statement that drops each name IF EXISTS.
fn dropped(script: &Script<'_>) -> BTreeMap<String, usize> {
    let mut first = BTreeMap::new();
    for (at, statement) in script.outline.statements.iter().enumerate() {
        if statement.reader.has("drop") && statement.reader.has("if exists") {
            for word in statement.reader.words() {
                first.entry(word).or_insert(at);
            }
        }
    }
    first
}

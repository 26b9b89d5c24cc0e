//! Three sides, and who of them is behind.
//!
//! Must never: say who is right. Who stands alone is behind, or ahead; people
//! know which.

use std::collections::BTreeMap;

use pg_diff::catalog::Id;
use serde::Serialize;
use serde_json::{Value, json};

use super::finding::{Finding, Rule, Severity};
use crate::outcome::Exit;

/// Who stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Behind {
    /// init.sql and the live database agree.
    Models,
    /// The models and the live database agree.
    Init,
    /// The models and init.sql agree.
    Live,
    /// No two agree.
    All,
    /// Only two sides were compared.
    Unknown,
}

/// A finding, and what each side says.
#[derive(Clone, Debug)]
pub struct Told {
    pub finding: Finding,
    /// None where that side was not compared.
    pub init: Option<String>,
    pub live: Option<String>,
    pub behind: Behind,
}

pub struct Verdict {
    pub told: Vec<Told>,
    /// Found, and known.
    pub left_out: Vec<LeftOut>,
    pub sides: Sides,
    /// Mapped tables.
    pub tables: usize,
    /// None where no SQL was looked at.
    pub statements: Option<Statements>,
}

/// How much SQL of services, scripts and documentation was looked at.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Statements {
    pub prepared: usize,
    /// Put together at run time, or open until then.
    pub skipped: usize,
}

/// A finding that a comment or a baseline leaves out.
pub struct LeftOut {
    pub told: Told,
    pub why: String,
    pub until: Option<String>,
}

/// What the models were held against, as people call it.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    pub models: String,
    pub init: Option<String>,
    pub live: Option<String>,
}

type Key = (Rule, Id, usize);

impl Verdict {
    /// Puts together what was found against each side. `own`: wrong in the
    /// models themselves.
    pub fn new(
        sides: Sides,
        tables: usize,
        own: Vec<Finding>,
        [init, live]: [Option<Vec<Finding>>; 2],
    ) -> Verdict {
        let (has_init, has_live) = (init.is_some(), live.is_some());
        let mut keyed: BTreeMap<Key, [Option<Finding>; 2]> = BTreeMap::new();
        for (side, findings) in [init, live].into_iter().enumerate() {
            let mut seen: BTreeMap<(Rule, Id), usize> = BTreeMap::new();
            for finding in findings.into_iter().flatten() {
                let count = seen.entry((finding.rule, finding.object.clone())).or_default();
                let key = (finding.rule, finding.object.clone(), *count);
                *count += 1;
                keyed.entry(key).or_default()[side] = Some(finding);
            }
        }
        let mut told: Vec<Told> = own
            .into_iter()
            .map(|finding| Told { finding, init: None, live: None, behind: Behind::Unknown })
            .collect();
        told.extend(keyed.into_values().filter_map(|both| merged(both, has_init, has_live)));
        told.sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
        Verdict { told, left_out: Vec::new(), sides, tables, statements: None }
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.told.iter().filter(|it| it.finding.severity == severity).count()
    }

    /// Errors and warnings.
    pub fn drift(&self) -> impl Iterator<Item = &Told> {
        self.told.iter().filter(|it| it.finding.severity != Severity::Info)
    }

    pub fn exit(&self) -> Exit {
        if self.count(Severity::Error) > 0 {
            Exit::Failed
        } else if self.count(Severity::Warning) > 0 {
            Exit::Attention
        } else {
            Exit::Done
        }
    }

    pub fn document(&self) -> Value {
        let Sides { models, init, live } = &self.sides;
        json!({
            "against": { "models": models, "init": init, "live": live },
            "tables": self.tables,
            "statements": self.statements,
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "infos": self.count(Severity::Info),
            "ignored": self.left_out.iter().map(LeftOut::document).collect::<Vec<_>>(),
            "findings": self.told.iter().map(Told::document).collect::<Vec<_>>(),
        })
    }
}

fn order(finding: &Finding) -> (Severity, Rule, &Id) {
    (finding.severity, finding.rule, &finding.object)
}

fn merged([init, live]: [Option<Finding>; 2], has_init: bool, has_live: bool) -> Option<Told> {
    let behind = match (&init, &live) {
        _ if !(has_init && has_live) => Behind::Unknown,
        (Some(one), Some(other)) if one.database == other.database => Behind::Models,
        (Some(_), Some(_)) => Behind::All,
        (Some(_), None) => Behind::Init,
        (None, _) => Behind::Live,
    };
    let value = |it: &Option<Finding>, model: &str| {
        it.as_ref().map_or_else(|| model.to_owned(), |it| it.database.clone())
    };
    // The worse of the two is told.
    let worse = init.iter().chain(&live).min_by_key(|it| it.severity)?.clone();
    Some(Told {
        init: has_init.then(|| value(&init, &worse.model)),
        live: has_live.then(|| value(&live, &worse.model)),
        finding: worse,
        behind,
    })
}

impl LeftOut {
    fn document(&self) -> Value {
        let mut document = self.told.document();
        document["reason"] = json!(self.why);
        document["until"] = json!(self.until);
        document
    }
}

impl Told {
    /// In one line.
    pub fn line(&self) -> String {
        let Finding { rule, severity, consequence, .. } = &self.finding;
        format!("{} {} {}: {consequence}", severity.word(), rule.id(), self.finding.title())
    }

    fn document(&self) -> Value {
        let Finding { rule, severity, place, model, consequence, .. } = &self.finding;
        json!({
            "rule": rule,
            "severity": severity,
            "object": self.finding.title(),
            "place": place,
            "model": model,
            "init": self.init,
            "live": self.live,
            "behind": self.behind,
            "consequence": consequence,
        })
    }
}

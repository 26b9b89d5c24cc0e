//! A comparison as a document for programs.
//!
//! Must never: say less than what people are shown.

use pg_diff::Change;
use pg_diff::plan::{Hazard, Plan};
use serde_json::{Value, json};

use crate::schema::outlook::Outlook;

pub fn document(outlook: &Outlook, missing: &[&Hazard]) -> Value {
    let proof = outlook.proof.as_ref();
    json!({
        "from": outlook.from.shown,
        "to": outlook.to.shown,
        "fingerprint": outlook.from.fingerprint,
        "equal": outlook.is_equal(),
        "renames": outlook.renamed.iter().map(|it| json!({
            "from": it.from,
            "to": it.to,
            "part": it.part,
        })).collect::<Vec<_>>(),
        "changes": outlook.changes.iter().map(change).collect::<Vec<_>>(),
        "column_order": outlook.order_only,
        "ignored": outlook.filtered.ignored,
        "starved": outlook.filtered.starved,
        "unmanaged": outlook.from.catalog.unmanaged,
        "plan": steps(&outlook.plan),
        "probes": outlook.plan.probes,
        "certificate": proof.map(|it| &it.certificate.steps),
        "expected_ms": proof.map(|it| it.estimate.expected_ms()),
        "estimate": proof.map(|it| &it.estimate.steps),
        "reverse": proof.map(|it| steps(&it.reverse)),
        "not_brought_back": proof.map(|it| &it.lost),
        "only_pg_dump_sees": proof.map(|it| &it.unseen),
        "hazards": outlook.plan.hazards(),
        "not_allowed": missing,
    })
}

fn change(change: &Change) -> Value {
    let mut value = serde_json::to_value(change).unwrap_or_default();
    value["shown"] = json!(change.object().to_string());
    value
}

/// Each with its SQL, also where it is a backfill.
pub fn steps(plan: &Plan) -> Vec<Value> {
    plan.steps
        .iter()
        .map(|step| {
            let mut value = serde_json::to_value(step).unwrap_or_default();
            value["sql"] = json!(step.sql());
            value
        })
        .collect()
}

//! A comparison as a document for programs.
//!
//! Must never: say less than what people are shown.

use pg_diff::Change;
use pg_diff::catalog::Id;
use pg_diff::plan::{Hazard, Plan};
use pg_diff::quarantine::Passage;
use serde_json::{Value, json};

use crate::schema::outlook::Outlook;

pub fn document(outlook: &Outlook, missing: &[&Hazard]) -> Value {
    let proof = outlook.proof.as_ref();
    json!({
        "from": outlook.from.shown,
        "to": outlook.to.shown,
        "fingerprint": outlook.from.fingerprint,
        "equal": outlook.is_equal(),
        "renames": outlook.renamed.iter().filter(|it| !it.steps.is_empty()).map(|it| json!({
            "from": it.from,
            "to": it.to,
            "part": it.part,
        })).collect::<Vec<_>>(),
        "kept": outlook.kept().map(passage).collect::<Vec<_>>(),
        "taken_back": outlook.taken_back().map(passage).collect::<Vec<_>>(),
        "not_kept": outlook.left.iter().map(|(id, why)| json!({ "object": id, "why": why }))
            .collect::<Vec<_>>(),
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

fn passage((id, passage): (&Id, &Passage)) -> Value {
    json!({ "object": id, "shown": id.to_string(), "mark": passage.mark })
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
            value["sql"] = json!(step.shown());
            if value["work"]["statement"].is_string() {
                value["work"]["statement"] = json!(step.shown());
            }
            value
        })
        .collect()
}

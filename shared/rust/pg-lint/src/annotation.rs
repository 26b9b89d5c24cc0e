//! What the text alone can say of annotations: columns that are not there, days
//! that have come.
//!
//! Must never: say that one is done. Only a database knows: an old name that the
//! file has again may be that of something new.

use pg_diff::declared::{Annotation, AnnotationKind, Date, nearest};

use crate::finding::Finding;
use crate::outline::{Name, Outline, Table};
use crate::rules::{annotation_unreadable, removal_due};

/// What is wrong with an annotation, or due.
pub fn check(annotation: &Annotation, outline: &Outline<'_>, today: Date) -> Option<Finding> {
    let subject = &annotation.subject;
    let name = Name {
        namespace: subject.namespace.clone(),
        name: subject.name.clone(),
        range: 0..0,
        bytes: subject.name.len(),
    };
    let table = outline.table(&name).filter(|table| !table.has_more && !table.is_made_of);
    match &annotation.kind {
        AnnotationKind::Deprecated { remove_after, .. } if *remove_after <= today => {
            let message = format!("{subject} may go since {remove_after}");
            let mut finding = removal_due::RULE.at(0..0, message);
            let help = "take it out of init.sql, then `cargo xtask db-migrate`";
            finding.help = Some(help.to_owned());
            Some(finding)
        }
        AnnotationKind::Seed { key, update } => {
            let has = |column: &&String| outline.column(&name, column).is_some();
            let unknown = key.iter().chain(update).find(|column| !has(column))?;
            Some(no_column(table?, unknown))
        }
        AnnotationKind::Deprecated { .. }
        | AnnotationKind::Renamed { .. }
        | AnnotationKind::Using { .. }
        | AnnotationKind::Backfill { .. } => None,
    }
}

fn no_column(table: &Table, unknown: &str) -> Finding {
    let message = format!("{} has no column `{unknown}`", table.name.shown());
    let mut finding = annotation_unreadable::RULE.at(0..0, message);
    let names = table.columns.iter().map(|column| column.name.name.as_str());
    finding.help = nearest(unknown, names).map(|near| format!("did you mean `{near}`?"));
    finding
}

//! The end of a migration: what is there now is what was declared.
//!
//! Must never: take a difference for none because somebody else made it.

use anyhow::Result;
use pg_diff::{Change, diff};
use pg_live::{Introspection, Session};

use super::Work;
use crate::outcome::{Exit, Fault};
use crate::schema::known::Known;
use crate::schema::lens::Lens;
use crate::verify::counted;

impl Work<'_> {
    /// The comparison that must be empty now, and the fingerprint.
    pub(super) fn compare_again(&self) -> Result<(String, String)> {
        let found = &self.found;
        let mut reached = self.ctx.wait(async {
            let session = Session::connect(&self.live, "schema").await?;
            Introspection::begin(&session).await?.with_dependencies().await
        })?;
        let fingerprint = reached.fingerprint();
        let lens = Lens::between(&self.workshop, &found.from, &found.to);
        lens.put_before(&mut reached);
        // What somebody made meanwhile and is left alone stays left alone.
        let mut desired = found.to.catalog.clone();
        lens.put_before(&mut desired);
        self.request.rules.filter.apply(&reached, &mut desired);
        let left = diff(&reached, &desired);
        match left.first() {
            None => Ok((fingerprint, "no difference".to_owned())),
            Some(first) => Err(not_reached(&left, first)),
        }
    }

    pub(super) fn note_equal(&self, fingerprint: &str) {
        let found = &self.found;
        let (Some(init), Some(seeds)) = (&found.to.init, &found.to.seeds) else { return };
        let about = (init, self.workshop.role(), &self.request.rules);
        let seen = (found.from.catalog.major, fingerprint);
        if let Err(error) = Known::of(self.ctx).note_equal(about, seen, seeds) {
            self.ctx.term.warn(&format!("this comparison is not remembered: {error:#}"));
        }
    }
}

fn not_reached(left: &[Change], first: &Change) -> anyhow::Error {
    Fault::new(
        Exit::Partial,
        format!(
            "all steps are done, and {} still differ, first {} {}",
            counted(left.len(), "object"),
            first.mark(),
            first.object()
        ),
    )
    .hint("somebody else may have changed the schema meanwhile: `cargo xtask db-diff`")
    .into()
}

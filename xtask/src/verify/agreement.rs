//! Whether a live database and init.sql agree, by two who do not know of each
//! other: `pg_dump` compares texts, the engine compares objects.
//!
//! Must never: change the live database, or tell what a rule leaves alone.

use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::Result;
use pg_diff::dump::DumpChange;
use pg_live::Address;
use serde_json::json;

use super::{Proving, Verification, counted, size};
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit};
use crate::schema::opinion;
use crate::schema::outlook::{Comparison, compare};
use crate::schema::reading::{self, Reading};
use crate::schema::rules::Rules;
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::target::Target;

/// Done when they agree, else what differs.
pub fn agreement(ctx: &Ctx, target: &Rc<Target>, live: &Address, init: InitFile) -> Result<Answer> {
    let progress = ctx.term.progress("comparing with init.sql");
    // Both are dumped while the engine reads them.
    let proving = Proving::begin(ctx, target, live, &init)?;
    let dumping = super::start_dump(ctx, target, live, proving.roles)?;
    let proven = proving.end(ctx)?;
    let workshop = Workshop::open(ctx, target.clone(), live.clone())?;
    let from = Reading::of(ctx, &workshop, &Side::Live)?;
    let to = reading::declared(ctx, &workshop, init)?;
    let ours = compare(&workshop, (from, to), &Rules::configured(ctx)?)?;
    let found = super::verify_by(ctx, live, &proven, dumping)?;
    drop(progress);
    Ok(answer(ctx, found, &ours))
}

/// `pg_dump` has compared the texts; the engine compares the objects. What a
/// rule leaves alone neither of them tells.
fn answer(ctx: &Ctx, mut found: Verification, ours: &Comparison) -> Answer {
    let is_ignored =
        |it: &DumpChange| ours.filtered.ignored.iter().any(|id| opinion::is_about(it.object(), id));
    found.differences.retain(|it| !is_ignored(it));
    let (only_ours, only_theirs) = opinion::apart(&ours.changes, &found.differences);
    let database = ctx.config.database();
    let mut text = found.report();
    for it in &only_theirs {
        let key = it.object();
        let _ = writeln!(text, "  only pg_dump sees {} {}", key.kind.to_lowercase(), key.name);
    }
    for it in &only_ours {
        let _ =
            writeln!(text, "~ {} (only the engine sees it: `cargo xtask db-diff`)", it.object());
    }
    for thing in &ours.unmanaged {
        let _ = writeln!(text, "  unmanaged: {thing}");
    }
    let exit = if found.is_clean() && only_ours.is_empty() {
        text.push_str(&format!("{database} equals init.sql: {}\n", found.summary()));
        Exit::Done
    } else {
        let count = found.differences.len()
            + only_ours.len()
            + found.seeds.missing.len()
            + found.seeds.outdated.len()
            + found.health.len()
            + usize::from(!found.complete);
        text.push_str(&format!(
            "{database} is not what init.sql says: {}\n",
            counted(count, "finding")
        ));
        Exit::Attention
    };
    text.push_str(&format!(
        "{} rows, {}, PostgreSQL {}",
        found.rows,
        size(found.bytes),
        found.server_version
    ));
    let mut data = json!(found);
    data["changes"] = json!(ours.changes);
    data["only_engine_sees"] = json!(only_ours);
    data["only_pg_dump_sees"] = json!(only_theirs);
    data["unmanaged"] = json!(ours.unmanaged);
    Answer { exit, text, data }
}

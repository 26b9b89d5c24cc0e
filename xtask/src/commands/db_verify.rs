//! `db-verify`: the live database equals init.sql, or here is what differs.
//!
//! Must never: change the live database.

use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::Result;
use pg_diff::dump::DumpChange;
use pg_live::{Session, quote_ident};
use serde_json::json;

use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault};
use crate::schema::opinion;
use crate::schema::outlook::{Comparison, compare};
use crate::schema::reading::{self, Reading};
use crate::schema::rules::Rules;
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::target::Target;
use crate::verify::{self, Verification, counted, size};
use crate::ways;

pub const COMMAND: Command = Command {
    name: "db-verify",
    summary: "Compare the live database with init.sql: schema, seed rows, indexes, sequences",
    usage: "[--table NAME]",
    flags: &[("--table NAME", "show the table as psql's \\d does")],
    examples: &[
        "cargo xtask db-verify",
        "cargo xtask db-verify --table messages",
        "cargo xtask db-verify --json",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let table = rest.value("--table")?;
    rest.no_words(COMMAND.name)?;
    let init = InitFile::read(ctx)?;
    let target = Target::resolve(ctx)?;
    let address = target.require_answering(ctx)?;
    if let Some(table) = table {
        return describe(ctx, &target, &address, &table);
    }
    let progress = ctx.term.progress("comparing with init.sql");
    let proven = verify::prove(ctx, &target, &address, &init)?;
    let found = verify::verify(ctx, &target, &address, &proven)?;
    let target = Rc::new(target);
    let workshop = Workshop::open(ctx, target.clone(), address.clone())?;
    let from = Reading::of(ctx, &workshop, &Side::Live)?;
    let to = reading::declared(ctx, &workshop, init)?;
    let ours = compare(&workshop, (from, to), &Rules::configured(ctx)?)?;
    drop(progress);
    let answer = answer(ctx, found, &ours);
    if answer.exit == Exit::Done {
        ways::note_served(ctx, &target);
    }
    Ok(answer)
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

/// psql's own words about one relation, found by its exact name.
fn describe(ctx: &Ctx, target: &Target, address: &pg_live::Address, table: &str) -> Result<Answer> {
    let names = ctx.wait(async {
        let session = Session::connect(address, "db-verify").await?;
        pg_live::facts::relations(&session).await
    })?;
    // A dot may also be part of a name.
    let readings = table.split_once('.').into_iter().chain([("public", table)]);
    let is_there =
        |place: &(&str, &str)| names.iter().any(|it| (it.0.as_str(), it.1.as_str()) == *place);
    let Some((namespace, name)) = readings.clone().find(is_there) else {
        let (namespace, name) = readings.clone().next().unwrap_or(("public", table));
        let fault = Fault::failed(format!(
            "there is no relation `{namespace}.{name}` in `{}`",
            address.database
        ));
        return Err(match nearest(name, names.iter().map(|it| it.1.as_str())) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("all of them: `cargo xtask psql -- -c '\\d'`"),
        }
        .into());
    };
    let command = format!("\\d {}.{}", quote_ident(namespace), quote_ident(name));
    let run = target.program(ctx, "psql", address)?.args([
        "--no-psqlrc",
        "--no-password",
        "--command",
        &command,
    ]);
    let text = ctx.proc.read(&run)?;
    Ok(Answer::done(
        text.clone(),
        json!({ "relation": format!("{namespace}.{name}"), "description": text }),
    ))
}

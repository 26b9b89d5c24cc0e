//! Single tables out of a backup: a database with the tables of the backup,
//! and the rows of some. Keys and indexes are left out: they could refer to
//! rows that are not there.
//!
//! Must never: put rows into a database that is served.

use std::time::Instant;

use anyhow::Result;
use pg_diff::ddl;
use pg_live::content::{self, Content, TableContent};
use pg_live::{Address, Session};

use super::manifest::Manifest;
use super::refill::fill_with;
use super::source::Source;
use super::store::Backup;
use crate::commands::nearest;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;
use crate::term::Mark;

/// What `--table` names.
pub fn chosen(source: &Source, names: &[String]) -> Result<Vec<TableContent>, Fault> {
    match source.backup() {
        Some(backup) => names.iter().map(|name| find(&backup.manifest, name)).collect(),
        None if names.is_empty() => Ok(Vec::new()),
        None => Err(Fault::usage("--table takes tables out of a backup, not out of plain SQL")
            .hint("restore all of it with `--into NAME`")),
    }
}

/// `messages` or `audit.log`.
fn find(manifest: &Manifest, name: &str) -> Result<TableContent, Fault> {
    let tables = &manifest.content.tables;
    let whole = |it: &TableContent| format!("{}.{}", it.namespace, it.name);
    let found: Vec<&TableContent> =
        tables.iter().filter(|it| it.name == name || whole(it) == name).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let fault = Fault::usage(format!("{} has no table `{name}` with rows", manifest.label));
            let names: Vec<String> =
                tables.iter().flat_map(|it| [it.name.clone(), whole(it)]).collect();
            Err(match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(format!("cargo xtask backup show {} --json", manifest.label)),
            })
        }
        [first, ..] => Err(Fault::usage(format!("`{name}` is in more than one namespace"))
            .hint(format!("say which: `--table {}`", whole(first)))),
    }
}

/// The tables, then the rows of some, compared with the manifest.
pub fn fill(
    ctx: &Ctx,
    target: &Target,
    empty: &Address,
    (backup, tables): (&Backup, &[TableContent]),
) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("restore");
    fill_with(ctx, target, empty, backup, &["--section=pre-data".to_owned()])?;
    for table in tables {
        ctx.interrupt.check()?;
        // Names as they are, no patterns. Source: manual, pg_restore.
        let words = [
            "--section=data".to_owned(),
            format!("--schema={}", table.namespace),
            format!("--table={}", table.name),
        ];
        fill_with(ctx, target, empty, backup, &words)?;
    }
    let wanted = Content { tables: tables.to_vec(), ..Content::default() };
    let found = ctx.wait(async {
        let session = Session::connect(empty, "restore").await?;
        content::content_like(&[session], &wanted, &[]).await
    })?;
    drop(progress);
    let wrong = wanted.differences(&found);
    if wrong.is_empty() {
        let rows = format!("{} rows, every hash", wanted.rows());
        ctx.term.step(Mark::Ok, "restore", started.elapsed(), &rows);
        return Ok(());
    }
    Err(Fault::failed(format!("what was restored is not what was backed up: {}", wrong.join("; ")))
        .hint("make another backup: `cargo xtask backup --prove`")
        .into())
}

/// What is there now, and how rows come back from it.
pub fn story(live: &Address, into: &str, tables: &[TableContent]) -> String {
    let mut text = format!("`{into}` has the tables of the backup, without keys and indexes, and:");
    for table in tables {
        let place = ddl::relation(&table.namespace, &table.name);
        text.push_str(&format!("\n  {place:<40} {:>12} rows", table.rows));
    }
    text.push_str(&format!(
        "\nlook at it: `cargo xtask psql -- {into}`; what is served, `{}`, was not touched",
        live.database
    ));
    text
}

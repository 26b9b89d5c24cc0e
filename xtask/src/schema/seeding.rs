//! Seed rows beside a plan: which are missing, which the file changed, and
//! what of it is written.
//!
//! Must never: write what no row is missing for and no `@seed` names.

use std::fmt::Write as _;

use anyhow::Result;
use pg_diff::Catalog;
use pg_live::seeds::{self, DeclaredSeeds, SeedReport, SeedRow, SeedRule};
use pg_live::{Address, Session};

use super::reading::{declared, init_of_commit};
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::verify::counted;

/// What the comments of the files say of their rows. What does not fit is told
/// by whoever resolves all of them.
pub fn rules(init: &InitFile, catalog: &Catalog) -> Vec<SeedRule> {
    let intents = init.annotations.resolve(catalog).unwrap_or_default();
    let rule = |it: &pg_diff::declared::SeedRule| SeedRule {
        namespace: it.table.namespace.to_string(),
        name: it.table.name.to_string(),
        key: it.key.clone(),
        update: it.update.clone(),
    };
    intents.seeds.iter().map(rule).collect()
}

/// Looks for the declared rows in the live database. Rows that differ are told
/// apart by what the last commit shipped.
pub fn compare(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    live: &Address,
    (declared, init): (&DeclaredSeeds, &InitFile),
) -> Result<SeedReport> {
    let mut report = ctx
        .wait(async { seeds::compare(declared, &Session::connect(live, "schema").await?).await })?;
    if !report.edited.is_empty()
        && let Some(before) = shipped_before(ctx, workshop, init)
    {
        report.tell_apart(&before);
    }
    Ok(report)
}

/// The rows of init.sql as the last commit has it, where there is one that
/// says something else.
fn shipped_before(ctx: &Ctx, workshop: &Workshop<'_>, init: &InitFile) -> Option<DeclaredSeeds> {
    let before = init_of_commit(ctx, "HEAD").ok().filter(|before| before.hash != init.hash)?;
    declared(ctx, workshop, before).ok()?.seeds
}

/// `+` missing, `~` outdated, and what stays as it is.
pub fn lines(report: &SeedReport) -> String {
    let mut text = String::new();
    let mut line = |mark: char, row: &SeedRow, words: &str| {
        let _ = writeln!(text, "  {mark} seed row {} {}{words}", row.table, row.key);
    };
    for row in &report.missing {
        line('+', row, "");
    }
    for row in &report.outdated {
        line('~', row, &format!(": {}", row.columns.join(", ")));
    }
    for row in &report.edited {
        let (file, here): (Vec<&String>, Vec<&String>) =
            row.columns.iter().partition(|it| row.changed_in_file.contains(it));
        let names =
            |list: &[&String]| list.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
        let mut words = String::new();
        if !here.is_empty() {
            let _ = write!(words, " was edited here ({}); it stays", names(&here));
        }
        if !file.is_empty() {
            let _ = write!(
                words,
                " is another in the file ({names}); it stays, or say `-- @seed update=({names})`",
                names = names(&file)
            );
        }
        line(' ', row, &words);
    }
    text
}

/// Writes what is missing or outdated, and says how much.
pub fn write(ctx: &Ctx, live: &Address, report: &SeedReport) -> Result<String> {
    let statements = report.statements();
    for sql in &statements {
        ctx.term.equivalent("sql>", &format!("{sql};"));
    }
    let written = ctx.wait(async {
        seeds::write(&Session::connect(live, "db-migrate").await?, &statements).await
    })?;
    Ok(counted(usize::try_from(written).unwrap_or(usize::MAX), "seed row"))
}

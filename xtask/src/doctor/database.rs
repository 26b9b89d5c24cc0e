//! The server and what is in the database.
//!
//! Must never: write, or hang on a server that is sick.

use std::rc::Rc;

use anyhow::Result;
use pg_live::feed::{self, between};
use pg_live::vitals::{self, DATABASE, Finding, SERVER, SHARED, Vital};
use pg_live::{Address, Session, queue};

use super::fixes::Mend;
use super::{Section, State};
use crate::config::Assertion;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::quarantine;
use crate::rebuild::keep;
use crate::target::{ServerState, Target};
use crate::verify;

pub fn examine(
    ctx: &Ctx,
    target: &Rc<Target>,
    quick: bool,
    section: &mut Section<'_>,
) -> Result<()> {
    let address = match target.require_answering(ctx) {
        Ok(address) => address,
        Err(error) => {
            let hint = error.downcast_ref::<Fault>().and_then(|fault| fault.hint.clone());
            let fix = hint.unwrap_or_else(|| "start it: `cargo xtask up`".to_owned());
            section.failure("server", format!("{error:#}"), fix);
            if let Ok(ServerState::Stopped) = target.state(ctx) {
                section.mend(Mend::Up);
            }
            section.skipped("database", "the server does not answer");
            return Ok(());
        }
    };
    section.pass("server", address.to_string());
    look(ctx, target, &address, section)?;
    if quick {
        section.skipped("schema", "--quick");
    } else {
        schema(ctx, target, &address, section)?;
    }
    overdue(ctx, &address, section)?;
    waiting_work(ctx, &address, section)?;
    for it in &ctx.config.metadata.assertions {
        if quick && it.slow {
            section.skipped(&it.name, "--quick");
        } else {
            assertion(ctx, &address, it, section)?;
        }
    }
    Ok(())
}

/// What was to be kept for a time that is over.
fn overdue(ctx: &Ctx, address: &Address, section: &mut Section<'_>) -> Result<()> {
    let all = quarantine::lying(ctx, address)?;
    if all.is_empty() {
        return Ok(());
    }
    let due = all.iter().filter(|it| it.is_overdue() && !it.goes_along());
    let due: Vec<String> = due.map(quarantine::Lying::story).collect();
    let wrong = Some(due.join("; ")).filter(|_| !due.is_empty());
    section.warn_if("quarantine", wrong, "cargo xtask quarantine purge");
    Ok(())
}

fn look(
    ctx: &Ctx,
    target: &Rc<Target>,
    address: &Address,
    section: &mut Section<'_>,
) -> Result<()> {
    let shared = match &**target {
        Target::Url(_) => SHARED,
        Target::Local(_) | Target::Compose(_) => &[],
    };
    let vitals: Vec<Vital> = SERVER.iter().chain(DATABASE).chain(shared).copied().collect();
    let (looked, moved, abandoned) = ctx.wait(async {
        let session = Session::connect(address, "doctor").await?;
        let moved = between::moved(&session, &address.database).await?;
        let abandoned = feed::abandoned(&session).await?;
        pg_live::Result::Ok((vitals::look(&session, &vitals).await?, moved, abandoned))
    })?;
    feeds(section, moved.as_deref(), abandoned.as_ref());
    for it in keep::between::unfilled(ctx) {
        section.warning("unfilled", it.story(), keep::between::NEXT_OF_UNFILLED);
    }
    for (vital, found) in looked {
        match found {
            Ok(findings) if findings.is_empty() => section.pass(vital.title, ""),
            Ok(findings) => {
                for it in findings {
                    add(section, vital, it);
                }
            }
            Err(error) => section.skipped(vital.title, format!("it cannot be looked at: {error}")),
        }
    }
    Ok(())
}

/// What moves to other servers leave: a slot that nobody empties fills the disk.
fn feeds(section: &mut Section<'_>, moved: Option<&str>, abandoned: Option<&feed::Abandoned>) {
    if let Some(mark) = moved {
        let story = format!("moved to {}; here it is only read", keep::between::place(mark));
        section.warning("moved", story, keep::between::NEXT);
    }
    if let Some(it) = abandoned {
        let story = keep::between::abandoned_story(it);
        section.failure("feed", story, "cargo xtask db-rebuild --reopen");
    }
}

fn add(section: &mut Section<'_>, vital: Vital, finding: Finding) {
    let state = if finding.is_failure { State::Failure } else { State::Warning };
    let fix = finding.fix.map_or_else(|| vital.words.to_owned(), |sql| psql(&sql));
    section.add(vital.title, state, finding.message, Some(fix));
}

/// Each statement as a word of its own: what one `-c` holds is one
/// transaction, in which ALTER SYSTEM and REINDEX CONCURRENTLY refuse to run.
fn psql(statements: &str) -> String {
    let words = statements.lines().map(|sql| format!(" -c {}", quoted(sql)));
    format!("cargo xtask psql --{}", words.collect::<String>())
}

/// For a shell.
fn quoted(sql: &str) -> String {
    format!("'{}'", sql.replace('\'', "'\\''"))
}

/// The comparison of `db-verify`, each finding with its own remedy.
fn schema(
    ctx: &Ctx,
    target: &Rc<Target>,
    address: &Address,
    section: &mut Section<'_>,
) -> Result<()> {
    let name = "schema";
    let found = InitFile::read(ctx)
        .and_then(|init| verify::prove(ctx, target, address, &init))
        .and_then(|proven| verify::verify(ctx, target, address, &proven));
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            section.failure(name, format!("{error:#}"), "cargo xtask db-verify");
            return Ok(());
        }
    };
    if !found.complete {
        let (present, declared) = (found.tables_present, found.tables_declared);
        section.failure(
            name,
            format!("init.sql did not run to its end here: {present} of {declared} tables exist"),
            "cargo xtask db-rebuild",
        );
    } else if found.differences.is_empty() {
        section.pass(name, "in step with init.sql");
    } else {
        let count = found.differences.len();
        section.warning(
            name,
            format!("{count} differences from init.sql"),
            "cargo xtask db-verify",
        );
    }
    let missing: Vec<String> =
        found.seeds.missing.iter().map(|row| format!("{} {}", row.table, row.key)).collect();
    let wrong = (!missing.is_empty()).then(|| format!("missing: {}", missing.join(", ")));
    // By stdin: psql runs in the container on compose, where the path is another.
    let init = ctx.config.metadata.init.display();
    let again = format!("cargo xtask psql -- -qv ON_ERROR_STOP=1 < {init}");
    section.warn_if("seed rows", wrong, &again);
    if found.health.is_empty() {
        section.pass("indexes, constraints, sequences", "");
    }
    for it in &found.health {
        section.failure(&it.object, it.message.clone(), psql(&it.fix));
    }
    second_run(ctx, target, address, section);
    ctx.interrupt.check()?;
    Ok(())
}

/// init.sql is run again by its own remedies: that must change nothing.
fn second_run(ctx: &Ctx, target: &Rc<Target>, address: &Address, section: &mut Section<'_>) {
    let name = "init.sql twice";
    let fix = "cargo xtask lint --prove";
    let again = InitFile::read(ctx).and_then(|init| verify::run_twice(ctx, target, address, &init));
    match again {
        Ok(changed) => {
            let changed: Vec<String> = changed.into_iter().map(|it| it.message).collect();
            let wrong = (!changed.is_empty()).then(|| changed.join(", "));
            section.warn_if(name, wrong, fix);
        }
        Err(error) => section.warning(name, format!("{error:#}"), fix),
    }
}

/// The thresholds of the platform's own preflight.
fn waiting_work(ctx: &Ctx, address: &Address, section: &mut Section<'_>) -> Result<()> {
    let Some(sql) = &ctx.config.metadata.queue else { return Ok(()) };
    let found = ctx.wait(async {
        let session = Session::connect(address, "doctor").await?;
        vitals::hurry(&session).await?;
        pg_live::Result::Ok(queue(&session, sql).await)
    })?;
    match found {
        Err(error) => section.skipped("queue", format!("it cannot be looked at: {error}")),
        Ok(found) => {
            let slow = found.is_slow().then(|| found.story());
            section.warn_if("queue", slow, "cargo xtask logs processor");
            let lost = (found.set_aside > 0)
                .then(|| format!("{} rows were set aside after too many tries", found.set_aside));
            let show = "cargo xtask psql -- -c 'SELECT id, last_error FROM ingest_queue WHERE status = '\\''dead'\\'''";
            section.warn_if("rows set aside", lost, show);
        }
    }
    Ok(())
}

fn assertion(
    ctx: &Ctx,
    address: &Address,
    it: &Assertion,
    section: &mut Section<'_>,
) -> Result<()> {
    let found = ctx.wait(async {
        let session = Session::connect(address, "doctor").await?;
        vitals::hurry(&session).await?;
        pg_live::Result::Ok(vitals::assert(&session, &it.sql).await)
    })?;
    match found {
        Ok(wrong) if wrong.is_empty() => section.pass(&it.name, ""),
        Ok(wrong) => section.warning(&it.name, wrong.join("; "), it.fix.clone()),
        Err(error) => section.skipped(&it.name, format!("it cannot be looked at: {error}")),
    }
    Ok(())
}

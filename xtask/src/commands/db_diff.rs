//! `db-diff`: what differs between two schemas, and the plan that would make
//! one the other.
//!
//! Must never: change either of them.

use std::path::Path;
use std::rc::Rc;

use anyhow::Result;
use pg_live::seeds::SeedReport;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit};
use crate::quarantine;
use crate::schema::allow::{self, Allowed};
use crate::schema::card::{self, Format, Show};
use crate::schema::known::Known;
use crate::schema::outlook::{Outlook, outlook};
use crate::schema::plan_file;
use crate::schema::reading::{self, Looked, Reading};
use crate::schema::rules::{self, Rules};
use crate::schema::seeding;
use crate::schema::side::{Side, WORDS, typed_path};
use crate::schema::workshop::Workshop;
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "db-diff",
    summary: "Show what differs from init.sql and the plan to get there; exit 2 on differences",
    usage: "[FROM] [TO] [--init FILE] [--sql] [--out FILE] [--no-proof] [--format HOW]",
    flags: &[
        ("FROM, TO", WORDS),
        ("--sql", "the SQL also of long plans"),
        (
            "--out FILE",
            "write the plan: FILE.sql for psql and people, FILE.json for `db-migrate --plan`",
        ),
        ("--no-proof", "do not run the plan on a clone: no locks, no times"),
        Format::FLAG,
        quarantine::FLAG,
        rules::FLAGS[0],
        rules::FLAGS[1],
        allow::FLAG,
    ],
    examples: &[
        "cargo xtask db-diff",
        "cargo xtask db-diff --sql",
        "cargo xtask db-diff git:HEAD init",
        "cargo xtask db-diff live staging --format markdown",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let rules = Rules::of(ctx, &mut rest)?;
    let format = Format::parse(rest.value("--format")?.as_deref())?;
    let (sql, no_proof) = (rest.flag("--sql"), rest.flag("--no-proof"));
    let (out, init) = (rest.value("--out")?, rest.value("--init")?);
    let target = Rc::new(Target::resolve(ctx)?);
    let allowed = Allowed::of(ctx, &mut rest, &target)?;
    let by = ctx.config.metadata.init.display().to_string();
    let keep = rest.value("--keep-dropped")?;
    let rules = rules.keeping(quarantine::asked(ctx, keep.clone(), &by)?);
    let words = rest.words(COMMAND.name, 2)?;
    let side = |at: usize, default: &str| {
        let word = words.get(at).map_or(default, String::as_str);
        match &init {
            Some(file) if word == "init" => Ok(Side::Init(typed_path(ctx, file)?)),
            _ => Side::parse(ctx, word),
        }
    };
    let (from, to) = (side(0, "live")?, side(1, "init")?);
    let live = target.require_answering(ctx)?;
    let known = match (&from, &to) {
        (Side::Live, Side::Init(path)) => {
            let init = InitFile::at(ctx, path)?;
            let known = Known::of(ctx).equal(&init, &live.user, &rules);
            match reading::look(ctx, &target, &live, known)? {
                Looked::Equal(seeds) if seeds.is_complete() => {
                    return Ok(nothing(&live.database, &init.shown, &seeds));
                }
                Looked::Equal(_) => None,
                Looked::Read(reading) => Some((*reading, init)),
            }
        }
        _ => None,
    };
    let progress = ctx.term.progress("comparing");
    let workshop = Workshop::open(ctx, target, live)?;
    let sides = match known {
        Some((from, init)) => (from, reading::declared(ctx, &workshop, init)?),
        None => (Reading::of(ctx, &workshop, &from)?, Reading::of(ctx, &workshop, &to)?),
    };
    let found = outlook(ctx, &workshop, sides, &rules, !no_proof)?;
    drop(progress);
    let seeds = seeds(ctx, &workshop, &found)?;
    if found.is_equal() {
        note_equal(ctx, &workshop, &found, &rules);
        return Ok(equal(&found, &seeds));
    }
    let missing = allowed.missing(&found.plan);
    let show = Show { sql, missing: &missing };
    let rows = seeding::lines(&seeds);
    let text = match format {
        Format::People => {
            format!("{}{rows}{}", card::text(&found, show), next(&found, &missing, keep.as_deref()))
        }
        Format::Markdown => card::markdown(&found, show),
        Format::Github => card::github(&found, show),
    };
    let mut data = card::document(&found, &missing);
    data["seeds"] = json!(seeds);
    if let Some(out) = out {
        let (sql, json) = plan_file::write(ctx, &workshop, &found, Path::new(&out))?;
        ctx.term.status(&format!("wrote {} and {}", sql.display(), json.display()));
        data["files"] = json!([sql, json]);
    }
    Ok(Answer { exit: Exit::Attention, text, data })
}

/// Of a live database and a file; of others nobody declares rows.
fn seeds(ctx: &Ctx, workshop: &Workshop<'_>, found: &Outlook) -> Result<SeedReport> {
    match (&found.from.place, &found.to.seeds, &found.to.init) {
        (reading::Place::Served(live, _), Some(seeds), Some(init)) if found.from.has_roles => {
            seeding::compare(ctx, workshop, live, (seeds, init))
        }
        _ => Ok(SeedReport::default()),
    }
}

/// The next run need not compare again.
fn note_equal(ctx: &Ctx, workshop: &Workshop<'_>, found: &Outlook, rules: &Rules) {
    let (Some(init), Some(seeds)) = (&found.to.init, &found.to.seeds) else { return };
    let is_live = matches!(&found.from.place, reading::Place::Served(..)) && found.from.has_roles;
    if !is_live {
        return;
    }
    let seen = (found.from.catalog.major, found.from.fingerprint.as_str());
    let noted = Known::of(ctx).note_equal((init, workshop.role(), rules), seen, seeds);
    // Only the next run's time is lost.
    if let Err(error) = noted {
        ctx.term.warn(&format!("this comparison is not remembered: {error:#}"));
    }
}

fn nothing(from: &str, to: &str, seeds: &SeedReport) -> Answer {
    let data =
        json!({ "from": from, "to": to, "equal": true, "changes": [], "plan": [], "seeds": seeds });
    let text = format!("nothing to do: {from} equals {to}\n{}", seeding::lines(seeds));
    Answer::done(text.trim_end(), data)
}

/// Equal schemas; rows may be missing all the same.
fn equal(found: &Outlook, seeds: &SeedReport) -> Answer {
    let mut answer = nothing(&found.from.shown, &found.to.shown, seeds);
    answer.data = card::document(found, &[]);
    answer.data["seeds"] = json!(seeds);
    if !seeds.is_complete() {
        answer.exit = Exit::Attention;
        answer.text = format!(
            "{} -> {}: the schema is equal\n{}next: cargo xtask db-migrate",
            found.from.shown,
            found.to.shown,
            seeding::lines(seeds)
        );
    }
    let besides = card::besides(found);
    answer.text = format!("{}\n{besides}", answer.text).trim_end().to_owned();
    answer
}

fn next(found: &Outlook, missing: &[&pg_diff::plan::Hazard], keep: Option<&str>) -> String {
    let is_ours = matches!(&found.from.place, reading::Place::Served(..)) && found.from.has_roles;
    if !is_ours || found.to.init.is_none() || found.plan.is_empty() {
        return String::new();
    }
    let allow =
        if missing.is_empty() { String::new() } else { format!(" {}", allow::flag_for(missing)) };
    let keep = keep.map_or_else(String::new, |time| format!(" --keep-dropped {time}"));
    format!("next: cargo xtask db-migrate{keep}{allow}\n")
}

//! `db-rebuild --keep-data`: the rows stay. A second database becomes what
//! init.sql says and takes the name; the one before is kept.
//!
//! Two ways: a clone of the database that the plan changes, or a new database
//! that the rows are copied into. The clone is faster, the copy fits where no
//! plan does, and begins with fresh tables and indexes.
//!
//! Must never: begin what nobody agreed to, or leave out of the story what the
//! new database will not have.

pub mod between;
mod choose;
mod clone;
mod copy;
mod finish;
mod follow;
mod matching;
mod online;
mod others;
mod rows;
mod sequences;
mod shape;
mod tending;

use std::rc::Rc;

use anyhow::Result;
use pg_diff::catalog::Kind;
use pg_diff::plan::HazardKind;
use pg_diff::rename::old_name;
use pg_live::hold::attached;
use pg_live::{Address, Session, database, protection, written};
use serde_json::json;

use crate::consent::{self, Loss};
use crate::context::{Ctx, Waited};
use crate::outcome::{Answer, Fault};
use crate::rebuild::{self, swap};
use crate::run_state::{Note, interrupted_run};
use crate::schema::allow::Allowed;
use crate::schema::migrate::{Request, Work};
use crate::schema::rules::Rules;
use crate::services::{Around, Scope};
use crate::steps::Steps;
use crate::target::Target;
use crate::verify::{counted, maintenance};
use crate::ways;

pub use choose::Way;
use choose::{Choice, Chosen};
pub use tending::{sweep, tend, unfinished};

const COMMAND: &str = "db-rebuild --keep-data";

/// What nobody needs to allow by name: nobody waits at the copy, clients are
/// away anyway and get their own code back, and what goes is counted, asked
/// about, and still in the database that is kept.
const OF_A_COPY: [HazardKind; 6] = [
    HazardKind::LongLock,
    HazardKind::TableRewrite,
    HazardKind::BlocksWrites,
    HazardKind::NotReversible,
    HazardKind::BreaksClients,
    HazardKind::DataLoss,
];

pub struct Options {
    /// None: the faster one that fits.
    pub way: Option<Way>,
    /// Writers go on while the rows are copied.
    pub online: bool,
    /// On another server.
    pub to: Option<between::To>,
    pub services: Scope,
    pub rules: Rules,
    pub allowed: Allowed,
    pub sql: bool,
}

struct Keeping<'a> {
    ctx: &'a Ctx,
    target: &'a Target,
    live: &'a Address,
    kept: &'a str,
    online: bool,
}

pub fn run(ctx: &Ctx, target: &Rc<Target>, mut options: Options) -> Result<Answer> {
    if let Some(to) = options.to.take() {
        return between::run(ctx, target, &to, options);
    }
    let Options { way, online, services, rules, allowed, sql, .. } = options;
    let live = target.require_answering(ctx)?;
    let left = match ctx.globals.dry_run {
        true => {
            tending::require_free(ctx, &live)?;
            between::left_here(ctx, &live)?
        }
        false => between::sweep_source(ctx, &live).map(|()| Vec::new())?,
    };
    require_alone(ctx, &live)?;
    let request = Request {
        target: target.clone(),
        init: ctx.config.metadata.init.clone(),
        plan: None,
        command: COMMAND,
        snapshot: false,
        rules,
        allowed: OF_A_COPY.into_iter().fold(allowed, Allowed::and),
        backup: false,
        resume: false,
        sql,
    };
    let mut chosen = match choose::choose(ctx, &request, way)? {
        Choice::Nothing(answer) => return end_killed(ctx, target, &live).map(|()| *answer),
        Choice::Chosen(chosen) => chosen,
    };
    if chosen.work.found.is_equal() && chosen.way == Way::Clone {
        let answer = chosen.work.only_rows()?;
        return end_killed(ctx, target, &live).map(|()| answer);
    }
    let kept = ways::kept_name(ctx, target, &live, "before")?;
    let keeping = Keeping { ctx, target, live: &live, kept: &kept, online };
    if chosen.way == Way::Copy {
        keeping.require_copyable(&chosen)?;
        if online {
            keeping.require_followable(&chosen)?;
        }
    }
    let going = keeping.going(&chosen)?;
    if ctx.globals.dry_run {
        return keeping.dry_run(&chosen, (&left, &going));
    }
    let story = format!("{}{}{}", chosen.work.card(), lines(&going), chosen.story());
    ctx.term.status(story.trim_end());
    chosen.work.require_allowed()?;
    keeping.agree(&chosen, !going.is_empty())?;
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, services);
    let kept_it = around
        .prepare(ctx, &mut steps)
        .and_then(|()| keeping.go(&mut steps, &mut around, &mut chosen));
    match kept_it {
        Ok(done) => {
            let started = around.start(ctx, &mut steps);
            let answer = match done {
                Done::Cloned(done) => keeping.answer_of_clone(steps, &chosen.work, &done),
                Done::Copied(done) => keeping.answer_of_copy(steps, &chosen, &done),
            };
            around.conclude(ctx, started, answer)
        }
        Err(error) => {
            // A slot that is left keeps the log of the server for ever.
            if let Err(why) = ctx.interrupt.shield(|| swap::drop_unfinished(ctx, &live)) {
                ctx.term.warn(&format!("left for the next run to sweep: {why:#}"));
            }
            around.put_back(ctx);
            // Whatever broke when somebody said stop, that is why it ended.
            let error = ctx.interrupt.check().err().map_or(error, anyhow::Error::from);
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

enum Done {
    Cloned(clone::Done),
    Copied(copy::Done),
}

/// Nothing is left to do of a run that was killed behind its last word.
fn end_killed(ctx: &Ctx, target: &Target, live: &Address) -> Result<()> {
    let is_left = |it: Note| {
        let has = |word: &str| it.command.split(' ').any(|typed| typed == word);
        it.target == target.name() && has("--keep-data") && !has("--to")
    };
    if !ctx.globals.dry_run && interrupted_run(ctx).is_some_and(is_left) {
        let steps = Steps::begin(ctx, target.name())?;
        swap::drop_unfinished(ctx, live)?;
        steps.end();
    }
    Ok(())
}

/// Replication knows a database by its number: it would go on with the one
/// that is set aside, and rows would be missing in the new one.
fn require_alone(ctx: &Ctx, live: &Address) -> Result<()> {
    let found = ctx.wait(async { attached(&maintenance(live).await?, &live.database).await })?;
    if found.is_empty() {
        return Ok(());
    }
    let what = format!(
        "`{}` is replicated by {}, which would stay with the database that is set aside",
        live.database,
        found.join(", ")
    );
    Err(Fault::refused(what).hint("end that first, and begin it anew with the new one").into())
}

fn lines(going: &[String]) -> String {
    going.iter().map(|it| format!("the new one will not have: {it}\n")).collect()
}

/// A connection may break after the last word of a swap was said: then the
/// name of the database that is kept tells.
pub fn came_through(
    ctx: &Ctx,
    live: &Address,
    kept: &str,
    swapped: Result<(), Waited<pg_live::Error>>,
) -> Result<()> {
    let Err(error) = swapped else { return Ok(()) };
    let is_there = ctx
        .interrupt
        .shield(|| ctx.wait(async { database::list(&maintenance(live).await?, kept).await }));
    match is_there {
        Ok(found) if found.iter().any(|it| it.name == kept) => Ok(()),
        Ok(_) => Err(error.into()),
        Err(_) => {
            let (name, error) = (&live.database, anyhow::Error::from(error));
            Err(Fault::unavailable(format!("whether `{name}` is another one now is not known: {error:#}"))
                .hint(format!(
                    "when the server is back, `cargo xtask status` tells: the one before is `{kept}` then"
                ))
                .into())
        }
    }
}

impl Keeping<'_> {
    fn go<'c>(
        &self,
        steps: &mut Steps<'c>,
        around: &mut Around<'_>,
        chosen: &mut Chosen<'_>,
    ) -> Result<Done>
    where
        Self: 'c,
    {
        match chosen.way {
            Way::Clone => {
                around.stop(self.ctx, steps)?;
                self.clone_and_change(steps, &mut chosen.work).map(Done::Cloned)
            }
            Way::Copy if self.online => self.copy_online(steps, around, chosen).map(Done::Copied),
            Way::Copy => self.copy_into_new(steps, around, chosen).map(Done::Copied),
        }
    }

    /// What the plan takes from the rows, counted where it can be.
    fn going(&self, chosen: &Chosen<'_>) -> Result<Vec<String>> {
        let found = &chosen.work.found;
        let hazards = found.plan.hazards().into_iter();
        let lost: Vec<_> = hazards
            .filter(|it| it.kind == HazardKind::DataLoss)
            .filter(|it| !chosen.keeps(&old_name(&found.renamed, &it.about)))
            .collect();
        let mut all = chosen.unmanaged();
        if lost.is_empty() {
            return Ok(all);
        }
        Ok(self.ctx.wait(async {
            let session = Session::connect(self.live, "db-rebuild").await?;
            for hazard in lost {
                let was = old_name(&found.renamed, &hazard.about);
                let place = (&*was.namespace, &*was.name);
                #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else holds rows")]
                let count = match was.kind {
                    Kind::Column => {
                        Some((written::values(&session, place, Some(&was.part)).await?, "value"))
                    }
                    Kind::Table => Some((written::values(&session, place, None).await?, "row")),
                    _ => None,
                };
                let amount = count.map_or_else(String::new, |(count, word)| {
                    format!(": {}", counted(usize::try_from(count).unwrap_or(0), word))
                });
                all.push(format!("{was} ({}){amount}", hazard.why));
            }
            pg_live::Result::Ok(all)
        })?)
    }

    /// A yes; with the database's name where something goes.
    fn agree(&self, chosen: &Chosen<'_>, loses: bool) -> Result<()> {
        let Keeping { ctx, target, live, .. } = *self;
        let inside =
            ctx.wait(async { protection(&Session::connect(live, "db-rebuild").await?).await })?;
        let mark = target.configured_protection().or(inside);
        let what =
            format!("rebuild `{}` with its rows, {}", live.database, chosen.burden(self.online));
        if !loses {
            return consent::agree_to_change(ctx, &live.database, mark.as_deref(), &what);
        }
        let story = format!(
            "This will {what}. It will not have what is told above; the database before is kept beside it."
        );
        let protected = mark.as_deref();
        let loss = Loss { database: &live.database, story: &story, is_empty: false, protected };
        consent::agree_to_loss(ctx, &loss).map(|_| ())
    }

    fn dry_run(
        &self,
        chosen: &Chosen<'_>,
        (left, going): (&[String], &[String]),
    ) -> Result<Answer> {
        let work: &Work<'_> = &chosen.work;
        let mut text = work.card();
        if let Err(error) = work.require_possible() {
            self.ctx.term.status(text.trim_end());
            return Err(error);
        }
        let would = chosen.would((&self.live.database, self.kept), self.online);
        text.push_str(&lines(going));
        text.push_str(&chosen.story());
        text.push_str(&between::lines_of_left(left));
        text.push_str("would:\n");
        for (index, step) in would.iter().enumerate() {
            text.push_str(&format!("  {}. {step}\n", index + 1));
        }
        let missing = work.missing();
        if !missing.is_empty() {
            text.push_str(&format!("needs: {}\n", crate::schema::allow::flag_for(&missing)));
        }
        text.push_str("nothing was changed");
        let mut data = work.document();
        data["dry_run"] = json!(true);
        data["way"] = json!(chosen.way.name());
        data["why"] = json!(chosen.why);
        data["would"] = json!(would);
        data["left"] = json!(left);
        data["going"] = json!(going);
        Ok(Answer::done(text, data))
    }
}

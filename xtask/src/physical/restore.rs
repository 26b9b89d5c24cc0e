//! A physical backup, and the log up to a moment, in the place of the served
//! cluster: restored beside it, looked at, and put there by rename. The cluster
//! that was served is kept.
//!
//! Must never: stop the served cluster before the other one answered and was
//! agreed to.

use std::cell::Cell;

use anyhow::{Context, Result};
use jiff::Timestamp;
use pg_live::facts::{Facts, facts};
use pg_live::{Address, Session, archiver};
use serde_json::json;

use super::differences::differences;
use super::lag::Stalled;
use super::listing::{Physical, moment};
use super::moment::{History, Until, Wanted, way};
use super::present::Present;
use super::way::Way;
use super::{Repository, require_local, undo};
use crate::context::Ctx;
use crate::disk;
use crate::outcome::{Answer, Fault};
use crate::rebuild::local::{require_marker, settle_and_serve};
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::target::local::{Local, Slot};
use crate::verify::size;
use crate::ways;

#[derive(Debug)]
pub struct Options {
    pub label: Option<String>,
    pub time: Option<Timestamp>,
    /// Another timeline than the one that is served.
    pub timeline: Option<u32>,
    /// A backup of another cluster is meant.
    pub foreign: bool,
    pub services: Scope,
}

pub fn restore(ctx: &Ctx, target: &Target, options: &Options) -> Result<Answer> {
    let local = require_local(target)?;
    let repository = Repository::require_existing(ctx, local)?;
    let listing = repository.listing()?;
    let present = Present::look(ctx, target, local)?;
    if present.served.is_none() {
        ctx.term.warn(
            "the server does not run: nobody can tell what is lost of what it holds; if it can, \
             start it first: `cargo xtask up`",
        );
    }
    let own = present.timeline.filter(|_| !options.foreign);
    let timeline = options.timeline.or(own);
    if timeline.is_none() && !options.foreign && local.exists(Slot::Live) {
        ctx.term.warn(
            "nobody can tell the timeline of the present cluster: the newest is taken, perhaps of a \
             restore that was undone; `--timeline NUMBER` takes another",
        );
    }
    let archived = |name: &str| if options.foreign { None } else { repository.archived(name) };
    let history = timeline.map(|it| History::of(&local.dir(Slot::Live), it, archived));
    let wanted = Wanted {
        label: options.label.as_deref(),
        time: options.time,
        system: local.system_identifier(Slot::Live).filter(|_| !options.foreign),
        history: history.as_ref().filter(|_| !options.foreign),
    };
    let (backup, until) = way(&listing, &wanted, Timestamp::now())?;
    let way = Way { backup, until, timeline: history, is_foreign: options.foreign };
    require_room(local, backup)?;
    require_no_tablespaces(local)?;
    ctx.term.plain(&way.card(local, present.served.is_some()));
    if ctx.globals.dry_run {
        let would = vec![
            format!("restore {} beside the served cluster, {}", backup.label, way.story()),
            "show what would be other rows than now, and ask".to_owned(),
            "stop the served cluster, keep its data directory, and serve the other".to_owned(),
        ];
        let text = format!("would {}\nnothing was changed", would.join("\nwould "));
        return Ok(Answer::done(
            text,
            json!({ "dry_run": true, "would": would, "label": backup.label }),
        ));
    }
    if !ctx.term.look.interactive {
        // Nobody would be there to answer when it is restored.
        present.agree_to_restore(ctx)?;
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, options.services);
    let going = Going {
        ctx,
        local,
        repository: &repository,
        present: &present,
        is_changing: Cell::new(false),
    };
    match going.run(&mut steps, &mut around, &way) {
        Ok(kept) => {
            ways::begin_anew(ctx, target);
            let started = around.start(ctx, &mut steps);
            let records = steps.end();
            let text = format!(
                "the server is as {}, restored from {}\nthe cluster before is kept as `{kept}` (back: `{}`)\nnext: `cargo xtask backup --engine pgbackrest`",
                way.moment(),
                backup.label,
                undo::COMMAND,
            );
            let data = json!({ "label": backup.label, "kept": kept, "steps": records });
            around.conclude(ctx, started, Answer::done(text, data))
        }
        Err(error) => {
            // One that was not served is not started now, and one that never
            // stopped serves on.
            let is_down =
                going.is_changing.get() && (present.served.is_some() || local.exists(Slot::Old));
            let settled = ctx.interrupt.shield(|| match is_down {
                true => settle_and_serve(ctx, local, true),
                false => local.settle(ctx).map(|_| ()),
            });
            steps.withdraw();
            match settled {
                Ok(()) => around.put_back(ctx),
                Err(second) => {
                    return Err(Fault::partial(format!(
                        "{error:#}; and putting the served cluster back failed: {second:#}"
                    ))
                    .hint("`cargo xtask up` tries again; `cargo xtask status` tells the state")
                    .into());
                }
            }
            Err(error)
        }
    }
}

/// Enough for the files; the log comes on top.
fn require_room(local: &Local, backup: &Physical) -> Result<()> {
    let Ok(free) = disk::free(&local.home) else { return Ok(()) };
    if free > backup.cluster_bytes {
        return Ok(());
    }
    let shown = |bytes: u64| size(i64::try_from(bytes).unwrap_or(i64::MAX));
    Err(Fault::refused(format!(
        "the restored cluster takes {} beside the served one, and `{}` has room for {}",
        shown(backup.cluster_bytes),
        local.home.display(),
        shown(free)
    ))
    .hint("make room: `cargo xtask restore --engine pgbackrest --forget` removes clusters that restores set aside")
    .into())
}

/// Their folders have one path: what the other server replays would be written
/// over what the served one has there.
fn require_no_tablespaces(local: &Local) -> Result<()> {
    let entries = std::fs::read_dir(local.dir(Slot::Live).join("pg_tblspc"));
    if entries.into_iter().flatten().next().is_none() {
        return Ok(());
    }
    Err(Fault::refused(
        "the server has tablespaces, and one that is restored beside it would write into the same folders",
    )
    .hint(
        "move what is in them into the data directory (`ALTER TABLE ... SET TABLESPACE pg_default`) \
         and drop them, or restore on another machine by pgBackRest itself",
    )
    .into())
}

struct Going<'a> {
    ctx: &'a Ctx,
    local: &'a Local,
    repository: &'a Repository<'a>,
    present: &'a Present,
    /// The two began to change places.
    is_changing: Cell<bool>,
}

impl Going<'_> {
    /// Gives the name of the folder that holds the cluster before.
    fn run(&self, steps: &mut Steps<'_>, around: &mut Around<'_>, way: &Way<'_>) -> Result<String> {
        let (ctx, local) = (self.ctx, self.local);
        steps.step("settle", |_| {
            local.ensure_home(ctx)?;
            let settled = local.settle(ctx)?;
            Ok(told((), if settled { "what a stopped run left is gone" } else { "" }))
        })?;
        // Another cluster's archive takes nothing of this one.
        if let Some(live) = self.present.served.as_ref().filter(|_| !way.is_foreign) {
            steps.step("archive", |_| self.archive(live, way))?;
        }
        steps.step("restore", |_| {
            let dir = local.make_slot(Slot::New)?;
            let run = self
                .repository
                .run()
                .arg(format!("--pg1-path={}", dir.display()))
                .args(way.arguments())
                .arg("restore");
            self.repository.require("restoring", &run)?;
            Ok(told((), format!("{} into data.new", way.backup.label)))
        })?;
        let installation = crate::tools::postgres::require(ctx, local.major(Slot::New))?;
        let address = steps.step("recover", |_| {
            let port = local.recover(ctx, &installation).map_err(|error| way.explained(error))?;
            Ok(told(local.address(ctx, port)?, way.moment()))
        })?;
        let then = steps.step("look", |_| {
            require_marker(ctx, &address).context("looking at the restored cluster")?;
            let found = self.facts(&address).context("looking at the restored cluster")?;
            let detail = format!("{} rows in {} tables", found.rows(), found.tables.len());
            Ok(told(found, detail))
        })?;
        self.compare(&then)?;
        self.present.agree_to_restore(ctx)?;
        ctx.wait(async {
            archiver::forget_recovery(&Session::connect(&address, "restore").await?).await
        })?;
        around.prepare(ctx, steps)?;
        around.stop(ctx, steps)?;
        let kept = steps.step("change places", |_| {
            self.is_changing.set(true);
            local.stop(ctx, &installation, Slot::New)?;
            let kept = local.keep_old()?;
            change_places(ctx, local)?;
            Ok(told(kept, "the served cluster is set aside"))
        })?;
        steps.step("serve", |_| {
            let port = local.start(ctx, &installation, Slot::Live)?;
            require_marker(ctx, &local.address(ctx, port)?)?;
            Ok(told((), format!("127.0.0.1:{port}")))
        })?;
        // From here on it is the server; a name is given later, too.
        if let Err(error) = local.name_kept() {
            ctx.term.warn(&format!("the cluster before is still in `data.old`: {error:#}"));
        }
        Ok(kept)
    }

    fn facts(&self, address: &Address) -> Result<Facts> {
        let work = async { facts(&Session::connect(address, "restore").await?).await };
        Ok(self.ctx.wait(work)?)
    }

    /// A served database that cannot be read is a reason to restore, and none
    /// to refuse it.
    fn compare(&self, then: &Facts) -> Result<()> {
        let Some(live) = &self.present.served else { return Ok(()) };
        match self.facts(live) {
            Ok(now) => self.ctx.term.plain(differences(&now, then).trim_end()),
            Err(error) => {
                self.ctx.interrupt.check()?;
                self.ctx.term.warn(&format!(
                    "the served database cannot be compared with the restored one: {error:#}"
                ));
            }
        }
        Ok(())
    }

    /// All that was committed until now comes into the archive, so that every
    /// moment until now can be reached.
    fn archive(&self, live: &Address, way: &Way<'_>) -> Result<crate::steps::Told<()>> {
        let Stalled { last, at } = match super::lag::archive_now(self.ctx, live)? {
            Ok(segment) => return Ok(told((), format!("{segment} arrived"))),
            Err(stalled) => stalled,
        };
        let end = last.unwrap_or_else(|| "its beginning".to_owned());
        match way.until {
            // What is in a segment was committed before it was archived.
            Until::Time(wanted) if at.is_none_or(|at| wanted > at) => {
                return Err(Fault::refused(format!(
                    "{} is behind the end of the archive, which is {end}: nothing comes into it now",
                    moment(wanted)
                ))
                .hint("what keeps it: `cargo xtask backup check --engine pgbackrest`")
                .into());
            }
            Until::Time(_) => {}
            Until::Backup => return Ok(told((), "nothing comes into it; it is not needed")),
            Until::End => self.ctx.term.warn(&format!(
                "nothing comes into the archive: what was committed after {end} stays in the cluster that is kept, and is not in the restored one"
            )),
        }
        Ok(told((), format!("nothing comes into it; it ends with {end}")))
    }
}

fn change_places(ctx: &Ctx, local: &Local) -> Result<()> {
    if local.exists(Slot::Live) {
        if local.serving_port(Slot::Live).is_some() {
            let old = crate::tools::postgres::require(ctx, local.major(Slot::Live))?;
            local.stop(ctx, &old, Slot::Live)?;
        }
        local.rename(Slot::Live, Slot::Old)?;
    }
    local.rename(Slot::New, Slot::Live)
}

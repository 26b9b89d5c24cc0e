//! The ways back there are, with what each takes, and which one is meant.
//!
//! Must never: offer a way whose end is not there, or choose an older state
//! than the one before the last change by itself.

use std::rc::Rc;

use anyhow::Result;
use pg_diff::Plan;
use pg_diff::plan::file::PlanFile;
use pg_live::content::{self, Content, Origin};
use pg_live::written::Horizon;
use pg_live::{Address, Session};

use super::code::{self, Code};
use super::loss::{self, Loss};
use super::plans;
use super::record::{Baseline, Record, Records, What};
use crate::backup::encryption::Keyring;
use crate::backup::fit::require_fit;
use crate::backup::store::{Backup, Store};
use crate::context::Ctx;
use crate::outcome::{Exit, Fault, exit_of};
use crate::physical::undo;
use crate::rebuild::beside;
use crate::schema::migrate::Past;
use crate::stamp::{digits, shown};
use crate::target::Target;
use crate::verify;

/// So many backups are offered; `backup list` shows all.
const BACKUPS: usize = 5;

/// One way back.
pub struct Way {
    /// What `--to` calls it.
    pub name: String,
    pub how: How,
    /// When the change was made that it undoes, in digits.
    pub at: String,
    /// What it does, in one sentence.
    pub story: String,
    /// The code of the state it leads to.
    pub code: Option<Code>,
    pub loss: Loss,
    /// Why it cannot be gone now.
    pub why_not: Option<String>,
}

pub enum How {
    /// A database that was kept takes the name again.
    Swap {
        database: String,
        baseline: Option<Baseline>,
    },
    /// A plan, and the one that it undoes.
    Plan(Box<PlanFile>),
    /// A plan that is made now, from `from` to a schema that was.
    Anew {
        from: String,
        forward: Box<Plan>,
        past: Box<Past>,
    },
    Backup(Box<Backup>),
    /// A cluster that the restore of a physical backup set aside. A command of
    /// its own puts it back.
    Cluster,
}

impl How {
    pub fn word(&self) -> &'static str {
        match self {
            How::Swap { .. } => "swap",
            How::Plan(_) | How::Anew { .. } => "plan",
            How::Backup(_) => "backup",
            How::Cluster => "cluster",
        }
    }
}

/// What the ways are looked for from.
pub struct Here<'a> {
    pub ctx: &'a Ctx,
    pub target: &'a Rc<Target>,
    pub live: &'a Address,
    pub records: &'a Records,
    /// Of before anything was counted.
    pub horizon: Horizon,
}

/// How far is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    /// Without backups where a change can be undone: holding every row against
    /// them takes longer than the way back.
    Changes,
}

/// Those there are, newest change first, backups behind.
pub fn ways(here: &Here<'_>, to: Option<&str>, reach: Reach) -> Result<Vec<Way>> {
    let mut found = kept(here)?;
    found.extend(plans::plans(here)?);
    found.extend(cluster(here));
    if let Some(path) = to.filter(|to| plans::is_plan(to)) {
        found.push(plans::file(here, path)?);
    }
    found.sort_by(|a, b| b.at.cmp(&a.at));
    if found.is_empty() || reach == Reach::All {
        found.extend(backups(here, to)?);
    }
    Ok(found)
}

/// Databases that swaps and migrations kept.
fn kept(here: &Here<'_>) -> Result<Vec<Way>> {
    let Here { ctx, live, .. } = *here;
    let kept =
        ctx.wait(async { beside::kept(&verify::maintenance(live).await?, &live.database).await })?;
    let records = here.records.all();
    let known = kept.into_iter().map(|it| {
        let record = records.iter().find(|record| keeps(record, &it.name));
        let baseline = record.and_then(|record| baseline_of(record, &it.name));
        (it, record, baseline)
    });
    let known: Vec<_> = known.collect();
    let baselines: Vec<&Baseline> = known.iter().filter_map(|(.., it)| it.as_ref()).collect();
    let mut losses = loss::since(ctx, live, &baselines)?.into_iter();
    let mut found = Vec::new();
    for (it, record, baseline) in known {
        let counted = if baseline.is_some() { losses.next() } else { None };
        let loss = match counted {
            Some(loss) => loss,
            None => loss::between(ctx, live, &live.with_database(&it.name))?,
        };
        let stamp = it.name.rsplit('_').next().unwrap_or_default();
        let story = match record {
            Some(Record { id, what: What::Migration { .. }, command, .. }) => {
                format!("the copy made before `{command}` of {}", shown(id))
            }
            Some(Record { id, command, .. }) => format!("undo `{command}` of {}", shown(id)),
            None => format!("the database set aside at {}", shown(stamp)),
        };
        found.push(Way {
            at: digits(record.map_or(stamp, |record| &record.id)),
            story: format!("{story}: a swap, under a second"),
            code: record.and_then(|record| record.before.clone()),
            loss,
            why_not: None,
            how: How::Swap { database: it.name.clone(), baseline },
            name: it.name,
        });
    }
    Ok(found)
}

fn keeps(record: &Record, name: &str) -> bool {
    match &record.what {
        What::Swap { kept, .. } => kept == name,
        What::Migration { snapshot, .. } => snapshot.as_ref().is_some_and(|it| it.database == name),
    }
}

fn baseline_of(record: &Record, name: &str) -> Option<Baseline> {
    match &record.what {
        What::Swap { kept, baseline } if kept == name => Some(baseline.clone()),
        What::Migration { snapshot: Some(it), .. } if it.database == name => {
            Some(it.baseline.clone())
        }
        What::Swap { .. } | What::Migration { .. } => None,
    }
}

/// The last one.
fn cluster(here: &Here<'_>) -> Option<Way> {
    let Target::Local(local) = &**here.target else { return None };
    let name = local.kept_clusters().into_iter().next()?;
    let unknown = Some("what was written since is not counted".to_owned());
    Some(Way {
        at: digits(&name),
        story: format!("undo `restore --engine pgbackrest` of {}: all databases", shown(&name)),
        code: None,
        loss: Loss { unknown, ..Loss::default() },
        why_not: Some(format!("`{}` does it, and keeps the present cluster", undo::COMMAND)),
        name,
        how: How::Cluster,
    })
}

fn backups(here: &Here<'_>, to: Option<&str>) -> Result<Vec<Way>> {
    let Here { ctx, target, live, .. } = *here;
    let store = Store::of(ctx, target.name(), &live.database);
    let (complete, _) = store.list()?;
    let is_meant = |it: &Backup| to.is_some_and(|to| it.label.begins_with(to));
    let offered: Vec<Backup> = complete
        .into_iter()
        .enumerate()
        .filter(|(index, it)| *index < BACKUPS || is_meant(it))
        .map(|(_, it)| it)
        .collect();
    if offered.is_empty() {
        return Ok(Vec::new());
    }
    let origin =
        ctx.wait(async { content::origin(&Session::connect(live, "rollback").await?).await })?;
    // A database that cannot be read is a reason to go back.
    let now = match contents(ctx, live) {
        Err(error) if exit_of(&error) != Exit::Failed => return Err(error),
        now => now.map_err(|error| format!("what was written since is not known: {error:#}")),
    };
    // Who cannot decrypt it is told what that hides, not refused here.
    let keyring = Keyring::of(ctx, None)?;
    let unlocked = |it: Backup| keyring.unlock(it.clone()).unwrap_or(it);
    let offered = offered.into_iter().map(unlocked);
    Ok(offered.map(|it| way_of_backup((ctx, live), it, (now.as_ref(), &origin))).collect())
}

fn contents(ctx: &Ctx, live: &Address) -> Result<Content> {
    Ok(ctx.wait(async {
        let session = Session::connect(live, "rollback").await?;
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        content::content(&session).await
    })?)
}

fn way_of_backup(
    (ctx, live): (&Ctx, &Address),
    backup: Backup,
    (now, origin): (std::result::Result<&Content, &String>, &Origin),
) -> Way {
    let name = backup.label.to_string();
    let was = &backup.manifest.origin.system_identifier;
    let is_foreign =
        !was.is_empty() && !origin.system_identifier.is_empty() && *was != origin.system_identifier;
    let why_not = is_foreign
        .then(|| format!("it was made on another cluster: `cargo xtask restore {name} --foreign`"))
        .or_else(|| require_fit(ctx, live, &backup.manifest).err().map(|why| why.to_string()));
    Way {
        at: digits(&name),
        story: format!("restore the {} backup of {}", backup.level().name(), shown(&name)),
        code: code::of_backup(&backup.manifest),
        loss: match now {
            Ok(now) => loss::against(ctx, now, &backup.manifest),
            Err(why) => Loss { unknown: Some(why.clone()), ..Loss::default() },
        },
        why_not,
        name,
        how: How::Backup(Box::new(backup)),
    }
}

/// What a way takes, counted again.
pub fn loss_now(here: &Here<'_>, way: &Way) -> Result<Loss> {
    let Here { ctx, live, .. } = *here;
    match &way.how {
        How::Swap { baseline: Some(baseline), .. } => {
            let counted = loss::since(ctx, live, &[baseline])?.pop();
            counted.ok_or_else(|| Fault::failed("nothing was counted").into())
        }
        How::Swap { database, baseline: None } => {
            loss::between(ctx, live, &live.with_database(database))
        }
        How::Plan(inverse) => {
            let forward = inverse.reverse.clone().unwrap_or_default();
            loss::of_plan(ctx, live, &forward, &inverse.plan)
        }
        How::Anew { forward, past, .. } => plans::loss_anew(here, forward, past),
        How::Backup(backup) => Ok(loss::against(ctx, &contents(ctx, live)?, &backup.manifest)),
        How::Cluster => Ok(way.loss.clone()),
    }
}

/// The one that is meant.
pub fn pick(ways: &[Way], to: Option<&str>) -> Result<usize> {
    let at = match to {
        None | Some("previous") => least(ways)?,
        Some(to) => named(ways, to)?,
    };
    match &ways[at].why_not {
        None => Ok(at),
        Some(why) => Err(Fault::refused(format!("{}: {why}", ways[at].name))
            .hint("the ways there are: `cargo xtask rollback --list`")
            .into()),
    }
}

/// Of the last change, the way that takes least; without a change, the newest
/// backup.
fn least(ways: &[Way]) -> Result<usize> {
    let is_backup = |way: &Way| matches!(way.how, How::Backup(_));
    let Some(last) = ways.iter().filter(|way| !is_backup(way)).map(|way| &way.at).max() else {
        return ways.iter().position(|way| way.why_not.is_none()).ok_or_else(|| none(ways));
    };
    let of_last = || ways.iter().enumerate().filter(|(_, way)| !is_backup(way) && way.at == *last);
    let usable = of_last().filter(|(_, way)| way.why_not.is_none());
    if let Some((at, _)) = usable.min_by_key(|(_, way)| way.loss.weight()) {
        return Ok(at);
    }
    let why: Vec<String> = of_last()
        .filter_map(|(_, way)| Some(format!("{}: {}", way.story, way.why_not.as_ref()?)))
        .collect();
    let others: Vec<&str> =
        ways.iter().filter(|way| way.why_not.is_none()).map(|way| way.name.as_str()).collect();
    let fault = Fault::refused(format!("the last change cannot be undone: {}", why.join("; ")));
    Err(match others.first() {
        Some(name) => fault.hint(format!(
            "other ways: `cargo xtask rollback --list`, then `cargo xtask rollback --to {name}`"
        )),
        None => fault.hint("`cargo xtask db-diff` shows what differs from init.sql"),
    }
    .into())
}

fn none(ways: &[Way]) -> anyhow::Error {
    if ways.is_empty() {
        let what = "there is no way back: no swap, no migration and no backup is known here";
        return Fault::failed(what)
            .hint("make one for the next time: `cargo xtask backup`; what rebuilds dumped is in .xtask/backups")
            .into();
    }
    Fault::refused("no way back can be gone as it is")
        .hint("`cargo xtask rollback --list` tells why")
        .into()
}

fn named(ways: &[Way], to: &str) -> Result<usize> {
    if let Some(at) = ways.iter().position(|way| way.name == to) {
        return Ok(at);
    }
    let is_meant = |way: &Way| match to {
        "latest" => matches!(way.how, How::Backup(_)),
        _ => way.name.starts_with(to),
    };
    let found: Vec<usize> = (0..ways.len()).filter(|at| is_meant(&ways[*at])).collect();
    let list = "the ways there are: `cargo xtask rollback --list`";
    match found.as_slice() {
        [at] => Ok(*at),
        [at, ..] if to == "latest" => Ok(*at),
        [] => Err(Fault::failed(format!("there is no way back called `{to}`")).hint(list).into()),
        many => Err(Fault::failed(format!("`{to}` begins the names of {} ways", many.len()))
            .hint(list)
            .into()),
    }
}

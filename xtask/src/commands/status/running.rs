//! The lines of `status` about what runs on the database: schema in step or
//! not, services, queue, data migrations.
//!
//! Must never: build a scratch database to find out. What was proved before is
//! compared; else it is said that nothing was.

use anyhow::Result;
use jiff::{Timestamp, Zoned};
use pg_live::{Address, Session, journal, queue, shadow};
use serde_json::{Value, json};

use super::Screen;
use crate::backup::manifest::Level;
use crate::backup::store::{Backup, Store};
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::physical::backup::newest as physical;
use crate::physical::lag::lag;
use crate::physical::undo;
use crate::quarantine;
use crate::schedule::{job, record, troubles};
use crate::services::{self, Scope, State};
use crate::target::Target;
use crate::verify;

pub fn about_schema(
    ctx: &Ctx,
    target: &Target,
    address: &Address,
    screen: &mut Screen,
    data: &mut Value,
) -> Result<()> {
    let init = match InitFile::read(ctx) {
        Ok(init) => init,
        Err(error) => {
            screen.attention("init.sql", format!("{error:#}"), "cargo xtask db-verify");
            return Ok(());
        }
    };
    if !is_proved(ctx, address, &init)? {
        screen.line("schema", "not compared with this init.sql yet: `cargo xtask db-verify`");
        data["in_step"] = Value::Null;
        return Ok(());
    }
    let proven = verify::prove(ctx, target, address, &init)?;
    let found = verify::verify(ctx, target, address, &proven)?;
    data["in_step"] = json!(found.is_clean());
    if found.is_clean() {
        screen.line("schema", "in step with init.sql");
    } else {
        let count = found.differences.len() + found.seeds.missing.len() + found.health.len();
        screen.attention(
            "schema",
            format!("{count} differences from init.sql"),
            "cargo xtask db-verify",
        );
    }
    Ok(())
}

fn is_proved(ctx: &Ctx, address: &Address, init: &InitFile) -> Result<bool> {
    let found = ctx.wait(async {
        let session = verify::maintenance(address).await?;
        let Some(locale) = pg_live::database::locale(&session, &address.database).await? else {
            return Ok(None);
        };
        shadow::find(&session, &init.shadow_hash(&address.user), &locale).await
    })?;
    Ok(found.is_some())
}

/// What was dropped and is kept: how long, how much.
pub fn about_quarantine(
    ctx: &Ctx,
    address: &Address,
    screen: &mut Screen,
    data: &mut Value,
) -> Result<()> {
    let all = quarantine::lying(ctx, address)?;
    data["quarantine"] = json!(all.iter().map(quarantine::Lying::document).collect::<Vec<_>>());
    for it in all.iter().filter(|it| !it.goes_along()) {
        match it.is_overdue() {
            true => screen.attention("quarantine", it.story(), "cargo xtask quarantine purge"),
            false => screen.line("quarantine", it.story()),
        }
    }
    Ok(())
}

pub fn about_services(
    ctx: &Ctx,
    target: &Target,
    screen: &mut Screen,
    data: &mut Value,
) -> Result<()> {
    let conditions = services::conditions(ctx, target)?;
    let wanted = Scope::of(ctx, None)? == Scope::All;
    for it in &conditions {
        match it.state {
            State::Healthy => screen.line(it.service.name(), it.story()),
            State::Stopped if !wanted => screen.line(it.service.name(), it.story()),
            State::Stopped | State::Starting | State::Unhealthy => {
                screen.attention(it.service.name(), it.story(), "cargo xtask up");
            }
        }
    }
    data["services"] = json!(conditions);
    Ok(())
}

/// The newest backup, and the newest that a restore proved.
pub fn about_backups(
    ctx: &Ctx,
    target: &Target,
    screen: &mut Screen,
    data: &mut Value,
) -> Result<()> {
    let store = Store::of(ctx, target.name(), &target.database(ctx));
    let (complete, broken) = store.list()?;
    let left = store.left()?;
    let age =
        |it: &Backup| (Timestamp::now().as_second() - it.label.time.as_second()) as f64 / 3600.0;
    if let Some(newest) = complete.first() {
        let proven = complete.iter().find(|it| it.level() == Level::Proven);
        let proven = match proven {
            Some(it) => format!("the newest proven one is {:.1} h old", age(it)),
            None => "none is proven: `cargo xtask backup verify`".to_owned(),
        };
        screen.line(
            "backups",
            format!("{}, the last {:.1} h old; {proven}", complete.len(), age(newest)),
        );
    }
    for it in &broken {
        screen.attention("backups", format!("not a backup: {it}"), "cargo xtask backup list");
    }
    for it in &left {
        let story = format!("{it}, of a backup or a prune that was stopped");
        screen.attention("leftover", story, "cargo xtask backup prune");
    }
    let physical = physical(ctx, target);
    if let Some((count, ended)) = physical {
        let hours = (Timestamp::now().as_second() - ended.as_second()) as f64 / 3600.0;
        screen.line("physical", format!("{count} by pgbackrest, the last {hours:.1} h old"));
    }
    data["backups"] = json!({
        "physical": physical.map(|(count, ended)| json!({ "count": count, "newest": ended })),
        "count": complete.len(),
        "broken": broken,
        "left": left,
        "newest": complete.first().map(|it| it.label.to_string()),
        "newest_proven": complete.iter().find(|it| it.level() == Level::Proven).map(|it| it.label.to_string()),
    });
    Ok(())
}

/// Whether what is written comes into the archive, and the clusters that
/// restores of physical backups set aside.
pub fn about_archive(
    ctx: &Ctx,
    target: &Target,
    address: &Address,
    screen: &mut Screen,
    data: &mut Value,
) -> Result<()> {
    let Target::Local(local) = target else { return Ok(()) };
    if let Some(lag) = lag(ctx, local, address)? {
        match lag.wrong {
            Some(next) => screen.attention("archiving", &lag.story, next),
            None => screen.line("archiving", &lag.story),
        }
        data["archiving"] = lag.data;
    }
    let kept = local.kept_clusters();
    for name in &kept {
        screen.line("kept", format!("{name}, a whole cluster (back: `{}`)", undo::COMMAND));
    }
    data["kept_clusters"] = json!(kept);
    Ok(())
}

/// Where something is installed: what runs next, and what did not.
pub fn about_schedule(ctx: &Ctx, screen: &mut Screen, data: &mut Value) -> Result<()> {
    let Some(installed) = record::installed(ctx)? else { return Ok(()) };
    let jobs = job::configured(&ctx.config.metadata.schedule)?;
    let now = Zoned::now();
    let next = jobs.iter().filter_map(|it| Some((it.when.next(&now)?, it.name))).min();
    let wrong = troubles(ctx, &installed, &jobs)?;
    data["schedule"] = json!({
        "how": installed.how,
        "next": next.as_ref().map(|(at, name)| json!({ "job": name, "at": at.timestamp() })),
        "troubles": wrong,
    });
    if let Some(first) = wrong.first() {
        screen.attention("schedule", first, "cargo xtask schedule show");
    } else if let Some((at, name)) = next {
        let at = at.strftime("%a %H:%M").to_string();
        screen.line("schedule", format!("by {}, next {name} {at}", installed.how.name()));
    }
    Ok(())
}

pub fn about_work(
    ctx: &Ctx,
    address: &Address,
    screen: &mut Screen,
    data: &mut Value,
) -> Result<()> {
    let (queue, migrations) = ctx.wait(async {
        let session = Session::connect(address, "status").await?;
        let queue = match &ctx.config.metadata.queue {
            Some(sql) => Some(queue(&session, sql).await),
            None => None,
        };
        pg_live::Result::Ok((queue, journal::data_migrations(&session).await?))
    })?;
    let queue = match queue.transpose() {
        Ok(queue) => queue,
        Err(error) => {
            let next = "look at `queue` in Cargo.toml";
            screen.attention("queue", format!("cannot be read: {error}"), next);
            None
        }
    };
    if let Some(queue) = &queue {
        let story = format!("{}, {} set aside", queue.story(), queue.set_aside);
        if queue.is_slow() || queue.set_aside > 0 {
            screen.attention("queue", story, "cargo xtask logs processor");
        } else {
            screen.line("queue", story);
        }
    }
    for it in migrations.iter().filter(|it| it.outcome != "finished") {
        let word = if it.is_alive { "running" } else { "not finished" };
        let story = format!("{} {word}, {} rows done", it.name, it.rows_done);
        match it.is_alive {
            true => screen.line("migration", story),
            false => {
                screen.attention(
                    "migration",
                    story,
                    &format!("cargo xtask data-migrate {}", it.name),
                );
            }
        }
    }
    data["queue"] = json!(queue);
    data["data_migrations"] = json!(migrations);
    Ok(())
}

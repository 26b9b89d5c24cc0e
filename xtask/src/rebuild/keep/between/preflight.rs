//! Everything that could stop a move, looked at before anything is made, and
//! told at once.
//!
//! Must never: leave something behind on either server.

use anyhow::Result;
use pg_diff::catalog::Kind;
use pg_live::feed::between;
use pg_live::{Address, ErrorKind, Session, database};

use super::Moving;
use crate::config::ShadowPlace;
use crate::outcome::{Exit, Fault, exit_of};
use crate::rebuild::keep::Keeping;
use crate::rebuild::keep::choose::Chosen;
use crate::target::Target;
use crate::verify::maintenance;

impl Moving<'_> {
    /// The destination's major version; or every reason against it.
    pub fn require_possible(&self, chosen: &Chosen<'_>) -> Result<u32> {
        let Moving { keeping, there, to, reach, .. } = self;
        let ctx = keeping.ctx;
        let mut why = Keeping::why_not_copied(chosen);
        why.extend(keeping.why_others_do_not_follow()?);
        why.extend(keeping.why_not_followed(chosen)?);
        let declared = &chosen.work.found.to.catalog;
        let extensions: Vec<String> = declared
            .objects
            .keys()
            .filter(|id| id.kind == Kind::Extension)
            .map(|id| id.name.to_string())
            .collect();
        let (mut faults, majors, reached) = ctx.wait(async {
            let source = Session::connect(keeping.live, "db-rebuild").await?;
            let server = maintenance(there).await?;
            let mut faults = between::source_faults(&source).await?;
            let majors = (source.server_version().await?, server.server_version().await?);
            // An older one knows less than is asked.
            if majors.1 / 10_000 >= majors.0 / 10_000 {
                faults.extend(between::destination_faults(&server, &extensions).await?);
            }
            faults.extend(not_empty(&server, there).await?);
            let reached = between::require_reach(&server, reach).await;
            pg_live::Result::Ok((faults, majors, reached))
        })?;
        let (from, to_major) = (majors.0 / 10_000, majors.1 / 10_000);
        if to_major < from {
            faults.push(format!(
                "the destination is PostgreSQL {to_major}, older than the source ({from})"
            ));
        }
        why.extend(faults);
        // Its programs make the tables: they must not be older than it.
        for program in ["pg_dump", "psql"] {
            match to.target.program(ctx, program, there) {
                Ok(_) => {}
                Err(error) if exit_of(&error) == Exit::Interrupted => return Err(error),
                Err(error) => why.push(format!("{error:#}")),
            }
        }
        if matches!(&*to.target, Target::Url(url) if url.shadow == ShadowPlace::Local) {
            why.push(
                "the destination's `shadow` must be `target`: its roles are those to be".to_owned(),
            );
        }
        let mut hint = "change that, and run the command again; nothing was changed";
        if let Err(error) = reached {
            why.push(format!(
                "the destination's server does not reach the source as {} on {}:{}: {error}",
                reach.user, reach.host, reach.port
            ));
            hint = match error.kind {
                ErrorKind::Permission => "let its role subscribe there, and run the command again",
                ErrorKind::Unreachable
                | ErrorKind::NotReady
                | ErrorKind::Authentication
                | ErrorKind::NoDatabase
                | ErrorKind::InUse
                | ErrorKind::OutOfResources
                | ErrorKind::Cancelled
                | ErrorKind::Address
                | ErrorKind::Deadline
                | ErrorKind::Incomplete
                | ErrorKind::Statement => {
                    "say how the source is reached from there: `--source-url postgresql://USER@HOST:PORT/DATABASE`"
                }
            };
        }
        if why.is_empty() {
            return Ok(to_major.unsigned_abs());
        }
        let what = format!(
            "`{}` cannot be moved to {there}:\n  {}",
            keeping.live.database,
            why.join("\n  ")
        );
        Err(Fault::refused(what).hint(hint).into())
    }
}

/// A database that is there already must have nothing in it.
async fn not_empty(server: &Session, there: &Address) -> pg_live::Result<Vec<String>> {
    if database::locale(server, &there.database).await?.is_none()
        || between::incoming(server, &there.database).await?.is_some()
    {
        return Ok(Vec::new());
    }
    let inside = Session::connect(there, "db-rebuild").await?;
    let mut why = Vec::new();
    let found = between::objects(&inside).await?;
    if !found.is_empty() {
        why.push(format!("`{there}` is not empty: it has {}", found.join(", ")));
    }
    if !database::is_owner(&inside).await? {
        why.push(format!("`{there}` is there, and belongs to another role"));
    }
    Ok(why)
}

//! What is told of a move: before it, and when it is done.
//!
//! Must never: show a password.

use anyhow::Result;
use pg_live::{Address, Session, protection};
use serde_json::json;

use super::{Done, Moving, To, lines_of_left};
use crate::consent::{self, Loss};
use crate::outcome::Answer;
use crate::rebuild::keep::choose::Chosen;
use crate::rebuild::keep::lines;
use crate::schema::card;
use crate::services::Around;
use crate::steps::Steps;
use crate::target::Target;
use crate::verify::counted;

impl Moving<'_> {
    pub fn story(&self, major: u32) -> String {
        let Moving { there, reach, .. } = self;
        format!(
            "to: {there} (PostgreSQL {major}), which reaches the source at {}:{}\n",
            reach.host, reach.port
        )
    }

    fn would(&self, chosen: &Chosen<'_>) -> Vec<String> {
        let (live, there) = (&self.keeping.live.database, self.there);
        vec![
            format!(
                "make `{there}` with the tables of init.sql; one that is there and empty is dropped"
            ),
            format!("publish what is written to `{live}`, and keep it in a slot"),
            format!("copy the rows of {}", counted(chosen.matched.moves.len(), "table")),
            "build keys and indexes, compare every row, then everything else".to_owned(),
            "follow from there, and wait until everything is there".to_owned(),
            "let nobody write, take the last changes, compare every row again".to_owned(),
            format!("let `{live}` be read only: `{there}` takes over"),
        ]
    }

    pub fn dry_run(
        &self,
        chosen: &Chosen<'_>,
        (left, going): (&[String], &[String]),
        major: u32,
    ) -> Answer {
        let would = self.would(chosen);
        let mut text = format!(
            "{}{}{}{}would:\n",
            chosen.work.card(),
            lines(going),
            self.story(major),
            lines_of_left(left)
        );
        for (index, step) in would.iter().enumerate() {
            text.push_str(&format!("  {}. {step}\n", index + 1));
        }
        text.push_str("nothing was changed");
        let mut data = chosen.work.document();
        data["dry_run"] = json!(true);
        data["to"] = json!(self.there.to_string());
        data["would"] = json!(would);
        data["left"] = json!(left);
        data["going"] = json!(going);
        Answer::done(text, data)
    }

    /// A yes; with the database's name where something goes, or where one of
    /// both ends is protected.
    pub fn agree(&self, loses: bool) -> Result<()> {
        let Moving { keeping, to, there, .. } = self;
        let (ctx, live) = (keeping.ctx, keeping.live);
        let inside =
            ctx.wait(async { protection(&Session::connect(live, "db-rebuild").await?).await })?;
        let mark = keeping
            .target
            .configured_protection()
            .or(inside)
            .or_else(|| to.target.configured_protection());
        let what =
            format!("move `{}` to {there}, and let it be read only where it is", live.database);
        if !loses {
            return consent::agree_to_change(ctx, &live.database, mark.as_deref(), &what);
        }
        let story = format!(
            "This will {what}. The new one will not have what is told above; the old one keeps it."
        );
        let protected = mark.as_deref();
        let loss = Loss { database: &live.database, story: &story, is_empty: false, protected };
        consent::agree_to_loss(ctx, &loss).map(|_| ())
    }

    pub fn answer(
        &self,
        steps: Steps<'_>,
        around: &Around<'_>,
        chosen: &Chosen<'_>,
        done: &Done,
    ) -> Answer {
        let Moving { keeping, to, there, .. } = self;
        let took = steps.took().as_secs_f64();
        let records = steps.end();
        let name = &keeping.live.database;
        let mut text = format!(
            "{name} is at {there} now (PostgreSQL {}), with its {} rows\n\
             nobody could write for {:.1} s; {name} at {}:{} is only read from now on\n{}\n",
            done.major,
            done.rows,
            done.held.as_secs_f64(),
            keeping.live.host,
            keeping.live.port,
            next(to, there)
        );
        if around.has_stopped() {
            text.push_str("the services are stopped: started here they would read the old one and fail to write\n");
        }
        text.push_str(&format!(
            "if it is given up: {}\ndone in {took:.1} s",
            reopening(keeping.target)
        ));
        let mut data = card::document(&chosen.work.found, &[]);
        data["to"] = json!(there.to_string());
        data["major"] = json!(done.major);
        data["rows"] = json!(done.rows);
        data["held_ms"] = json!(done.held.as_millis());
        data["fingerprint_after"] = json!(done.fingerprint);
        data["steps"] = json!(records);
        Answer::done(text, data)
    }
}

/// What to change so that everybody goes there.
pub fn next(to: &To, there: &Address) -> String {
    let Address { host, port, user, database, .. } = there;
    let tool = match &*to.target {
        Target::Url(target) if target.name == "url" => {
            "the same DATABASE_URL in .env, then `cargo xtask target url`".to_owned()
        }
        Target::Local(_) | Target::Compose(_) | Target::Url(_) => {
            format!("`cargo xtask target {}`", to.target.name())
        }
    };
    format!(
        "whatever connects needs, with the password there:\n  \
         DATABASE_URL=postgresql://{user}:PASSWORD@{host}:{port}/{database}\n  \
         or POSTGRES_HOST={host} POSTGRES_PORT={port} POSTGRES_DB={database} POSTGRES_USER={user}\n\
         this tool: {tool}"
    )
}

/// The command that lets the source take writes again.
pub fn reopening(source: &Target) -> String {
    match source {
        Target::Url(target) if target.name == "url" => {
            "`cargo xtask db-rebuild --reopen --db-url URL`".to_owned()
        }
        Target::Local(_) | Target::Compose(_) | Target::Url(_) => {
            format!("`cargo xtask db-rebuild --reopen --target {}`", source.name())
        }
    }
}

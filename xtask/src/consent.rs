//! Asking before something is changed.
//!
//! Must never: take silence for a yes. Without a terminal the answer is in
//! the flags or there is none.

use anyhow::Result;

use crate::context::Ctx;
use crate::outcome::Fault;

/// Proof that losing what is in one database was agreed to. Made only here.
#[derive(Debug)]
pub struct Consent(());

/// What is asked for.
#[derive(Debug)]
pub struct Loss<'a> {
    pub database: &'a str,
    /// Sentences for the person: what is there and what becomes of it.
    pub story: &'a str,
    /// Nothing of value is there: nobody needs to be asked.
    pub is_empty: bool,
    pub protected: Option<&'a str>,
}

/// A yes to something that loses no data.
pub fn agree(ctx: &Ctx, question: &str) -> Result<()> {
    if ctx.globals.yes {
        return Ok(());
    }
    if !ctx.term.look.interactive {
        return Err(Fault::refused(format!("{question}: there is no terminal to ask at"))
            .hint("add `--yes` to agree")
            .into());
    }
    match ctx.term.ask(&format!("{question} [y/N]"), &ctx.interrupt).as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        _ => {
            ctx.interrupt.check()?;
            Err(Fault::refused("declined; nothing was changed").into())
        }
    }
}

/// A yes to a change of rows. On a protected target it takes the database's
/// name, as a loss would.
pub fn agree_to_change(
    ctx: &Ctx,
    database: &str,
    protected: Option<&str>,
    what: &str,
) -> Result<()> {
    if protected.is_none() {
        return agree(ctx, &format!("This will {what}"));
    }
    let story = format!("This will {what}.");
    let loss = Loss { database, story: &story, is_empty: false, protected };
    agree_to_loss(ctx, &loss).map(|_| ())
}

/// A yes to losing what is in a database.
pub fn agree_to_loss(ctx: &Ctx, loss: &Loss<'_>) -> Result<Consent> {
    if let Some(named) = &ctx.globals.confirm_db
        && named != loss.database
    {
        return Err(Fault::refused(format!(
            "--confirm-db names `{named}`, the database is `{}`",
            loss.database
        ))
        .into());
    }
    if let Some(mark) = loss.protected {
        if ctx.globals.confirm_db.is_some() && ctx.globals.yes {
            return Ok(Consent(()));
        }
        if !ctx.term.look.interactive {
            return Err(Fault::refused(format!("`{}` is protected ({mark})", loss.database))
                .hint(format!("if it is meant, add `--yes --confirm-db {}`", loss.database))
                .into());
        }
    } else if loss.is_empty || ctx.globals.yes {
        return Ok(Consent(()));
    }
    ctx.term.plain(loss.story);
    if !ctx.term.look.interactive {
        return Err(Fault::refused(format!(
            "`{}` holds data, and there is no terminal to ask at",
            loss.database
        ))
        .hint("if it is meant, add `--yes`")
        .into());
    }
    let question = format!("Type the database's name to go on ({}):", loss.database);
    match ctx.term.ask(&question, &ctx.interrupt) {
        Some(typed) if typed == loss.database => Ok(Consent(())),
        _ => {
            ctx.interrupt.check()?;
            Err(Fault::refused("the name was not typed; nothing was changed").into())
        }
    }
}

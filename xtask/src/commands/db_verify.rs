//! `db-verify`: the live database equals init.sql, or here is what differs.
//!
//! Must never: change the live database.

use std::rc::Rc;

use anyhow::Result;
use pg_live::{Session, quote_ident};
use serde_json::json;

use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault};
use crate::target::Target;
use crate::verify::agreement;
use crate::ways;

pub const COMMAND: Command = Command {
    name: "db-verify",
    summary: "Compare the live database with init.sql: schema, seed rows, indexes, sequences",
    usage: "[--table NAME]",
    flags: &[("--table NAME", "show the table as psql's \\d does")],
    examples: &[
        "cargo xtask db-verify",
        "cargo xtask db-verify --table messages",
        "cargo xtask db-verify --json",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let table = rest.value("--table")?;
    rest.no_words(COMMAND.name)?;
    let init = InitFile::read(ctx)?;
    let target = Target::resolve(ctx)?;
    let address = target.require_answering(ctx)?;
    if let Some(table) = table {
        return describe(ctx, &target, &address, &table);
    }
    let target = Rc::new(target);
    let answer = agreement::agreement(ctx, &target, &address, init)?;
    if answer.exit == Exit::Done {
        ways::note_served(ctx, &target);
    }
    Ok(answer)
}

/// psql's own words about one relation, found by its exact name.
fn describe(ctx: &Ctx, target: &Target, address: &pg_live::Address, table: &str) -> Result<Answer> {
    let names = ctx.wait(async {
        let session = Session::connect(address, "db-verify").await?;
        pg_live::facts::relations(&session).await
    })?;
    // A dot may also be part of a name.
    let readings = table.split_once('.').into_iter().chain([("public", table)]);
    let is_there =
        |place: &(&str, &str)| names.iter().any(|it| (it.0.as_str(), it.1.as_str()) == *place);
    let Some((namespace, name)) = readings.clone().find(is_there) else {
        let (namespace, name) = readings.clone().next().unwrap_or(("public", table));
        let fault = Fault::failed(format!(
            "there is no relation `{namespace}.{name}` in `{}`",
            address.database
        ));
        return Err(match nearest(name, names.iter().map(|it| it.1.as_str())) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("all of them: `cargo xtask psql -- -c '\\d'`"),
        }
        .into());
    };
    let command = format!("\\d {}.{}", quote_ident(namespace), quote_ident(name));
    let run = target.program(ctx, "psql", address)?.args([
        "--no-psqlrc",
        "--no-password",
        "--command",
        &command,
    ]);
    let text = ctx.proc.read(&run)?;
    Ok(Answer::done(
        text.clone(),
        json!({ "relation": format!("{namespace}.{name}"), "description": text }),
    ))
}

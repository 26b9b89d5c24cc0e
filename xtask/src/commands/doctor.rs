//! `doctor`: everything that is wrong or soon will be, each with the command
//! that mends it.
//!
//! Must never: change anything without `--fix`, or mend more than it says.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::consent;
use crate::context::Ctx;
use crate::doctor::{self, Check, State, fixes};
use crate::flags::Rest;
use crate::outcome::Answer;

pub const COMMAND: Command = Command {
    name: "doctor",
    summary: "What is wrong or soon will be, each with the command that mends it",
    usage: "[--quick] [--fix]",
    flags: &[
        ("--quick", "without what takes longer than a moment: comparing the schema, counting rows"),
        ("--fix", "change modes of files and start what is stopped, after asking; nothing else"),
    ],
    examples: &[
        "cargo xtask doctor",
        "cargo xtask doctor --quick --json",
        "cargo xtask doctor --fix",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (quick, fix) = (rest.flag("--quick"), rest.flag("--fix"));
    rest.no_words(COMMAND.name)?;
    let mut checks = doctor::examine(ctx, quick)?;
    let mut mended = Vec::new();
    if fix || ctx.globals.dry_run {
        let mends = fixes::of(&checks);
        mended = mends.iter().map(|mend| mend.story(ctx)).collect();
        if !mends.is_empty() && !ctx.globals.dry_run {
            consent::agree(ctx, &format!("This runs `{}`. Go on?", mended.join("`, `")))?;
            mends.iter().try_for_each(|mend| mend.apply(ctx))?;
            checks = doctor::examine(ctx, quick)?;
        }
    }
    let mut text = report(&checks);
    if ctx.globals.dry_run {
        let _ = write!(text, "\nwith --fix it would run: {}", listed(&mended));
    } else if fix {
        let _ = write!(text, "\nmended: {}", listed(&mended));
    }
    Ok(Answer {
        exit: doctor::exit(&checks),
        text,
        data: json!({ "checks": checks, "totals": totals(&checks), "mended": mended }),
    })
}

fn listed(mended: &[String]) -> String {
    if mended.is_empty() { "nothing".to_owned() } else { mended.join(", ") }
}

fn report(checks: &[Check]) -> String {
    let mut text = String::new();
    let mut section = "";
    for check in checks {
        if check.section != section {
            section = check.section;
            let _ = writeln!(text, "{section}");
        }
        let mark = match check.state {
            State::Pass => "ok  ",
            State::Warning => "warn",
            State::Failure => "FAIL",
            State::Skipped => "skip",
        };
        let line = format!("  {mark} {:<24} {}", check.name, check.message);
        let _ = writeln!(text, "{}", line.trim_end());
        if let Some(fix) = &check.fix {
            let _ = writeln!(text, "       fix: {fix}");
        }
    }
    let [passed, warnings, failed, skipped] = counts(checks);
    let _ =
        write!(text, "passed {passed}, warnings {warnings}, failed {failed}, skipped {skipped}");
    text
}

fn counts(checks: &[Check]) -> [usize; 4] {
    [State::Pass, State::Warning, State::Failure, State::Skipped]
        .map(|state| checks.iter().filter(|check| check.state == state).count())
}

fn totals(checks: &[Check]) -> serde_json::Value {
    let [passed, warnings, failed, skipped] = counts(checks);
    json!({ "passed": passed, "warnings": warnings, "failed": failed, "skipped": skipped })
}

//! `explain`: what a rule, a hazard, an exit code or an annotation means.
//!
//! Must never: say otherwise than the code that decides. The words are those
//! of the rule, the enum, the table.

use std::fmt::Write as _;

use anyhow::Result;
use pg_diff::declared::Word;
use pg_diff::plan::HazardKind;
use pg_lint::{About, Rule, rules};
use serde_json::json;

use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};

pub const COMMAND: Command = Command {
    name: "explain",
    summary: "What a rule of `lint`, a hazard, an annotation or an exit code means",
    usage: "[CODE]",
    flags: &[("CODE", "fk-without-on-delete, data-loss, @renamed, 5 (default: all there are)")],
    examples: &[
        "cargo xtask explain fk-without-on-delete",
        "cargo xtask explain data-loss",
        "cargo xtask explain 5",
    ],
    run,
};

/// What each exit code of a command says, and what to do then.
const EXITS: [(&str, &str, &str); 8] = [
    ("0", "done, or clean", "nothing is left to do"),
    ("1", "failed; nothing is left half-done", "read the `error:` and the `hint:` line"),
    ("2", "differences, findings or warnings; nothing failed", "read the answer on stdout"),
    ("3", "refused: consent is missing or was declined", "add the flag that the hint names"),
    ("4", "an engine, server, tool or lock is not to be had", "try again; `cargo xtask doctor`"),
    ("5", "stopped midway", "run the resume command that was printed"),
    ("64", "the command line is not understood", "`cargo xtask COMMAND --help`"),
    ("130", "interrupted before anything was changed", "run it again"),
];

/// What each hazard means; `--allow` lets it pass.
fn hazard(kind: HazardKind) -> (&'static str, &'static str) {
    match kind {
        HazardKind::DataLoss => {
            ("rows or values go, and nothing brings them back", "a backup is made before")
        }
        HazardKind::LongLock => (
            "readers and writers of a table wait while it is read or written",
            "choose a quiet hour",
        ),
        HazardKind::TableRewrite => {
            ("a table is written anew, with its indexes", "it takes its size in free disk")
        }
        HazardKind::IndexBuild => {
            ("an index is built: disk, I/O and time; nobody waits", "it needs no consent")
        }
        HazardKind::BlocksWrites => ("writers wait while a table is read", "choose a quiet hour"),
        HazardKind::NotReversible => {
            ("the plan back cannot bring everything back", "`--snapshot` keeps a copy")
        }
        HazardKind::ContractTooEarly => (
            "models or services still use what goes, or its time is not over",
            "take the uses away first",
        ),
        HazardKind::PrivilegeWidening => ("somebody may do more than before", "read the GRANTs"),
        HazardKind::UnmanagedDependants => {
            ("something that no model knows depends on what changes", "look at it by hand")
        }
        HazardKind::BreaksClients => {
            ("clients that use the old name or shape fail from then on", "deploy them first")
        }
        HazardKind::Kept => (
            "it is kept under another name, with its rows, until its time is over",
            "it needs no consent; `cargo xtask quarantine` tells what lies there",
        ),
    }
}

fn run(_ctx: &Ctx, rest: Rest) -> Result<Answer> {
    let words = rest.words(COMMAND.name, 1)?;
    let Some(code) = words.first() else { return Ok(all()) };
    let said = explained(code);
    said.map(|text| Answer::done(text.clone(), json!({ "code": code, "text": text })))
        .ok_or_else(|| unknown(code).into())
}

fn explained(code: &str) -> Option<String> {
    if let Some(rule) = rules::find(code) {
        return Some(rule_text(rule));
    }
    if let Some(kind) = HazardKind::from_word(code) {
        let (means, then) = hazard(kind);
        return Some(format!(
            "{code} (hazard of a plan)\n\n{means}; {then}.\n\nlet it pass: `cargo xtask db-migrate --allow {code}`"
        ));
    }
    let annotation = code.strip_prefix('@').unwrap_or(code);
    if let Some(word) = Word::ALL.into_iter().find(|word| word.text() == annotation) {
        return Some(format!(
            "{word} (annotation of init.sql)\n\n{}.\n\nIt stands in a comment behind what it is about, or on a line before it; once applied it does\nnothing, and `cargo xtask lint` tells when it can go.",
            word.usage()
        ));
    }
    let (number, means, then) = EXITS.iter().find(|(number, ..)| *number == code)?;
    Some(format!("exit code {number}\n\n{means}: {then}"))
}

fn rule_text(rule: &Rule) -> String {
    let about = match rule.about {
        About::Declaration => "init.sql",
        About::Plan => "plans",
        About::Any => "init.sql and plans",
    };
    let mut text = format!(
        "{} ({} of `lint`, about {about})\n\n{}.\n{}\n",
        rule.id,
        rule.severity.word(),
        rule.summary,
        wrapped(rule.why)
    );
    for (title, sql) in [("found:", rule.bad), ("not found:", rule.good)] {
        let _ = writeln!(text, "\n{title}");
        for line in sql.trim_end().lines() {
            let _ = writeln!(text, "{}", format!("    {line}").trim_end());
        }
    }
    if rule.fixes {
        text.push_str("\nmend it: `cargo xtask lint --fix`");
    }
    let _ = write!(
        text,
        "\nignore it here: `-- lint: ignore {} REASON` on the line before, or at its end\n\
         ignore it everywhere: {} = \"REASON\" in [workspace.metadata.xtask.lint.off] of Cargo.toml",
        rule.id, rule.id
    );
    text
}

/// In lines that a terminal shows whole.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let is_full = lines.last().is_some_and(|line| line.len() + word.len() > 90);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn all() -> Answer {
    let mut text = String::from("rules of `lint`:\n");
    for rule in rules::ALL {
        let _ = writeln!(text, "  {:<36} {}", rule.id, rule.summary);
    }
    text.push_str("\nhazards of a plan:\n");
    for kind in HazardKind::ALL {
        let _ = writeln!(text, "  {:<36} {}", kind.word(), hazard(kind).0);
    }
    text.push_str("\nannotations of init.sql:\n");
    for word in Word::ALL {
        let _ = writeln!(text, "  {:<36} {}", word.to_string(), word.usage());
    }
    text.push_str("\nexit codes:\n");
    for (number, means, _) in EXITS {
        let _ = writeln!(text, "  {number:<36} {means}");
    }
    Answer::done(text, json!({ "codes": codes() }))
}

fn codes() -> Vec<String> {
    let rules = rules::ALL.iter().map(|rule| rule.id.to_owned());
    let hazards = HazardKind::ALL.into_iter().map(|kind| kind.word().to_owned());
    let annotations = Word::ALL.into_iter().map(|word| word.to_string());
    let exits = EXITS.into_iter().map(|(number, ..)| number.to_owned());
    rules.chain(hazards).chain(annotations).chain(exits).collect()
}

fn unknown(code: &str) -> Fault {
    let fault = Fault::usage(format!("there is no code `{code}`"));
    let codes = codes();
    match nearest(code, codes.iter().map(String::as_str)) {
        Some(near) => fault.hint(format!("did you mean `cargo xtask explain {near}`?")),
        None => fault.hint("all of them: `cargo xtask explain`"),
    }
}

#[cfg(test)]
mod tests {
    //! Every code has its text.

    use super::*;
    use crate::outcome::Exit;

    #[test]
    fn every_code_is_explained() {
        for code in codes() {
            assert!(explained(&code).is_some_and(|text| text.contains(&code)), "{code}");
        }
        assert_eq!(explained("nothing"), None);
    }

    #[test]
    fn every_exit_code_is_there() {
        for exit in [
            Exit::Done,
            Exit::Failed,
            Exit::Attention,
            Exit::Refused,
            Exit::Unavailable,
            Exit::Partial,
            Exit::Usage,
            Exit::Interrupted,
        ] {
            let number = exit.code().to_string();
            assert!(EXITS.iter().any(|(it, ..)| *it == number), "{number}");
        }
    }
}

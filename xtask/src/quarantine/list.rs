//! What lies in quarantine, for people and programs.
//!
//! Must never: call something overdue whose date it cannot read.

use std::fmt::Write as _;

use anyhow::Result;
use jiff::Timestamp;
use pg_diff::catalog::{Id, Kind};
use pg_diff::ddl::ident;
use pg_live::quarantine::{Kept, kept};
use pg_live::{Address, Session};
use serde_json::{Value, json};

use crate::context::Ctx;
use crate::outcome::{Answer, Exit};
use crate::verify::{counted, size};

/// One of them, and how it stands with its time.
pub struct Lying {
    pub kept: Kept,
    /// None: nobody can read it.
    until: Option<Timestamp>,
}

impl Lying {
    /// `public.messages.notes`: what it was, as people type it.
    pub fn name(&self) -> String {
        let was = &self.kept.mark.was;
        match self.kept.id.kind == Kind::Column {
            // Its table may have another name by now.
            true => spelled(&self.kept.id.with(Kind::Column, &was.part)),
            false => spelled(was),
        }
    }

    pub fn is_overdue(&self) -> bool {
        self.until.is_some_and(|until| until <= Timestamp::now())
    }

    /// A type or a sequence: what a table or column is made of.
    pub fn goes_along(&self) -> bool {
        !matches!(self.kept.id.kind, Kind::Table | Kind::Column)
    }

    /// `until 2026-12-14T09:30:00Z`
    pub fn when(&self) -> String {
        let until = &self.kept.mark.until;
        match self.until {
            None => format!("until `{until}`, which is no time: correct its comment"),
            Some(_) if self.is_overdue() => format!("overdue since {until}"),
            Some(_) => format!("until {until}"),
        }
    }

    /// `column public.messages.notes (about 81 rows, 8.2 kB) until ...`
    pub fn story(&self) -> String {
        let word = self.kept.mark.was.kind.word();
        let counted = |rows: i64| counted(usize::try_from(rows).unwrap_or(0), "row");
        let rows = self.kept.rows.map(|rows| format!("about {}", counted(rows)));
        let much: Vec<String> = rows.into_iter().chain(self.kept.bytes.map(size)).collect();
        let much = if much.is_empty() { String::new() } else { format!(" ({})", much.join(", ")) };
        format!("{word} {}{much} {}", self.name(), self.when())
    }

    pub fn document(&self) -> Value {
        json!({
            "name": self.name(),
            "is": self.kept.id,
            "mark": self.kept.mark,
            "rows": self.kept.rows,
            "bytes": self.kept.bytes,
            "overdue": self.is_overdue(),
        })
    }
}

fn spelled(id: &Id) -> String {
    let names = [&*id.namespace, &*id.name, &*id.part];
    let quoted: Vec<String> = names.into_iter().filter(|it| !it.is_empty()).map(ident).collect();
    quoted.join(".")
}

/// Everything that lies there; what is due first comes first.
pub fn lying(ctx: &Ctx, live: &Address) -> Result<Vec<Lying>> {
    let found = ctx.wait(async { kept(&Session::connect(live, "quarantine").await?).await })?;
    let own = found.into_iter().filter(|it| !it.is_inherited);
    let mut all: Vec<Lying> =
        own.map(|kept| Lying { until: kept.mark.until.parse().ok(), kept }).collect();
    all.sort_by_key(|it| (it.until, it.name()));
    Ok(all)
}

pub fn list(ctx: &Ctx, live: &Address) -> Result<Answer> {
    let all = lying(ctx, live)?;
    let data = json!({ "quarantine": all.iter().map(Lying::document).collect::<Vec<_>>() });
    if all.is_empty() {
        return Ok(Answer::done(format!("nothing of {} is in quarantine", live.database), data));
    }
    let mut text = String::new();
    for it in &all {
        let mark = &it.kept.mark;
        let _ = writeln!(text, "{}", it.story());
        let _ = writeln!(text, "    now {}, dropped {} by {}", it.kept.id, mark.dropped, mark.by);
        for line in mark.definition.iter().flat_map(|it| it.lines()) {
            let _ = writeln!(text, "    {line}");
        }
    }
    text.push_str(
        "back: say it in init.sql again, then `cargo xtask db-migrate`; \
         or `cargo xtask quarantine restore NAME`\n",
    );
    let is_overdue = all.iter().any(Lying::is_overdue);
    if is_overdue {
        text.push_str("gone for good: `cargo xtask quarantine purge`\n");
    }
    let exit = if is_overdue { Exit::Attention } else { Exit::Done };
    Ok(Answer { exit, text: text.trim_end().to_owned(), data })
}

//! A plan gives up a lock that it does not get.
//!
//! Must never: judge the time.

use crate::finding::{Finding, Severity};
use crate::outline::{DropKind, Reader};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "without-lock-timeout",
    severity: Severity::Warning,
    about: About::Plan,
    summary: "a plan sets lock_timeout before it changes a table",
    why: "An ALTER waits for everybody who reads the table, and everybody who comes later \
              waits behind it: one long query and the table stands still. With a lock_timeout \
              it gives up, and can try again.",
    bad: case!("without-lock-timeout/everybody_waits_behind_it", "bad"),
    good: case!("without-lock-timeout/everybody_waits_behind_it", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let sets = |at: usize| outline.statements.get(at).is_some_and(|it| is_timeout(it.reader));
    let alters = outline.alters.iter().filter(|it| it.what == "table");
    let alters = alters.filter(|it| !plan::is_new(script, &it.table)).map(|it| it.at);
    let drops = outline.drops.iter().filter(|it| it.kind == DropKind::Table).map(|it| it.at);
    let Some(first) = alters.chain(drops).min() else { return };
    if !(0..first).any(sets) {
        let message = "whoever comes later waits behind this, for as long as it waits";
        let mut finding = RULE.at(outline.head(first), message);
        finding.help = Some("SET lock_timeout = '3s'; before it".to_owned());
        found.push(finding);
    }
}

fn is_timeout(mut reader: Reader<'_>) -> bool {
    let said = reader.spelled();
    let sets = reader.accept("set") || said.contains("set_config");
    sets && said.contains("lock_timeout")
}

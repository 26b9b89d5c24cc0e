//! What the real rows say to a plan, in words.
//!
//! Must never: show more of a row than its key.

use std::fmt::Write as _;

use anyhow::Result;
use pg_diff::catalog::Id;
use pg_diff::plan::{Plan, Probe};
use pg_live::probe::{Answer, Finding, ProbeOptions, probe};
use pg_live::{Address, Session};
use serde_json::{Value, json};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::verify::counted;

/// The questions of a plan and their answers.
pub struct Asked {
    probes: Vec<Probe>,
    findings: Vec<Finding>,
}

pub fn ask(ctx: &Ctx, live: &Address, plan: &Plan) -> Result<Asked> {
    let probes = plan.probes.clone();
    if probes.is_empty() {
        return Ok(Asked { probes, findings: Vec::new() });
    }
    for it in &probes {
        ctx.term.equivalent("sql>", &format!("{};", it.sql));
    }
    let findings = ctx.wait(async {
        let session = Session::connect(live, "probe").await?;
        probe(&session, &probes, ProbeOptions::default()).await
    })?;
    Ok(Asked { probes, findings })
}

impl Asked {
    /// True when the plan would fail on the rows that are there.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|it| is_in_the_way(&it.answer))
    }

    /// Without the answers that mean nothing to who goes another way.
    pub fn forget(&mut self, is_meaningless: impl Fn(&Id) -> bool) {
        let probes = &self.probes;
        let about = |it: &Finding| probes.get(it.probe).map(|it| &it.about);
        self.findings.retain(|it| !about(it).is_some_and(&is_meaningless));
    }

    fn both(&self) -> impl Iterator<Item = (&Probe, &Finding)> {
        self.findings.iter().filter_map(|it| Some((self.probes.get(it.probe)?, it)))
    }

    /// One line for everything that is not clear.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for (probe, finding) in self.both() {
            let table = format!("{}.{}", probe.table.namespace, probe.table.name);
            let breaks = &probe.breaks;
            let _ = match &finding.answer {
                Answer::Clear => Ok(()),
                Answer::InTheWay { rows, samples } => {
                    let rows = counted(usize::try_from(*rows).unwrap_or(usize::MAX), "row");
                    writeln!(text, "{rows} of {table} {breaks}: {}", samples.join("; "))
                }
                Answer::AtLeast { samples } => {
                    writeln!(
                        text,
                        "rows of {table} {breaks}, more than {}: {}",
                        samples.len(),
                        samples.join("; ")
                    )
                }
                Answer::Fails { sqlstate, message } => {
                    writeln!(text, "rows of {table} {breaks}: {message} ({sqlstate})")
                }
                Answer::Unknown { why } => {
                    writeln!(text, "not known whether rows of {table} {breaks}: {why}")
                }
            };
        }
        text
    }

    /// What refuses the plan, with the annotation that would help.
    pub fn fault(&self) -> Fault {
        let refused: Vec<_> = self.both().filter(|(_, it)| is_in_the_way(&it.answer)).collect();
        let count = counted(refused.len(), "step");
        let message = format!(
            "the rows that are there refuse {count} of the plan\n{}",
            self.lines().trim_end()
        );
        let hint = refused.iter().find_map(|(probe, _)| {
            let hint = probe.hint.as_ref()?;
            Some(format!("say in init.sql what they become, before {}: `{hint}`", probe.about))
        });
        Fault::failed(message).hint(hint.unwrap_or_else(|| {
            "change these rows, then run the command again; nothing was changed".to_owned()
        }))
    }

    pub fn document(&self) -> Value {
        let answer = |(probe, finding): (&Probe, &Finding)| json!({ "probe": probe, "answer": finding.answer, "ms": finding.millis });
        json!(self.both().map(answer).collect::<Vec<_>>())
    }
}

fn is_in_the_way(answer: &Answer) -> bool {
    match answer {
        Answer::InTheWay { .. } | Answer::AtLeast { .. } | Answer::Fails { .. } => true,
        Answer::Clear | Answer::Unknown { .. } => false,
    }
}

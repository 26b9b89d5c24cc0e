//! `backup list` and `backup show`: what there is, here and in the store.
//!
//! Must never: list what is half made, half copied or damaged as a backup.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use crate::backup::copies::{Copies, Copy};
use crate::backup::create::shown;
use crate::backup::manifest::{Level, Manifest};
use crate::backup::store::{Backup, Store};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit};

pub fn shown_dir(ctx: &Ctx, backup: &Backup) -> String {
    backup.dir.strip_prefix(&ctx.root).unwrap_or(&backup.dir).display().to_string()
}

pub fn summary(backup: &Backup) -> Value {
    json!({
        "label": backup.label.to_string(),
        "level": backup.level(),
        "pinned": backup.is_pinned,
        "bytes": backup.manifest.bytes(),
        "rows": backup.manifest.content.rows(),
        "server_version": backup.manifest.origin.server_version,
        "git": backup.manifest.git,
        "encrypted": backup.manifest.encryption.is_some(),
        "dir": backup.dir,
    })
}

/// One backup, wherever it is.
struct Entry {
    label: String,
    line: String,
    data: Value,
}

fn line(label: &str, manifest: &Manifest, level: Level, marks: &[&str]) -> String {
    let marks: String = marks.iter().map(|mark| format!(", {mark}")).collect();
    let size = shown(manifest.bytes());
    format!("{label}  {size:>10}  {:>10} rows  {}{marks}", manifest.content.rows(), level.name())
}

/// Here alone, as nobody speaks of a store; or both.
pub fn list(ctx: &Ctx, store: &Store, copies: Result<Option<Copies>>) -> Result<Answer> {
    let (complete, broken) = store.list()?;
    let there = copies.and_then(|copies| {
        let Some(copies) = copies else { return Ok(None) };
        let found = copies.complete(ctx)?;
        Ok(Some((copies, found)))
    });
    let mut exit = if broken.is_empty() { Exit::Done } else { Exit::Attention };
    let there = there.unwrap_or_else(|error| {
        ctx.term.warn(&format!("nobody knows what is in the store: {error:#}"));
        exit = Exit::Attention;
        None
    });
    let is_copied = |label: &str| {
        there.as_ref().map(|(_, found)| found.iter().any(|it| it.label.to_string() == label))
    };
    let mut entries: Vec<Entry> = Vec::new();
    for it in &complete {
        let label = it.label.to_string();
        let copied = is_copied(&label);
        let place = match copied {
            Some(true) => Some("here and copied"),
            Some(false) => Some("here alone"),
            None => None,
        };
        let marks = [it.is_pinned.then_some("pinned"), encrypted(&it.manifest), place];
        let marks: Vec<&str> = marks.into_iter().flatten().collect();
        let line = line(&label, &it.manifest, it.level(), &marks);
        let mut data = summary(it);
        data["copied"] = json!(copied);
        entries.push(Entry { label, line, data });
    }
    if let Some((copies, found)) = &there {
        let here = |copy: &&Copy| complete.iter().any(|it| it.label == copy.label);
        for copy in found.iter().filter(|copy| !here(copy)) {
            entries.push(copied(ctx, copies, copy, "copied alone"));
        }
    }
    entries.sort_by(|a, b| b.label.cmp(&a.label));
    let mut text: String = entries.iter().map(|it| format!("{}\n", it.line)).collect();
    if entries.is_empty() {
        let _ = writeln!(text, "there is no backup in `{}`", store.dir.display());
    }
    for it in &broken {
        let _ = writeln!(text, "not a backup: {it}");
    }
    let backups: Vec<&Value> = entries.iter().map(|it| &it.data).collect();
    Ok(Answer { exit, text, data: json!({ "backups": backups, "broken": broken }) })
}

fn encrypted(manifest: &Manifest) -> Option<&'static str> {
    manifest.encryption.as_ref().map(|_| "encrypted")
}

/// The store alone, as a new machine sees it.
pub fn list_remote(ctx: &Ctx, copies: &Copies) -> Result<Answer> {
    let all = copies.list(ctx)?;
    let (mut text, mut backups, mut broken) = (String::new(), Vec::new(), Vec::new());
    for copy in &all {
        if copy.is_complete() {
            let entry = copied(ctx, copies, copy, "copied");
            let _ = writeln!(text, "{}", entry.line);
            backups.push(entry.data);
        } else {
            let _ = writeln!(text, "not a backup: {}: without a manifest, half copied", copy.label);
            broken.push(copy.label.to_string());
        }
    }
    if all.is_empty() {
        let _ = writeln!(text, "there is no backup in {}", copies.shown);
    }
    let exit = if broken.is_empty() { Exit::Done } else { Exit::Attention };
    Ok(Answer { exit, text, data: json!({ "backups": backups, "broken": broken }) })
}

fn copied(ctx: &Ctx, copies: &Copies, copy: &Copy, place: &str) -> Entry {
    let label = copy.label.to_string();
    match copies.manifest(ctx, copy) {
        Ok(manifest) => {
            let level = if copy.is_proven() { Level::Proven } else { Level::Decoded };
            let marks: Vec<&str> = encrypted(&manifest).into_iter().chain([place]).collect();
            let line = line(&label, &manifest, level, &marks);
            let data = json!({
                "label": label,
                "level": level,
                "bytes": manifest.bytes(),
                "rows": manifest.content.rows(),
                "server_version": manifest.origin.server_version,
                "git": manifest.git,
                "encrypted": manifest.encryption.is_some(),
                "dir": null,
                "copied": true,
            });
            Entry { label, line, data }
        }
        Err(error) => {
            let line = format!("not a backup: {label}: {error:#}");
            Entry { data: json!({ "label": label, "copied": false }), label, line }
        }
    }
}

pub fn show(backup: &Backup) -> Result<Answer> {
    let it = &backup.manifest;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line("label", backup.label.to_string());
    line("database", format!("{} on target {}", it.database, it.target));
    line(
        "server",
        format!("PostgreSQL {}, system {}", it.origin.server_version, it.origin.system_identifier),
    );
    line(
        "level",
        match &backup.proof {
            Some(proof) => {
                format!("proven at {} in {:.1} s", proof.at, proof.milliseconds as f64 / 1000.0)
            }
            None => "decoded: read back to its end, not restored yet".to_owned(),
        },
    );
    if let Some(git) = &it.git {
        line("git", format!("{}{}", git.commit, if git.dirty { ", with changes" } else { "" }));
    }
    line("rows", format!("{} in {} tables", it.content.rows(), it.content.tables.len()));
    for file in &it.files {
        line("file", format!("{} ({})", file.name, shown(file.bytes)));
    }
    line("folder", backup.dir.display().to_string());
    if let Some(encryption) = &it.encryption {
        line("encrypted", format!("to {}", encryption.recipients.join(", ")));
    }
    let unpacking = match it.encryption {
        Some(_) => "age --decrypt --identity KEY data.dump.zst.age | zstd -dc",
        None => "zstd -dc data.dump.zst",
    };
    line("by hand", format!("{unpacking} | pg_restore --exit-on-error --dbname=NEW"));
    Ok(Answer::done(text, json!({ "manifest": it, "proof": backup.proof })))
}

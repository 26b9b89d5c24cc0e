//! `--emit`: models for the tables that have none, in the project's style,
//! proved by a round trip before anybody sees them.
//!
//! Must never: touch a file that is there. What cannot be spelled in Python is
//! named and left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use pg_diff::Catalog;
use pg_diff::catalog::{Body, ConstraintKind, Id, Kind};
use pg_diff::scan::split_list;
use serde::Serialize;

use super::argument::argument;
use super::extraction::{Base, Importing};
use super::finding::Severity;
use super::ground::served;
use super::python_type::quoted;
use super::remedy::attribute_of;
use super::rules::constraints_of;
use super::verdict::Told;
use super::verify::{Compared, Request, compare};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::ensure_private_dir;

/// Of a line of Python.
const WIDTH: usize = 100;

/// A module of models that are missing.
pub struct Emitted {
    pub text: String,
    /// Its classes.
    pub classes: Vec<String>,
    /// What could not be spelled, and is left to people.
    pub left: Vec<Left>,
}

/// An object without words in Python, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    pub object: String,
    pub why: String,
}

impl Left {
    fn new(id: &Id, why: impl Into<String>) -> Left {
        Left { object: id.to_string(), why: why.into() }
    }
}

type Imports = BTreeMap<String, BTreeSet<String>>;

/// The tables without a model, as classes below the base that the others have.
pub fn emit(compared: &Compared) -> Result<Emitted> {
    let Some(Base { module, name: base }) = &compared.said.base else {
        return Err(Fault::failed("the models have no declarative base to build upon").into());
    };
    let catalog = compared.init.as_ref().or(compared.live.as_ref());
    let catalog = catalog.ok_or_else(|| Fault::failed("there is nothing to make models of"))?;
    let mapped: BTreeSet<(String, String)> = compared
        .said
        .tables
        .iter()
        .map(|it| (it.schema.clone().unwrap_or_else(|| "public".to_owned()), it.name.clone()))
        .collect();
    let missing: Vec<&Id> = catalog
        .objects
        .iter()
        .filter(|(id, it)| id.kind == Kind::Table && it.body.partition().is_none())
        .map(|(id, _)| id)
        .filter(|id| !mapped.contains(&names_of(id)))
        .collect();
    let mut imports: Imports = BTreeMap::new();
    imports.entry(module.clone()).or_default().insert(base.clone());
    let (mut bodies, mut classes, mut left) = (Vec::new(), Vec::new(), Vec::new());
    // A key to a table that has no class cannot be said either.
    let spelled = missing
        .iter()
        .filter(|id| class(catalog, id, ("", ""), &BTreeSet::new(), &mut BTreeMap::new()).is_ok());
    let known: BTreeSet<(String, String)> =
        mapped.iter().cloned().chain(spelled.map(|id| names_of(id))).collect();
    let taken: BTreeSet<&str> =
        compared.said.tables.iter().filter_map(|it| it.class.as_deref()).collect();
    for id in missing {
        let mut name = class_name(&id.name);
        if taken.contains(name.as_str()) || classes.contains(&name) {
            name.push_str("Row");
        }
        match class(catalog, id, (&name, base), &known, &mut imports) {
            Ok((body, gone)) => {
                bodies.push(body);
                classes.push(name);
                left.extend(gone);
            }
            Err(why) => left.push(Left::new(id, why)),
        }
    }
    let mut text = String::from("\"\"\"Tables that had no model.\"\"\"\n\n");
    text.push_str(&import_lines(&imports));
    for body in bodies {
        let _ = write!(text, "\n\n{body}");
    }
    Ok(Emitted { text, classes, left })
}

/// `llm_prompts` → `LlmPrompt`
fn class_name(table: &str) -> String {
    let words: Vec<String> = table
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        })
        .collect();
    let name = words.concat();
    let plain = match name.strip_suffix("ies") {
        Some(head) => format!("{head}y"),
        None if ["ss", "us", "is", "News"].iter().any(|it| name.ends_with(it)) => name,
        None => name.strip_suffix('s').unwrap_or(&name).to_owned(),
    };
    if plain.starts_with(|c: char| c.is_ascii_digit()) { format!("T{plain}") } else { plain }
}

fn names_of(id: &Id) -> (String, String) {
    (id.namespace.to_string(), id.name.to_string())
}

/// One class, and what of its table could not be said.
fn class(
    catalog: &Catalog,
    table: &Id,
    (name, base): (&str, &str),
    known: &BTreeSet<(String, String)>,
    imports: &mut Imports,
) -> Result<(String, Vec<Left>), String> {
    let mut need = |module: &str, name: &str| {
        imports.entry(module.to_owned()).or_default().insert(name.to_owned());
    };
    let constraints = constraints_of(catalog, table);
    let key = constraints.iter().find(|(_, it)| it.kind == ConstraintKind::Primary);
    let Some((key_id, key)) = key else {
        return Err("it has no primary key, which a mapped class needs".to_owned());
    };
    let (mut lines, mut arguments, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (id, column) in catalog.columns(table) {
        let default = catalog.body(&id.with(Kind::Default, &id.part)).and_then(Body::default);
        let default = default.map(|it| it.expression.as_str());
        let Some(made) = attribute_of(catalog, &id.part, column, default) else {
            return Err(format!("column {} has type {}", id.part, column.type_name));
        };
        let mut line = made.line;
        let is_key = key.columns.iter().any(|it| **it == *id.part);
        if is_key {
            let is_given =
                column.identity.is_none() && default.is_none_or(|it| !it.starts_with("nextval("));
            let kept =
                if is_given && line.contains("Mapped[int]") { ", autoincrement=False" } else { "" };
            // The line ends with the parenthesis of mapped_column().
            line.truncate(line.len() - 1);
            line.push_str(&format!(", primary_key=True{kept})"));
        }
        for (module, name) in made.imports {
            need(module, &name);
        }
        lines.push(line);
    }
    // The order of a key is that of its columns in the class, and its name the
    // server's, unless they are said.
    let usual = format!("{}_pkey", table.name);
    let in_order: Vec<String> = catalog
        .columns(table)
        .map(|(id, _)| id.part.to_string())
        .filter(|name| key.columns.contains(name))
        .collect();
    if *key_id.part != *usual || in_order != key.columns {
        let columns: Vec<String> = key.columns.iter().map(|it| quoted(it)).collect();
        let name = quoted(&key_id.part);
        arguments.push(format!("PrimaryKeyConstraint({}, name={name})", columns.join(", ")));
        need("sqlalchemy", "PrimaryKeyConstraint");
    }
    let indexes = catalog
        .objects
        .iter()
        .filter(|(_, it)| it.body.index().is_some_and(|index| index.table == *table));
    let parts =
        constraints.iter().filter(|(_, it)| it.kind != ConstraintKind::Primary).map(|(id, _)| id);
    for id in parts.chain(indexes.map(|(id, _)| id)) {
        let Some(body) = catalog.body(id) else { continue };
        let target = body.constraint().and_then(|it| it.references.as_ref());
        if let Some(target) = target.filter(|it| !known.contains(&names_of(it))) {
            left.push(Left::new(id, format!("{target} has no model")));
            continue;
        }
        match argument(id, body) {
            Some((said, needed)) => {
                arguments.push(said);
                needed.iter().for_each(|it| need("sqlalchemy", it));
            }
            None => left.push(Left::new(id, "write it by hand")),
        }
    }
    if &*table.namespace != "public" {
        arguments.push(format!("{{\"schema\": {}}}", quoted(&table.namespace)));
    }
    let mut text = format!("class {name}({base}):\n    \"\"\"Rows of {}.\"\"\"\n\n", table.name);
    let _ = writeln!(text, "    __tablename__ = {}", quoted(&table.name));
    if !arguments.is_empty() {
        let _ = writeln!(text, "    __table_args__ = (");
        for argument in arguments {
            let _ = writeln!(text, "        {},", wrapped(&argument, 8));
        }
        let _ = writeln!(text, "    )");
    }
    text.push('\n');
    for line in lines {
        let _ = writeln!(text, "    {}", wrapped(&line, 4));
    }
    Ok((text, left))
}

/// A call on lines of its own where it is longer than the project's lines.
fn wrapped(call: &str, indent: usize) -> String {
    let parts = call.split_once('(').and_then(|(head, rest)| Some((head, rest.strip_suffix(')')?)));
    match parts {
        Some((head, arguments)) if indent + call.len() + 1 > WIDTH => {
            let pad = " ".repeat(indent);
            let list: Vec<String> = split_list(arguments)
                .into_iter()
                .map(|it| format!("\n{pad}    {},", wrapped(it, indent + 4)))
                .collect();
            format!("{head}({}\n{pad})", list.concat())
        }
        _ => call.to_owned(),
    }
}

/// Standard modules, libraries, the project: as ruff sorts them.
fn import_lines(imports: &Imports) -> String {
    let standard = ["datetime", "decimal", "typing", "uuid"];
    let rank = |module: &str| match module {
        it if standard.contains(&it) => 0,
        it if it.starts_with("sqlalchemy") => 1,
        _ => 2,
    };
    let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (module, names) in imports {
        let mut names: Vec<&String> = names.iter().collect();
        // Constants, classes, the rest.
        names.sort_by_key(|it| {
            let is_constant = it.chars().all(|c| !c.is_lowercase());
            let is_class = it.starts_with(|c: char| c.is_uppercase());
            (
                if is_constant {
                    0
                } else if is_class {
                    1
                } else {
                    2
                },
                (*it).clone(),
            )
        });
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        let line = format!("from {module} import {}", names.join(", "));
        let line = if line.len() > 100 {
            format!("from {module} import (\n    {},\n)", names.join(",\n    "))
        } else {
            line
        };
        groups.entry(rank(module)).or_default().push(line);
    }
    let blocks: Vec<String> = groups.into_values().map(|lines| lines.join("\n")).collect();
    blocks.join("\n\n") + "\n"
}

/// Imports what was emitted beside the models that are there, and compares
/// again. What then differs is told, one line each; nothing does as a rule.
pub fn prove(
    ctx: &Ctx,
    compared: &Compared,
    request: &Request,
    emitted: &Emitted,
) -> Result<Vec<String>> {
    let dir =
        ensure_private_dir(&ctx.config.state_dir())?.join(format!("emit-{}", std::process::id()));
    std::fs::create_dir(&dir).with_context(|| format!("making `{}`", dir.display()))?;
    let proved = (|| {
        let file = dir.join("emitted_models.py");
        std::fs::write(&file, &emitted.text)
            .with_context(|| format!("writing `{}`", file.display()))?;
        let models = file.display().to_string();
        compare(ctx, request, served(ctx)?.as_ref(), &|major| {
            Importing::begin(ctx, compared.interpreter.clone(), models.clone(), major)
        })
    })();
    let removed = std::fs::remove_dir_all(&dir);
    let proved = proved.context("proving the new models")?;
    removed.with_context(|| format!("removing `{}`", dir.display()))?;
    let is_new = |told: &&Told| {
        let object = &told.finding.object;
        let table = compared.said.tables.iter().any(|it| *it.name == *object.name);
        let title = told.finding.title();
        let is_left = emitted.left.iter().any(|it| it.object == title);
        told.finding.severity != Severity::Info && !table && !is_left
    };
    let before: Vec<String> = compared.verdict.told.iter().map(Told::line).collect();
    let differs = proved.verdict.told.iter().filter(is_new).map(Told::line);
    Ok(differs.filter(|line| !before.contains(line)).collect())
}

/// Writes the module where nothing is yet.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let shown = path.display().to_string();
    if path.exists() {
        return Err(Fault::refused(format!("`{shown}` is there already"))
            .hint("name a file that is not: what is missing is only ever added")
            .into());
    }
    std::fs::write(path, text).with_context(|| format!("writing `{shown}`"))
}

#[cfg(test)]
mod tests {
    //! Names of classes.

    use super::*;
    use crate::orm::argument::attribute_name;

    #[test]
    fn classes_are_singular() {
        for (table, class) in [
            ("llm_prompts", "LlmPrompt"),
            ("curated_entities", "CuratedEntity"),
            ("tag_stats", "TagStat"),
            ("status", "Status"),
            ("external_news", "ExternalNews"),
            ("2fa_codes", "T2faCode"),
        ] {
            assert_eq!(class_name(table), class);
        }
        assert_eq!(attribute_name("metadata"), "metadata_");
    }
}

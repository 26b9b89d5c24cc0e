//! Which services import which models.
//!
//! Must never: take a name in a text for an import.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::context::Ctx;

const SERVICES: &str = "services";
const IMPORT: &str = "from shared.python.models import ";

/// Names of services by the class that they import. A project without
/// services has none.
pub fn importers(ctx: &Ctx) -> Result<BTreeMap<String, Vec<String>>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (service, dir) in folders(&ctx.root.join(SERVICES))? {
        for (name, file) in files(&dir)? {
            if !name.ends_with(".py") {
                continue;
            }
            let text = fs::read_to_string(&file)
                .with_context(|| format!("reading `{}`", file.display()))?;
            for class in imported(&text) {
                let of = all.entry(class.to_owned()).or_default();
                if !of.contains(&service) {
                    of.push(service.clone());
                }
            }
        }
    }
    all.values_mut().for_each(|it| it.sort());
    Ok(all)
}

/// Every class behind the words of an import, also over several lines.
fn imported(text: &str) -> Vec<&str> {
    let places = text.match_indices(IMPORT).filter(|(at, _)| {
        let before = &text[..*at];
        before.is_empty() || before.ends_with('\n')
    });
    places
        .flat_map(|(at, _)| {
            let rest = &text[at + IMPORT.len()..];
            let list = match rest.strip_prefix('(') {
                Some(inside) => inside.split(')').next(),
                None => rest.lines().next(),
            };
            let names = list.unwrap_or_default().split([',', '\n']);
            names.filter_map(|it| it.split_whitespace().next()).collect::<Vec<_>>()
        })
        .collect()
}

fn folders(dir: &Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    Ok(entries(dir)?.into_iter().filter(|(_, path)| path.is_dir()).collect())
}

fn files(dir: &Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    Ok(entries(dir)?.into_iter().filter(|(_, path)| path.is_file()).collect())
}

fn entries(dir: &Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    let read = match fs::read_dir(dir) {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading `{}`", dir.display())),
    };
    let mut all = Vec::new();
    for entry in read {
        let entry = entry.with_context(|| format!("reading `{}`", dir.display()))?;
        all.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    all.sort();
    Ok(all)
}

#[cfg(test)]
mod tests {
    //! Imports, on one line and on several.

    use super::*;

    #[test]
    fn classes_are_read_from_imports() {
        let text = "from shared.python.models import (\n    A,\n    B as C,\n)\n\
                    # from shared.python.models import D\nfrom shared.python.models import E, F\n";
        assert_eq!(imported(text), ["A", "B", "E", "F"]);
    }
}

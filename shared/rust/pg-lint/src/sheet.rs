//! A file with everything it includes, and the findings in each of them.
//!
//! Must never: read a file itself. The caller gives their texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use pg_diff::declared::{self, Annotations, Date, DeclaredError, DeclaredErrorKind, Span};

use crate::annotation;
use crate::finding::Finding;
use crate::ignore;
use crate::outline::Outline;
use crate::rule::About;
use crate::rules::{self, annotation_unreadable, does_not_read};
use crate::script::{Before, Script};

/// A finding, and the file it is in.
#[derive(Clone, Debug)]
pub struct Placed {
    pub file: Arc<str>,
    /// Its ranges are bytes of that file.
    pub finding: Finding,
}

/// What was read, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Texts by the names they were asked for.
    pub files: BTreeMap<Arc<str>, Arc<str>>,
    pub found: Vec<Placed>,
    /// What the comments of a declaration ask for; empty of one that does not
    /// read.
    pub annotations: Annotations,
}

/// What is known beside the file.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    pub today: Date,
    /// The declaration that was committed before, with what it included.
    pub before: Option<&'a str>,
}

pub type Load<'a> = &'a mut dyn FnMut(&str) -> Result<String, String>;

impl Sheet {
    /// Reads init.sql, or another declaration.
    pub fn declaration(root: &str, load: Load<'_>, around: Around<'_>) -> Sheet {
        let mut sheet = Sheet::default();
        let read = declared::read(root, &mut |name| {
            let text = load(name)?;
            let plain = text.strip_prefix('\u{feff}').unwrap_or(&text);
            sheet.files.insert(name.into(), plain.into());
            Ok(text)
        });
        match read {
            Ok(declared) => {
                let parts = declared::parts(&declared.text);
                let script = Script::new(&declared.text, &parts, About::Declaration);
                for annotation in declared.annotations.iter() {
                    let found = annotation::check(annotation, &script.outline, around.today);
                    if let Some(finding) = found {
                        sheet.push(&annotation.span, finding);
                    }
                }
                for finding in checked(script, around) {
                    let Some((file, offset)) = declared.map.origin(finding.range.start) else {
                        continue;
                    };
                    let back = finding.range.start - offset;
                    let length = file.text.len();
                    let finding = finding.moved(back, length);
                    sheet.found.push(Placed { file: file.name.clone(), finding });
                }
                sheet.annotations = declared.annotations;
            }
            Err(errors) => {
                for error in &errors {
                    sheet.push(&error.span, unreadable(error));
                }
                // The rest of it is worth a look all the same.
                let name: Arc<str> = root.into();
                if let Some(text) = sheet.files.get(&name).cloned() {
                    let parts = declared::parts(&text);
                    let script = Script::new(&text, &parts, About::Declaration);
                    for finding in checked(script, around) {
                        sheet.found.push(Placed { file: name.clone(), finding });
                    }
                }
            }
        }
        sheet
    }

    /// Reads a plan, or another migration.
    pub fn plan(name: &str, text: &str) -> Sheet {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let name: Arc<str> = name.into();
        let parts = declared::parts(text);
        let script = Script::new(text, &parts, About::Plan);
        let found = crate::check(&script).into_iter();
        let found = found.map(|finding| Placed { file: name.clone(), finding }).collect();
        let files = BTreeMap::from([(name.clone(), Arc::from(text))]);
        Sheet { files, found, annotations: Annotations::default() }
    }

    /// Adds what only the caller can know.
    pub fn push(&mut self, span: &Span, mut finding: Finding) {
        finding.range = span.start..span.end;
        self.found.push(Placed { file: span.file.clone(), finding });
    }

    /// What is left of the findings when those are out that somebody gave a
    /// reason for, in a comment or in `off`; by file and place. `is_run` tells
    /// whether a rule has had its say.
    pub fn judged(
        &self,
        off: &BTreeMap<String, String>,
        is_run: &dyn Fn(&str) -> bool,
    ) -> Vec<Placed> {
        let mut left = Vec::new();
        for (name, text) in &self.files {
            let own = self.found.iter().filter(|it| it.file == *name);
            let own = own.map(|it| it.finding.clone()).collect();
            let comments = declared::parts(text).comments;
            let judged = ignore::apply(text, &comments, own, off, is_run);
            left.extend(judged.into_iter().map(|finding| Placed { file: name.clone(), finding }));
        }
        // Of a file that could not be read there is only the name.
        let others = self.found.iter().filter(|it| !self.files.contains_key(&it.file));
        left.extend(others.cloned());
        left
    }
}

/// All that the rules find, also of what was declared before.
fn checked(script: Script<'_>, around: Around<'_>) -> Vec<Finding> {
    let before = around.before.and_then(|text| {
        let read = declared::read("", &mut |_| Ok(text.to_owned())).ok()?;
        Some((declared::parts(&read.text), read))
    });
    let mut script = script;
    if let Some((parts, read)) = &before {
        script.before = Some(Before {
            outline: Outline::of(&read.text, parts),
            annotations: &read.annotations,
            today: around.today,
        });
    }
    crate::check(&script)
}

fn unreadable(error: &DeclaredError) -> Finding {
    let rule = match error.kind {
        DeclaredErrorKind::Annotation => annotation_unreadable::RULE,
        DeclaredErrorKind::File
        | DeclaredErrorKind::Include
        | DeclaredErrorKind::Unclosed
        | DeclaredErrorKind::Command
        | DeclaredErrorKind::Variable
        | DeclaredErrorKind::Copy => does_not_read::RULE,
    };
    let mut finding = rule.at(0..0, error.message.clone());
    finding.help.clone_from(&error.hint);
    finding
}

/// Rules that only a server's answer can speak for.
pub fn needs_server(id: &str) -> bool {
    ["annotation-done", "models-differ", "not-idempotent"].contains(&id)
        && rules::find(id).is_some()
}

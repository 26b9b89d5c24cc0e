//! Every rule finds what its cases call bad, is silent on what they call good,
//! and mends it as they say.
//!
//! A case is `cases/RULE/SENTENCE/` with `bad.sql`, `good.sql`, maybe
//! `fixed.sql` (bad, mended) and `before.sql` (what was declared before).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pg_diff::declared::Date;
use pg_lint::{About, Around, Placed, Rule, Sheet, apply, needs_server, rules};

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    all.sort();
    all
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("UTF-8")
}

fn cases() -> Vec<(&'static Rule, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let of = |folder: PathBuf| {
        let rule = rules::find(name(&folder));
        let rule = rule.unwrap_or_else(|| panic!("{} is no rule", folder.display()));
        folders(&folder).into_iter().map(move |case| (rule, case))
    };
    folders(&root).into_iter().flat_map(of).collect()
}

fn read(case: &Path, side: &str) -> Option<String> {
    fs::read_to_string(case.join(format!("{side}.sql"))).ok()
}

fn judged(text: &str, before: Option<&str>, about: About) -> Vec<Placed> {
    let today = Date::new(2026, 6, 1).expect("a day");
    let sheet = match about {
        About::Plan => Sheet::plan("bad.sql", text),
        About::Declaration | About::Any => {
            Sheet::declaration("bad.sql", &mut |_| Ok(text.to_owned()), Around { today, before })
        }
    };
    sheet.judged(&BTreeMap::new(), &|id| !needs_server(id))
}

/// The kinds of file that a case of this rule is written for.
fn kinds(rule: &Rule) -> Vec<About> {
    [About::Declaration, About::Plan].into_iter().filter(|about| rule.is_for(*about)).collect()
}

fn shown(found: &[Placed]) -> String {
    found.iter().map(|it| format!("\n  {}: {}", it.finding.rule, it.finding.message)).collect()
}

#[test]
fn every_rule_has_a_case() {
    let with: BTreeSet<&str> = cases().iter().map(|(rule, _)| rule.id).collect();
    let without: Vec<&str> =
        rules::ALL.iter().map(|rule| rule.id).filter(|id| !with.contains(id)).collect();
    assert_eq!(without, [""; 0]);
}

#[test]
fn bad_is_found_and_good_is_not() {
    let mut wrong = String::new();
    for (rule, case) in cases() {
        let before = read(&case, "before");
        let mut is_found = needs_server(rule.id);
        for about in kinds(rule) {
            let bad = read(&case, "bad").expect("every case has a bad side");
            let found = judged(&bad, before.as_deref(), about);
            let own = found.iter().filter(|it| it.finding.rule == rule.id).count();
            is_found |= own > 0;
            // What a case is not about must not be wrong with it.
            if own > 0 && own < found.len() && rule.about != About::Any {
                wrong += &format!("\n{}: more than it is about:{}", case.display(), shown(&found));
            }
            let Some(good) = read(&case, "good") else { continue };
            let found = judged(&good, before.as_deref(), about);
            let found: Vec<Placed> = match rule.about {
                About::Any => found.into_iter().filter(|it| it.finding.rule == rule.id).collect(),
                About::Declaration | About::Plan => found,
            };
            if !found.is_empty() {
                wrong += &format!("\n{}: good is found:{}", case.display(), shown(&found));
            }
        }
        if !is_found {
            wrong += &format!("\n{}: bad is not found", case.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn fixes_mend_what_they_say() {
    let mut mended = BTreeSet::new();
    for (rule, case) in cases() {
        let about = kinds(rule)[0];
        let bad = read(&case, "bad").expect("every case has a bad side");
        let found = judged(&bad, read(&case, "before").as_deref(), about);
        let own = found.iter().filter(|it| it.finding.rule == rule.id);
        let edits: Vec<_> =
            own.filter_map(|it| it.finding.fix.clone()).flat_map(|it| it.edits).collect();
        let Some(fixed) = read(&case, "fixed") else {
            assert!(edits.is_empty(), "{} has no fixed.sql", case.display());
            continue;
        };
        assert!(rule.fixes, "{} says that it mends nothing", rule.id);
        mended.insert(rule.id);
        let text = apply(&bad, edits);
        assert_eq!(text, fixed, "{}", case.display());
        let left = judged(&text, None, about);
        let left: Vec<_> = left.into_iter().filter(|it| it.finding.rule == rule.id).collect();
        assert!(
            left.iter().all(|it| it.finding.fix.is_none()),
            "{}{}",
            case.display(),
            shown(&left)
        );
    }
    let promised: BTreeSet<&str> =
        rules::ALL.iter().filter(|it| it.fixes).map(|it| it.id).collect();
    let unproved: Vec<_> = promised.difference(&mended).filter(|id| !needs_server(id)).collect();
    assert!(unproved.is_empty(), "no case shows the fix of {unproved:?}");
}

#[test]
fn every_rule_is_in_the_words_of_the_house() {
    for rule in rules::ALL {
        assert!(!rule.summary.ends_with('.'), "{}: a full stop", rule.id);
        assert!(rule.why.ends_with('.'), "{}: no full stop", rule.id);
        let is_id = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.id.chars().all(is_id), "{}", rule.id);
        assert_ne!(rule.bad, rule.good, "{}", rule.id);
    }
    let ids: BTreeSet<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules::ALL.len());
}

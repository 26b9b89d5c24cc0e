//! `docs --since`: what changed, in words, as a note and as a page; and rows
//! and sizes, which are in no page that is compared.

use std::fs;

use serde_json::Value;

use super::with_pages;
use crate::stage::{Project, checkout, copy};
use crate::tool::Tool;

/// A project whose init.sql is in a commit.
pub fn committed() -> Option<Project> {
    let project = with_pages()?;
    copy(&checkout().join("services"), &project.root.join("services"));
    let begin = "git init --quiet --initial-branch=main . && git config user.name Somebody \
                 && git config user.email somebody@example.org && git add --all \
                 && git commit --quiet --message 'As it was'";
    Tool::new("sh", &project.root).args(["-c", begin]).run().exits(0);
    Some(project)
}

/// One of everything that readers ask for.
pub fn changed(project: &Project) {
    let edits = [
        (
            "    notes      text,\n    is_active  boolean",
            "    notes      varchar(500),\n    is_active  boolean",
        ),
        ("    last_comment_fetch      timestamptz,\n", ""),
        (
            "COMMENT ON COLUMN messages.last_comment_fetch      IS 'When comments were last fetched; NULL when never.';\n",
            "",
        ),
        (
            "    language_detected       varchar(10),",
            "    -- @renamed from=language_detected\n    language                varchar(10),",
        ),
        ("COMMENT ON COLUMN messages.language_detected", "COMMENT ON COLUMN messages.language"),
        (
            "idx_messages_language_detected ON messages (language_detected)",
            "idx_messages_language ON messages (language)",
        ),
        (
            "CREATE INDEX IF NOT EXISTS idx_military_slang_active_language ON military_slang (is_active, language);",
            "CREATE TABLE IF NOT EXISTS slang_sources (id bigint PRIMARY KEY, url text);\nCOMMENT ON TABLE slang_sources IS 'A | and <b>.';",
        ),
        (
            "        'military_vehicle', 'military_weapon', 'electronic_warfare', 'component')),",
            "        'military_vehicle', 'military_weapon', 'electronic_warfare')),\n    weight integer NOT NULL,",
        ),
    ];
    for (from, to) in edits {
        project.edit_init(from, to);
    }
}

#[test]
fn a_release_note_says_what_changed_and_what_breaks() {
    let Some(project) = committed() else { return };
    let ended = project.run(["docs", "--since", "HEAD"]).exits(0);
    ended.answers(&["## Schema changes since HEAD", "Nothing changed in the schema."]);
    let pages = fs::read(project.root.join("docs/reference/database.html")).expect("is there");
    changed(&project);
    let ended = project.run(["docs", "--since", "HEAD"]).exits(0);
    ended.answers(&[
        "1 table new, 3 changed.",
        "### Clients must change",
        "- `column public.messages.last_comment_fetch`: statements that use it fail",
        "- `column public.messages.language_detected`: statements that use the old name fail",
        "- `column public.curated_entities.weight`: inserts that do not name it fail",
        "- `column public.military_slang.notes`: what reads or writes it gets another type",
        "- **data-loss**, `column public.messages.last_comment_fetch`",
        "- **breaks-clients**, `column public.messages.language_detected`",
        "  - column `language_detected` is called language now",
        "  - removed column `last_comment_fetch`: timestamp with time zone (When comments were",
        "  - model `Message` in `shared/python/models/core.py:126`, used by api, enrichment",
        "  - column `notes` is character varying(500) now, was text",
        "  - new column `weight`: integer, never NULL",
        "  - removed index `idx_military_slang_active_language`",
        "  - constraint `ck_curated_entities_entity_type` is now: entity_type is one of 'equipment'",
        "- **new** `slang_sources`: A \\| and \\<b\\>.",
        "  - 2 columns: id bigint, url text",
    ]);
    let now = fs::read(project.root.join("docs/reference/database.html")).expect("is there");
    assert_eq!(pages, now, "a look at changes writes no page");
}

#[test]
fn changes_go_to_files_that_are_named_for_them() {
    let Some(project) = committed() else { return };
    changed(&project);
    let words = ["docs", "--since", "HEAD", "--out", "new/note.md", "--out", "new/page.html"];
    project.run(words.iter().chain(&["--dry-run"])).exits(0).answers(&["would write new/note.md"]);
    assert!(!project.root.join("new").exists(), "a dry run writes nothing");
    project.run(words).exits(0).answers(&["wrote new/note.md", "wrote new/page.html"]);
    assert!(project.read("new/note.md").starts_with("## Schema changes since HEAD\n"));
    let page = embedded(&project.read("new/page.html"));
    assert_eq!(page["up"], "../", "links lead from where the page lies");
    let objects = page["changes"]["objects"].as_array().expect("a list");
    let names: Vec<&str> = objects.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["curated_entities", "messages", "military_slang", "slang_sources"]);
    let document = project.run(["docs", "--since", "HEAD", "--json"]).exits(0).document();
    assert_eq!(document["data"]["changes"]["objects"].as_array().map(Vec::len), Some(4));
}

#[test]
fn what_makes_no_sense_is_told() {
    let Some(project) = committed() else { return };
    project.run(["docs", "--since", "nowhere"]).exits(1).says(&["git has no", "`nowhere`"]);
    project.run(["docs", "--since", "HEAD", "--check"]).exits(64);
    project.run(["docs", "--with-stats", "--check"]).exits(64);
    project.run(["docs", "--with-stats"]).exits(64).says(&["--out FILE.html"]);
    project.run(["docs", "--since", "HEAD", "--out", "note.txt"]).exits(64);
}

#[test]
fn rows_and_sizes_are_those_of_the_live_tables() {
    let Some(project) = Project::with_database() else { return };
    project.sql("INSERT INTO users (username, email, hashed_password) SELECT n, n, n FROM generate_series(1, 321) n");
    project.run(["docs", "--with-stats", "--out", "live.html", "--out", "live.md"]).exits(0);
    let page = embedded(&project.read("live.html"));
    let relations = page["relations"].as_array().expect("a list");
    let users = relations.iter().find(|it| it["name"] == "users").expect("is there");
    assert_eq!(users["stats"]["rows"], 321);
    assert!(users["stats"]["bytes"].as_i64().expect("a number") > 8192);
    assert!(project.read("live.md").contains(", 321 rows, "));
    // The pages of the project hold none of it.
    project.run(["docs"]).exits(0);
    assert!(embedded(&project.read("docs/reference/database.html"))["stats"].is_null());
    for it in relations {
        let sample = it["sample"].as_str().expect("every table has one");
        project.sql(&format!("PREPARE sample AS {sample}"));
    }
}

/// What a page is made from.
fn embedded(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("has its data");
    let (json, _) = rest.split_once("</script>").expect("ends");
    serde_json::from_str(json).expect("JSON")
}

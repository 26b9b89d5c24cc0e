//! `docs`: pages that are what init.sql and the commands are, `--check` that
//! says when they are not, and the pages of this checkout.

mod browser;

mod since;

use std::fs;

use crate::server;
use crate::stage::{Project, checkout};

const TABLES: &str = "docs/reference/database-tables.md";

/// A project with its pages and its models, on no target at all.
fn with_pages() -> Option<Project> {
    let project = Project::with_server_programs()?;
    for dir in ["docs/reference", "shared/python/models"] {
        fs::create_dir_all(project.root.join(dir)).expect("a folder");
        for entry in fs::read_dir(checkout().join(dir)).expect("is there").flatten() {
            if entry.path().is_file() {
                let to = project.root.join(dir).join(entry.file_name());
                fs::copy(entry.path(), to).expect("a copy");
            }
        }
    }
    Some(project)
}

#[test]
fn the_pages_of_this_checkout_are_up_to_date() {
    let Some(project) = with_pages() else { return };
    project.run(["docs", "--check"]).exits(0).answers(&["up to date: docs/reference/"]);
}

#[test]
fn a_stale_page_is_told_and_written_anew() {
    let Some(project) = with_pages() else { return };
    project.edit_init(
        "COMMENT ON COLUMN users.last_login      IS 'Last",
        "COMMENT ON COLUMN users.last_login      IS 'a|b <script> Last",
    );
    let page = project.read(TABLES);
    let prose = page.replace("# Database Tables Reference\n", "# Ours\n\nOur words.\n");
    project.write(TABLES, &prose);
    let ended = project.run(["docs", "--check"]).exits(2);
    let ended =
        ended.answers(&["stale: docs/reference/database-tables.md", "next: cargo xtask docs"]);
    assert!(!ended.stdout.contains("commands.md"), "{}", ended.whole());
    project.run(["docs", "--dry-run"]).exits(0).answers(&["stale: "]);
    assert_eq!(project.read(TABLES), prose, "a look writes nothing");
    project.run(["docs"]).exits(0).answers(&["wrote docs/reference/database-tables.md"]);
    let written = project.read(TABLES);
    assert!(written.starts_with("# Ours\n\nOur words.\n"), "the words around stay");
    assert!(written.contains("a\\|b \\<script\\> Last"), "a comment ends no cell");
    project.run(["docs", "--check"]).exits(0);
    // The server that was started for it serves no more, and none is ours.
    assert!(!project.home().exists());
    let left = fs::read_dir(project.local_dir()).expect("is there").flatten();
    for home in left {
        assert!(server::processes_below(&home.path()).is_empty(), "a server is left");
    }
}

#[test]
fn a_page_without_markers_is_not_touched() {
    let Some(project) = with_pages() else { return };
    project.write(TABLES, "# All ours\n");
    let ended = project.run(["docs"]).exits(1);
    ended.says(&["has no pair of lines `<!-- xtask:begin -->`", "hint: put them back"]);
    assert_eq!(project.read(TABLES), "# All ours\n");
    fs::remove_file(project.root.join(TABLES)).expect("is there");
    project
        .run(["docs", "--check"])
        .exits(2)
        .answers(&["missing: docs/reference/database-tables.md"]);
    project.run(["docs"]).exits(0);
    project.run(["docs", "--check"]).exits(0);
}

#[test]
fn a_running_target_serves_as_well() {
    let Some(project) = with_pages() else { return };
    project.install_database();
    project.run(["up"]).exits(0);
    let ended = project.run(["docs", "--check", "-v"]).exits(0);
    assert!(!ended.stderr.contains("initdb"), "{}", ended.whole());
    let document = project.run(["docs", "--check", "--json"]).exits(0).document();
    assert_eq!(document["data"]["stale"], serde_json::json!([]));
}

#[test]
fn without_any_server_it_says_so() {
    let project = Project::new();
    let nowhere = project.temp().join("nowhere");
    let tool = project.tool(["docs", "--check"]).without("XTASK_TARGET");
    tool.env("XTASK_POSTGRES_BIN", nowhere)
        .run()
        .exits(4)
        .says(&["no server is there to say it", "hint: cargo xtask up"]);
}

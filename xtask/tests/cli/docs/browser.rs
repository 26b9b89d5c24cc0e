//! The one HTML file in a real browser: opened from the disk, searched,
//! clicked through, by keyboard, in the dark, without a network.

use std::fs;
use std::path::PathBuf;

use super::{since, with_pages};
use crate::stage::Project;
use crate::tool::{Ended, Tool, skip};

const PAGE: &str = "docs/reference/database.html";

fn chromium() -> Option<PathBuf> {
    let found = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = found.into_iter().map(PathBuf::from).find(|it| it.is_file());
    if found.is_none() {
        skip("no chromium");
    }
    found
}

fn open(project: &Project, chromium: &PathBuf, page: &str) -> Ended {
    Tool::new(chromium, &project.root)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--virtual-time-budget=60000", "--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", project.temp().join("browser").display()))
        .arg(format!("file://{}", project.root.join(page).display()))
        .run()
        .exits(0)
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(chromium) = chromium() else { return };
    let Some(project) = with_pages() else { return };
    project.edit_init(
        "COMMENT ON COLUMN users.last_login      IS 'Last",
        "COMMENT ON COLUMN users.last_login      IS '</script><b id=bad> \"Ünï\" Last",
    );
    project.run(["docs"]).exits(0);
    let page = project.read(PAGE);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    drive(&project, &chromium, &page, include_str!("drive.js"));
}

#[test]
fn the_page_of_changes_works_in_a_browser() {
    let Some(chromium) = chromium() else { return };
    let Some(project) = since::committed() else { return };
    since::changed(&project);
    project.run(["docs", "--since", "HEAD", "--out", "changes.html"]).exits(0);
    drive(&project, &chromium, &project.read("changes.html"), include_str!("drive_changes.js"));
}

/// Does in the browser what the script says, at the end of the page.
fn drive(project: &Project, chromium: &PathBuf, page: &str, script: &str) {
    let (begin, end) = (include_str!("drive_begin.js"), include_str!("drive_end.js"));
    let script = format!("<script>\n{begin}{script}{end}</script>\n</body>");
    let (before, after) = page.rsplit_once("</body>").expect("an end");
    fs::write(project.root.join("driven.html"), format!("{before}{script}{after}")).expect("ours");
    let ended = open(project, chromium, "driven.html");
    let body = ended.stdout.split("driven: ").nth(1).unwrap_or("it never came to an end");
    assert!(body.starts_with("all well."), "{body}\n{}", ended.stderr);
    assert!(!ended.stderr.contains(":CONSOLE"), "the console says: {}", ended.stderr);
}

//! `hooks`: what is committed is linted, and nobody's hook is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::stage::{INIT, Project};
use crate::tool::{Ended, Tool, copy_binary};

const BAD: (&str, &str) =
    (" REFERENCES channels (id) ON DELETE CASCADE", " REFERENCES channels (id)");

struct Repository {
    project: Project,
}

impl Repository {
    fn new() -> Repository {
        let repository = Repository { project: Project::new() };
        repository.git(&["init", "--quiet"]).exits(0);
        repository.git(&["add", "Cargo.toml", INIT]).exits(0);
        repository.git(&["commit", "--quiet", "--message", "first"]).exits(0);
        // Where cargo puts the binary; newer than what is there.
        let folder = repository.project.root.join("target/xtask");
        fs::create_dir_all(&folder).expect("a folder");
        copy_binary(&folder.join("xtask"));
        repository
    }

    fn git(&self, words: &[&str]) -> Ended {
        self.git_in(&self.project.root.clone(), words)
    }

    fn git_in(&self, folder: &std::path::Path, words: &[&str]) -> Ended {
        let tool = Tool::new("git", folder).env("XTASK_TARGET", "local");
        let tool = tool.args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        tool.args(words).run()
    }

    fn stage_a_bad_file(&self) {
        self.project.edit_init(BAD.0, BAD.1);
        self.git(&["add", INIT]).exits(0);
    }

    fn commit(&self) -> Ended {
        self.git(&["commit", "--quiet", "--message", "next"])
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.project.root.join(".git/hooks").join(name)
    }
}

#[test]
fn a_bad_file_is_not_committed() {
    let it = Repository::new();
    it.project.run(["hooks", "show"]).exits(0).answers(&["not installed"]);
    it.project.run(["hooks", "install", "--dry-run"]).exits(0).answers(&["would be installed"]);
    assert!(!it.hook("pre-commit").exists());
    it.project.run(["hooks", "install"]).exits(0).answers(&[".git/hooks/pre-commit: installed"]);
    it.project.run(["hooks", "install"]).exits(0).answers(&["it is there already"]);
    it.project.run(["hooks", "show"]).exits(0).answers(&["pre-commit: installed"]);
    it.stage_a_bad_file();
    let started = Instant::now();
    let ended = it.commit().exits(1);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    ended.says(&["[fk-without-on-delete]", "the commit is stopped by `cargo xtask lint --staged`"]);
    // What is on disk and not staged stops nobody.
    it.git(&["reset", "--quiet", INIT]).exits(0);
    it.project.write("other.txt", "x");
    it.git(&["add", "other.txt"]).exits(0);
    it.commit().exits(0);
    it.project.run(["hooks", "remove"]).exits(0).answers(&["removed"]);
    assert!(!it.hook("pre-commit").exists());
    it.git(&["commit", "--quiet", "--all", "--message", "now it may"]).exits(0);
}

#[test]
fn a_warning_stops_no_commit() {
    let it = Repository::new();
    it.project.run(["hooks", "install"]).exits(0);
    it.project.edit_init("    last_login      timestamptz,", "    last_login      timestamp,");
    it.git(&["add", INIT]).exits(0);
    it.commit().exits(0).says(&["[timestamp-without-time-zone]"]);
}

#[test]
fn the_hook_that_was_there_runs_first_and_comes_back() {
    let it = Repository::new();
    let own = "#!/bin/sh\necho the old one was here\n[ ! -e refuse ]\n";
    fs::create_dir_all(it.project.root.join(".git/hooks")).expect("a folder");
    fs::write(it.hook("pre-commit"), own).expect("ours");
    fs::set_permissions(it.hook("pre-commit"), fs::Permissions::from_mode(0o755)).expect("ours");
    it.project.run(["hooks", "show"]).exits(0).answers(&["somebody else's"]);
    it.project.run(["hooks", "remove"]).exits(0).answers(&["it stays"]);
    it.project.run(["hooks", "install"]).exits(0).answers(&["the hook that was there runs first"]);
    assert_eq!(fs::read_to_string(it.hook("pre-commit.kept")).expect("kept"), own);
    it.stage_a_bad_file();
    it.commit().exits(1).says(&["the old one was here", "[fk-without-on-delete]"]);
    it.project.write("refuse", "");
    it.commit().exits(1).says(&["the old one was here"]).never_says(&["[fk-without-on-delete]"]);
    // A third one in our place is not overwritten, and the kept one stays.
    let ours = fs::read_to_string(it.hook("pre-commit")).expect("there");
    fs::write(it.hook("pre-commit"), "#!/bin/sh\nexit 0\n").expect("ours");
    it.project.run(["hooks", "install"]).exits(3).says(&["and so is", "hint: "]);
    fs::write(it.hook("pre-commit"), ours).expect("ours");
    it.project.run(["hooks", "remove"]).exits(0).answers(&["in its place again"]);
    assert_eq!(fs::read_to_string(it.hook("pre-commit")).expect("back"), own);
    assert!(!it.hook("pre-commit.kept").exists());
}

#[test]
fn a_folder_of_hooks_that_git_is_told_of_is_taken() {
    let it = Repository::new();
    it.git(&["config", "core.hooksPath", "team/hooks"]).exits(0);
    it.project.run(["hooks", "install"]).exits(0).answers(&["team/hooks/pre-commit: installed"]);
    it.stage_a_bad_file();
    it.commit().exits(1).says(&["[fk-without-on-delete]"]);
}

#[test]
fn every_worktree_has_it() {
    let it = Repository::new();
    let other = it.project.temp().join("other");
    let shown = other.display().to_string();
    it.git(&["worktree", "add", "--quiet", &shown]).exits(0);
    it.project.tool(["hooks", "install"]).dir(&other).run().exits(0);
    assert!(it.hook("pre-commit").exists(), "worktrees share the hooks of their repository");
    fs::create_dir_all(other.join("target/xtask")).expect("a folder");
    copy_binary(&other.join("target/xtask/xtask"));
    let text = fs::read_to_string(other.join(INIT)).expect("there").replacen(BAD.0, BAD.1, 1);
    fs::write(other.join(INIT), text).expect("ours");
    let commit = ["commit", "--quiet", "--all", "--message", "there"];
    it.git_in(&other, &commit).exits(1).says(&["[fk-without-on-delete]"]);
}

#[test]
fn without_git_there_is_nothing_to_install() {
    let project = Project::new();
    project.run(["hooks", "install"]).exits(4).says(&["no git repository", "hint: "]);
    project.run(["hooks"]).exits(64).says(&["install, remove or show"]);
}

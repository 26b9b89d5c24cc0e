//! The guides of `docs/`, run as they are written: every block that is marked
//! is typed on a fresh platform, every edit is made, and what a guide shows
//! must be what is seen.
//!
//! A block of commands is marked by a comment above it, which no reader sees:
//! `<!-- run -->`, or with the exit codes of its commands: `<!-- run: 2 0 -->`.
//! `<!-- edit: FILE -->` stands above a diff, `<!-- file: FILE -->` above a
//! whole file. With `XTASK_GUIDES=write` what is otherwise by now is written anew from what
//! was seen.

mod page;
mod shown;

use std::fs;
use std::path::Path;

use crate::platform::Platform;
use crate::stage::checkout;
use page::{Block, Kind};

/// What readers have before they begin: a repository with everything in it.
fn staged() -> Option<Platform> {
    let platform = Platform::stopped()?;
    for dir in ["docs/reference", "docs/developer-guide", "docs/operator-guide"] {
        for entry in fs::read_dir(checkout().join(dir)).expect("is there").flatten() {
            let to = platform.project.root.join(dir).join(entry.file_name());
            fs::create_dir_all(platform.project.root.join(dir)).expect("a folder");
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
    // The settings that readers have, not those of a test.
    let conf = "infrastructure/postgres/postgresql.conf";
    platform.project.write(conf, fs::read(checkout().join(conf)).expect("is there"));
    platform.project.write(".gitignore", "/.xtask\n/.env\n/backups\n__pycache__/\n");
    let begin = "git init --quiet --initial-branch=main . && git config user.name Reader \
                 && git config user.email reader@example.org && git add --all \
                 && git commit --quiet --message 'As it was'";
    platform.program("sh").args(["-c", begin]).run().exits(0);
    // Nobody writes beside the reader: what a guide shows would be otherwise each time.
    platform.run(["up", "--services", "db"]).exits(0);
    Some(platform)
}

fn follow(name: &str) {
    let Some(platform) = staged() else { return };
    let path = checkout().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let is_written = std::env::var("XTASK_GUIDES").is_ok_and(|it| it == "write");
    let mut written = String::new();
    let (mut done, mut ran) = (0, 0);
    for block in page::blocks(&text) {
        match &block.kind {
            Kind::Edit(file) => {
                let now = platform.project.read(file);
                let new = page::edited(&now, &block.text)
                    .unwrap_or_else(|why| panic!("{name}:{}: {file}: {why}", block.line));
                platform.project.write(file, new);
            }
            Kind::File(file) => platform.project.write(file, &block.text),
            Kind::Run(codes) => {
                ran += 1;
                let seen = run(&platform, name, &block, codes, is_written);
                written.push_str(&text[done..block.at]);
                written.push_str(&seen);
                done = block.at + block.text.len();
            }
        }
    }
    assert!(ran > 0, "{name}: no block is marked");
    if is_written {
        fs::write(&path, written + &text[done..]).expect("is ours");
    }
}

/// Types every command of a block. Gives the block as it was seen.
fn run(platform: &Platform, name: &str, block: &Block, codes: &[i32], is_written: bool) -> String {
    let mut whole = String::new();
    for (at, (command, shown)) in block.commands().into_iter().enumerate() {
        let place = format!("{name}:{}: {command}", block.line);
        let program = command.split_whitespace().next().unwrap_or_default();
        assert!(matches!(program, "cargo" | "git"), "{place}: only cargo and git are run");
        let script = format!(
            "exec 2>&1\ncargo() {{ [ \"$1\" = xtask ] || exit 99; shift; \"$XTASK\" \"$@\"; }}\n{command}"
        );
        let ended = platform
            .program("sh")
            .args(["-c", &script])
            .env("XTASK", crate::tool::BINARY)
            .env("XTASK_SERVICES", "db")
            .run();
        let code = codes.get(at).copied().unwrap_or(0);
        if is_written && ended.code != code {
            crate::tool::say(&format!("{place}: exits with {}", ended.code));
        } else {
            assert_eq!(ended.code, code, "{place}\n{}", ended.whole());
        }
        let seen = shown::seen(&ended.stdout, &platform.project.root);
        let compared = shown::compare(&shown, &seen);
        if is_written {
            // What still holds stays as it is, with what it leaves out.
            let now = if compared.is_ok() { shown } else { seen };
            whole.push_str(&format!("$ {command}\n{now}"));
        } else if let Err(why) = compared {
            panic!("{place}: {why}\nthe guide shows:\n{shown}\nseen:\n{seen}");
        }
    }
    whole
}

#[test]
fn the_guide_to_migrations_is_what_happens() {
    follow("docs/developer-guide/database-migrations.md");
}

#[test]
fn the_guide_to_backups_is_what_happens() {
    follow("docs/operator-guide/backup-restore.md");
}

#[test]
fn the_guide_to_upgrades_is_what_happens() {
    follow("docs/operator-guide/upgrades.md");
}

#[test]
fn every_guide_is_followed() {
    let own = include_str!("guides.rs");
    for dir in ["docs/developer-guide", "docs/operator-guide"] {
        for entry in fs::read_dir(checkout().join(dir)).expect("is there").flatten() {
            let name = format!("{dir}/{}", entry.file_name().to_string_lossy());
            let is_page = Path::new(&name).extension().is_some_and(|it| it == "md");
            assert!(!is_page || own.contains(&format!("\"{name}\"")), "nobody follows {name}");
        }
    }
}

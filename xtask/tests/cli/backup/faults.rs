//! What happens to backups: bits that turn, ends that are cut off, a clock
//! that goes back, folders that cannot be written, values of every kind.
//!
//! `XTASK_TEST_FAULTS=200` turns so many bits, not 24.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{backed_up, folders, store};
use crate::stage::Project;
use crate::tool::{skip, wait_until};

/// Every file of a backup that says what is in it.
const FILES: [&str; 5] =
    ["data.dump.zst", "globals.sql", "properties.sql", "manifest.json", "SHA256SUMS"];

/// The same every time: a failure must come again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        // Source: Marsaglia, Xorshift RNGs.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("below the limit")
    }
}

#[test]
#[cfg(not(feature = "offsite"))]
fn a_build_that_can_neither_encrypt_nor_copy_makes_no_backup() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let refused = |names: &[(&str, &str)], what: &str| {
        let tool = names.iter().fold(project.tool(["backup"]), |it, (name, to)| it.env(name, to));
        tool.run().exits(3).says(&[what, "--features offsite"]);
        assert_eq!(folders(&project), before, "nothing was made");
    };
    refused(&[("XTASK_BACKUP_RECIPIENTS", "age1x")], "backups are to be encrypted");
    let store = [
        ("XTASK_BACKUP_BUCKET", "bucket"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    refused(&store, "backups are to be copied");
    // Also where nobody could write there.
    refused(&store[..1], "backups are to be copied");
    // What is here in clear text is read by every build.
    project.run(["backup", "verify"]).exits(0);
}

#[test]
fn every_bit_that_turns_is_found() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one folder");
    let dir = store(&project).join(&label);
    let count = std::env::var("XTASK_TEST_FAULTS").ok().and_then(|it| it.parse().ok());
    let mut dice = Dice(0x5eed);
    for round in 0..count.unwrap_or(24) {
        let path = dir.join(FILES[round % FILES.len()]);
        let whole = fs::read(&path).expect("is there");
        let mut damaged = whole.clone();
        let what = if whole.is_empty() {
            damaged.push(b' ');
            "a byte more".to_owned()
        } else if round % 4 == 3 {
            damaged.truncate(dice.below(whole.len()));
            format!("{} of {} bytes", damaged.len(), whole.len())
        } else {
            let (at, bit) = (dice.below(whole.len()), dice.below(8));
            damaged[at] ^= 1 << bit;
            format!("bit {bit} of byte {at}")
        };
        fs::write(&path, &damaged).expect("ours");
        let ended = project.run(["backup", "verify", "--all"]);
        let listed = project.run(["backup", "list"]);
        // Told by `list` where it is no backup, by `verify` where it is a bad one.
        let is_found = ended.code != 0 || listed.code == 2;
        assert!(is_found, "{}: {what}\n{}", path.display(), ended.whole());
        fs::write(&path, &whole).expect("ours");
    }
    project.run(["backup", "verify", "--all"]).exits(0);
    crate::tool::Tool::new("sha256sum", &dir).args(["--check", "SHA256SUMS"]).run().exits(0);
}

#[test]
fn a_clock_that_went_back_changes_no_order() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one folder");
    // As if it had been made an hour from now, by a clock that was ahead.
    let ahead = project
        .sql("SELECT to_char((now() + '1 hour') AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISS')");
    let ahead = format!("{ahead}.000Z-aaaa");
    let dir = store(&project).join(&ahead);
    fs::rename(store(&project).join(&label), &dir).expect("moving");
    fs::remove_file(dir.join("SHA256SUMS")).expect("is there");
    let manifest = fs::read_to_string(dir.join("manifest.json")).expect("is there");
    fs::write(dir.join("manifest.json"), manifest.replace(&label, &ahead)).expect("ours");
    project.run(["backup", "check"]).exits(1).answers(&["the clock of this machine is wrong"]);
    project.sql("DELETE FROM messages WHERE message_id > 10");
    project.run(["backup"]).exits(0).says(&["the clock of this machine went back"]);
    project.run(["restore", "latest", "--into", "newest", "--yes"]).exits(0);
    assert_eq!(project.sql_on("newest", "SELECT count(*) FROM messages"), "10");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_costs_nothing() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let told = |place: &Path| {
        let place = place.display().to_string();
        project.tool(["backup"]).env("XTASK_BACKUP_DIR", &place).run()
    };
    let file = project.temp().join("a file");
    fs::write(&file, "").expect("ours");
    told(&file).exits(1).says(&["a file"]);
    told(Path::new("/proc/nowhere")).exits(4).says(&["has 0 bytes left", "XTASK_BACKUP_DIR"]);
    assert_eq!(folders(&project), before);
}

#[test]
fn values_of_every_kind_come_back_as_they_were() {
    let Some(project) = backed_up() else { return };
    project.sql(include_str!("every_value.sql"));
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    project.run(["restore", "latest", "--into", "again", "--yes"]).exits(0);
    let read = |database: &str| project.sql_on(database, include_str!("every_value_read.sql"));
    let (was, is) = (read("osint_platform"), read("again"));
    assert_eq!(was, is);
    assert!(was.contains("NaN") && was.contains("infinity"), "{was}");
    assert_eq!(
        project.sql_on("again", "SELECT length(v) FROM \"it's \"\"odd\"\"\"\"\".\"line\nbreak\""),
        "7"
    );
}

#[test]
fn a_locale_of_icu_stays_one() {
    let Some(project) = Project::with_database() else { return };
    let has_provider = project.sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'pg_database'::regclass AND attname = 'datlocprovider'");
    if has_provider == "0"
        || project.sql("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'") == "0"
    {
        return skip("this server knows no ICU locales");
    }
    let on = |sql: &str| project.sql_on("postgres", sql);
    on("DROP DATABASE osint_platform");
    on(
        "CREATE DATABASE osint_platform TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'uk'",
    );
    project.sql("CREATE TABLE words (word text); INSERT INTO words VALUES ('ґ'), ('г'), ('д'), ('и'), ('і')");
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    project.run(["restore", "latest", "--yes", "--services", "none"]).exits(0);
    let locale = "SELECT datlocprovider FROM pg_database WHERE datname = 'osint_platform'";
    assert_eq!(on(locale), "i");
    let sorted = project.sql("SELECT string_agg(word, '' ORDER BY word) FROM words");
    assert_eq!(sorted, "гґдиі");
    // One that this server does not have.
    let label = folders(&project).pop().expect("a backup");
    let dir = store(&project).join(label);
    fs::remove_file(dir.join("SHA256SUMS")).expect("is there");
    let manifest = fs::read_to_string(dir.join("manifest.json")).expect("is there");
    fs::write(
        dir.join("manifest.json"),
        manifest.replace("\"collate\": \"C\"", "\"collate\": \"xx_YY\""),
    )
    .expect("ours");
    project.run(["restore", "latest", "--into", "other", "--yes"]).exits(1).says(&["xx_YY"]);
    assert_eq!(on("SELECT count(*) FROM pg_database WHERE datname = 'other'"), "0");
}

/// Databases beside the served one that a restore began.
fn begun(project: &Project) -> String {
    project
        .sql_on("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_\\_new\\_%'")
}

#[test]
fn a_restore_that_ends_at_any_moment_leaves_the_served_one() {
    let Some(project) = backed_up() else { return };
    project.sql("DELETE FROM messages WHERE message_id > 100");
    let served = project.identity();
    let inside = "SELECT count(*) FROM pg_stat_activity \
                  WHERE datname LIKE '%\\_\\_new\\_%' AND backend_type = 'client backend'";
    let is_filled = || project.sql_on("postgres", inside) != "0";
    let begin = || {
        wait_until("nobody fills one", || (!is_filled()).then_some(()));
        let run = project.tool(["restore", "latest", "--services", "db", "--yes"]).start();
        wait_until("a database is being filled", || is_filled().then_some(()));
        run
    };
    // The program, the user, a session of the server, the server.
    begin().kill();
    assert_eq!(project.identity(), served);
    let run = begin();
    run.signal(Signal::SIGINT);
    run.finish().exits(130);
    assert_eq!((project.identity(), begun(&project)), (served.clone(), "0".to_owned()));
    let run = begin();
    let filling = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname LIKE '%\\_\\_new\\_%'";
    wait_until("it is filled", || (project.sql_on("postgres", filling) != "0").then_some(()));
    assert_ne!(run.finish().code, 0);
    assert_eq!((project.identity(), begun(&project)), (served.clone(), "0".to_owned()));
    let run = begin();
    kill(Pid::from_raw(project.postmaster()), Signal::SIGQUIT).expect("runs");
    assert_ne!(run.finish().code, 0);
    project.run(["up", "--services", "db"]).exits(0);
    assert_eq!(project.identity(), served);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "100");
    project.run(["restore", "latest", "--services", "db", "--yes"]).exits(0);
    assert_eq!(begun(&project), "0", "what was begun is swept");
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}

#[test]
fn a_server_that_dies_leaves_no_backup() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let locked = super::locked(&project);
    let running = project.tool(["backup"]).start();
    super::wait_for_dump(&project);
    kill(Pid::from_raw(project.postmaster()), Signal::SIGQUIT).expect("runs");
    running.finish().exits(1).says(&["backing up"]);
    drop(locked);
    assert_eq!(folders(&project), before);
    project.run(["up", "--services", "db"]).exits(0);
    project.run(["backup"]).exits(0);
}

#[test]
fn a_wrong_password_is_told_and_nothing_is_made() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let url = project.url().replace(&project.password(), "wrong");
    project
        .tool(["backup", "--db-url", &url])
        .run()
        .exits(1)
        .says(&["password", "127.0.0.1"])
        .never_says(&["wrong@"]);
    assert_eq!(folders(&project), before);
}

//! Encrypted to recipients: readable to them and to nobody else, also by the
//! programs of others.

use std::fs;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519;

use crate::object_store::files_below;
use crate::server::{DATABASE, program};
use crate::stage::Project;
use crate::tool::{Tool, skip};

/// In a row, and nowhere else.
pub const ROW: &str = "the words of a row that nobody may read";

/// A role of the cluster, in no table.
const ROLE: &str = "reader_of_the_archive";

/// An identity in a file beside the project, and its recipient.
pub fn identity(project: &Project, name: &str) -> (PathBuf, String) {
    let key = x25519::Identity::generate();
    let path = project.temp().join(name);
    fs::write(&path, format!("# a key\n{}\n", key.to_string().expose_secret())).expect("ours");
    (path, key.to_public().to_string())
}

pub fn with_rows() -> Option<Project> {
    let project = Project::with_database()?;
    project.sql(&format!("INSERT INTO channels (telegram_id, name) VALUES (1, '{ROW}')"));
    project.sql(&format!("CREATE ROLE {ROLE}"));
    let rows = "INSERT INTO messages (message_id, channel_id, content, telegram_date) \
                SELECT i, c.id, 'text ' || i, now() FROM channels c, generate_series(1, 500) AS i";
    project.sql(rows);
    Some(project)
}

pub fn store(project: &Project) -> PathBuf {
    project.root.join("backups/local/osint_platform")
}

/// The folder of the only backup.
pub fn only(project: &Project) -> PathBuf {
    let entries = fs::read_dir(store(project)).expect("is there").flatten();
    let dirs: Vec<PathBuf> = entries.map(|it| it.path()).filter(|it| it.is_dir()).collect();
    let [dir] = dirs.try_into().expect("one backup");
    dir
}

fn encrypting(project: &Project, recipient: &str, words: &[&str]) -> Tool {
    project.tool(words).env("XTASK_BACKUP_RECIPIENTS", recipient)
}

/// The files that hold the row or the role, or begin as a dump or a compressed
/// one does.
pub fn readable(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let is_readable = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        let holds = |words: &[u8]| bytes.windows(words.len()).any(|it| it == words);
        holds(ROW.as_bytes())
            || holds(ROLE.as_bytes())
            || bytes.starts_with(b"PGDMP")
            || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
    };
    files.into_iter().filter(is_readable).collect()
}

#[track_caller]
pub fn nothing_is_readable(files: Vec<PathBuf>) {
    assert_eq!(readable(files), Vec::<PathBuf>::new());
}

#[test]
fn who_makes_it_proves_it_and_only_the_recipient_restores_it() {
    let Some(project) = with_rows() else { return };
    let (key, recipient) = identity(&project, "key");
    encrypting(&project, &recipient, &["backup", "--prove"]).run().exits(0).answers(&["proven"]);
    nothing_is_readable(files_below(&project.root));
    let dir = only(&project);
    for name in ["data.dump.zst", "globals.sql", "properties.sql", "content.json"] {
        assert!(dir.join(format!("{name}.age")).is_file(), "{name}");
        assert!(!dir.join(name).exists(), "{name}");
    }
    let manifest = fs::read_to_string(dir.join("manifest.json")).expect("is there");
    assert!(manifest.contains(&recipient) && manifest.contains("\"rows\": 500"), "{manifest}");
    assert!(!manifest.contains("\"hash\": \"1") && manifest.contains("\"hash\": \"\""), "hashes");
    Tool::new("sha256sum", &dir).args(["--check", "--strict", "SHA256SUMS"]).run().exits(0);

    project.run(["backup", "list"]).exits(0).answers(&["proven", "encrypted"]);
    project.run(["backup", "show", "latest"]).exits(0).answers(&[&recipient, "age --decrypt"]);
    project.run(["backup", "verify"]).exits(1).says(&[
        "every checksum of",
        "no identity is named",
        &recipient,
        "--identity",
    ]);
    project.tool(["backup", "verify", "--identity"]).arg(&key).run().exits(0).answers(&["proven"]);
    project.sql("DELETE FROM messages WHERE message_id > 100");
    // How many rows would be otherwise is for everybody.
    project.run(["restore", "--dry-run"]).exits(0).answers(&["100 now,          500 then"]);
    project.run(["restore", "--yes"]).exits(1).says(&["no identity is named"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "100");
    let restore = project.tool(["restore", "--yes"]).env("XTASK_BACKUP_IDENTITY", &key);
    restore.run().exits(0).answers(&["compared with its manifest"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
    nothing_is_readable(files_below(&project.root));
}

#[test]
fn stock_programs_restore_it_without_us() {
    if which("age").is_none() || which("zstd").is_none() {
        return skip("no programs age and zstd");
    }
    let Some(project) = with_rows() else { return };
    let (key, recipient) = identity(&project, "key");
    encrypting(&project, &recipient, &["backup"]).run().exits(0);
    project.sql("CREATE DATABASE by_hand");
    let script = "age --decrypt --identity \"$1\" data.dump.zst.age | zstd -dc | \
                  \"$2\" --exit-on-error --dbname=by_hand";
    let restore = project.client("bash").dir(&only(&project)).args(["-eo", "pipefail", "-c"]);
    restore.args([script, "bash"]).arg(&key).arg(program("pg_restore")).run().exits(0);
    assert_eq!(project.sql_on("by_hand", "SELECT name FROM channels"), ROW);
    // A key that never was in a file.
    let script = "exec \"$0\" backup verify --identity <(cat \"$1\")";
    let verify = project.program("bash").args(["-c", script, crate::tool::BINARY]);
    verify.arg(&key).run().exits(0).answers(&["proven"]);
}

#[test]
fn what_a_rebuild_saves_is_encrypted_too() {
    if which("age").is_none() {
        return skip("no program age");
    }
    let Some(project) = with_rows() else { return };
    let (key, recipient) = identity(&project, "key");
    let rebuild = encrypting(&project, &recipient, &["db-rebuild", "--yes"]).run().exits(0);
    rebuild.answers(&["age --decrypt"]);
    let kept = project.root.join(".xtask/backups");
    nothing_is_readable(files_below(&kept));
    let script = "age --decrypt --identity \"$1\" *.dump.age | \"$2\" --file=-";
    let read = project.client("bash").dir(&kept).args(["-eo", "pipefail", "-c", script, "bash"]);
    read.arg(&key).arg(program("pg_restore")).run().exits(0).answers(&[ROW]);
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|it| it.is_file())
}

#[test]
fn what_does_not_open_it_is_told_apart() {
    let Some(project) = with_rows() else { return };
    let (key, recipient) = identity(&project, "key");
    let (stranger, _) = identity(&project, "stranger");
    encrypting(&project, &recipient, &["backup"]).run().exits(0);
    let verify = |key: &Path| project.tool(["backup", "verify", "--identity"]).arg(key).run();
    verify(&stranger).exits(1).says(&["stranger` does not open it", "hint:"]);
    verify(&project.temp().join("nowhere")).exits(1).says(&["reading the identity"]);
    let other = project.temp().join("other");
    fs::write(&other, "age-encryption.org/v1\n-> scrypt x 18\n").expect("ours");
    verify(&other).exits(1).says(&["is itself encrypted, with a passphrase", "age --decrypt"]);
    fs::write(&other, "ssh-ed25519 AAAA\n").expect("ours");
    verify(&other).exits(1).says(&["other:1` is no identity of age"]);

    // One turned bit, and an end that is missing, are told without the key.
    let data = only(&project).join("data.dump.zst.age");
    let whole = fs::read(&data).expect("is there");
    let mut turned = whole.clone();
    turned[whole.len() / 2] ^= 1;
    fs::write(&data, &turned).expect("ours");
    let blind = project.run(["backup", "verify"]).exits(1);
    blind.says(&["is not what was written"]).never_says(&["every checksum"]);
    verify(&key).exits(1).says(&["data.dump.zst.age` is not what was written"]);
    fs::write(&data, &whole[..whole.len() - 1]).expect("ours");
    project.run(["backup", "list"]).exits(2).answers(&["not a backup", "data.dump.zst.age"]);
    fs::write(&data, &whole).expect("ours");
    verify(&key).exits(0);
}

#[test]
fn who_wants_it_gets_it_or_an_error() {
    let Some(project) = with_rows() else { return };
    let none = |tool: Tool, words: &[&str]| {
        tool.run().exits(3).says(words);
        assert!(!store(&project).join("lock").exists(), "nothing was begun");
    };
    none(encrypting(&project, "age1nobody", &["backup"]), &["no recipient of age: age1nobody"]);
    let secret = x25519::Identity::generate().to_string();
    let tool = encrypting(&project, secret.expose_secret(), &["backup"]);
    tool.run().exits(3).says(&["a secret key"]).never_says(&[secret.expose_secret()]);
    project.write("recipients", "# nobody yet\n");
    let file = || project.tool(["backup"]).env("XTASK_BACKUP_RECIPIENTS_FILE", "recipients");
    none(file(), &["no recipient is named"]);
    let cargo = project.read("Cargo.toml");
    let table = "\n[workspace.metadata.xtask.backup]\nrecipients = []\n";
    project.write("Cargo.toml", cargo.clone() + table);
    none(project.tool(["backup"]), &["no recipient is named"]);

    // Two of them, one in each place.
    let (first, one) = identity(&project, "first");
    let (second, two) = identity(&project, "second");
    project.write("recipients", format!("# of the office\n{two}\n"));
    let table = "\n[workspace.metadata.xtask.backup]\nrecipients-file = \"recipients\"\n";
    project.write("Cargo.toml", cargo + &format!("{table}recipients = [\"{one}\"]\n"));
    project.run(["backup"]).exits(0);
    for key in [first, second] {
        project.tool(["backup", "verify", "--identity"]).arg(&key).run().exits(0);
    }
    nothing_is_readable(files_below(&project.root.join("backups")));
}

#[test]
fn a_large_one_is_unpacked_on_no_disk() {
    let Some(project) = with_rows() else { return };
    let (key, recipient) = identity(&project, "key");
    let fill = "CREATE TABLE large AS SELECT i, repeat(md5(i::text), 20) AS text \
                FROM generate_series(1, 40000) AS i";
    project.psql_on(DATABASE).args(["-c", fill]).run().exits(0);
    let unpacked = |tool: Tool| {
        let mut running = tool.start();
        let mut seen = false;
        while running.is_running() {
            let open = fs::read_dir(format!("/proc/{}/fd", running.pid()));
            let files = open.into_iter().flatten().flatten();
            seen |= files
                .filter_map(|it| fs::read_link(it.path()).ok())
                .any(|it| it.to_string_lossy().contains("unpacked."));
        }
        running.finish().exits(0);
        seen
    };
    project.run(["backup"]).exits(0);
    let clear = readable(files_below(&store(&project)));
    assert_eq!(clear.len(), 2, "the dump and the roles are found where they are: {clear:?}");
    assert!(unpacked(project.tool(["backup", "verify"])), "one in clear text is");
    encrypting(&project, &recipient, &["backup"]).run().exits(0);
    let verify = project.tool(["backup", "verify", "--identity"]).arg(&key);
    assert!(!unpacked(verify), "the dump was unpacked on a disk");
}

#[test]
fn a_rollback_to_it_asks_for_the_identity() {
    let Some(project) = with_rows() else { return };
    let (key, recipient) = identity(&project, "key");
    encrypting(&project, &recipient, &["backup"]).run().exits(0);
    let dir = only(&project);
    let label = dir.file_name().expect("has one").to_string_lossy().into_owned();
    project.sql("UPDATE messages SET content = 'changed' WHERE message_id = 1");
    let rollback = ["rollback", "--to", &label, "--yes"];
    // A row that was changed in place is told by its hash alone.
    project.run(rollback).exits(3).says(&["it is encrypted", "XTASK_BACKUP_IDENTITY"]);
    let blind = project.tool(rollback).arg("--discard-newer").run();
    blind.exits(1).says(&["no identity is named"]);
    let changed = "SELECT count(*) FROM messages WHERE content = 'changed'";
    assert_eq!(project.sql(changed), "1");
    let seeing = || project.tool(rollback).env("XTASK_BACKUP_IDENTITY", &key);
    seeing().run().exits(3).says(&["public.messages"]).never_says(&["it is encrypted"]);
    seeing().arg("--discard-newer").run().exits(0);
    assert_eq!(project.sql(changed), "0");
}

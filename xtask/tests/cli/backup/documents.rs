//! What scripts read: one document each, with fields that equal what is there;
//! and what people read of proofs.

use std::fs;
use std::os::unix::fs::MetadataExt;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{backed_up, copies, folders, old, store};
use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::Tool;

fn git(project: &Project, words: &[&str]) -> String {
    let who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    let git = Tool::new("git", &project.root).args(who).args(words);
    git.run().exits(0).stdout.trim().to_owned()
}

fn sha256(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn data(project: &Project, words: &[&str], code: i32) -> Value {
    let document = project.tool(words).arg("--json").run().exits(code).document();
    assert_eq!(document["command"], words[0]);
    document["data"].clone()
}

fn manifest(project: &Project, label: &str) -> Value {
    let text = fs::read(store(project).join(label).join("manifest.json")).expect("is there");
    serde_json::from_slice(&text).expect("JSON")
}

/// The label of a backup that is made now.
#[track_caller]
fn made(project: &Project) -> String {
    let made = data(project, &["backup"], 0);
    assert_eq!(made["removed"], json!([]));
    made["backup"]["label"].as_str().expect("a label").to_owned()
}

#[test]
fn each_command_prints_one_document_that_is_true() {
    let Some(project) = backed_up() else { return };
    let [first] = folders(&project).try_into().expect("one backup");
    let proved = data(&project, &["backup", "--prove"], 0)["backup"].clone();
    let label = proved["label"].as_str().expect("a label").to_owned();
    assert_eq!((&proved["level"], &proved["pinned"]), (&json!("proven"), &json!(false)));
    data(&project, &["backup", "pin", &label], 0);

    let list = data(&project, &["backup", "list"], 0);
    assert_eq!(list["broken"], json!([]));
    let [newest, oldest] = list["backups"].as_array().expect("an array").as_slice() else {
        panic!("{list}");
    };
    let dir = store(&project).join(&label);
    let sizes = fs::read_dir(&dir).expect("is there").flatten().filter_map(|it| {
        let name = it.file_name().to_string_lossy().into_owned();
        ["data.dump.zst", "globals.sql", "properties.sql"]
            .contains(&name.as_str())
            .then(|| it.metadata().expect("a file").size())
    });
    let rows = project.sql("SELECT sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text::bigint) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')");
    let version = project.sql("SELECT split_part(current_setting('server_version'), ' ', 1)");
    let expected = json!({
        "label": label, "level": "proven", "pinned": true, "bytes": sizes.sum::<u64>(),
        "rows": rows.parse::<i64>().expect("a number"), "git": null, "encrypted": false,
        "server_version": newest["server_version"], "dir": dir, "copied": null,
    });
    assert_eq!(*newest, expected);
    assert!(
        newest["server_version"].as_str().is_some_and(|it| it.starts_with(&version)),
        "{newest}"
    );
    assert_eq!((&oldest["label"], &oldest["level"]), (&json!(first), &json!("decoded")));

    let shown = data(&project, &["backup", "show", &label], 0);
    assert_eq!(shown["manifest"], manifest(&project, &label));
    let own = sha256(fs::read(dir.join("manifest.json")).expect("is there"));
    assert_eq!(shown["proof"]["manifest_sha256"], own);
    assert_eq!(shown["proof"]["server_version"], newest["server_version"]);
    assert!(shown["proof"]["at"].as_str().is_some_and(|it| it.ends_with('Z')), "{shown}");
    assert_eq!(data(&project, &["backup", "show", &first], 0)["proof"], Value::Null);

    let verified = data(&project, &["backup", "verify", &first], 0);
    assert_eq!(verified, json!({ "proven": [first], "not_decrypted": [] }));

    let checked = data(&project, &["backup", "check", "--min-level", "proven"], 0);
    assert_eq!((&checked["label"], &checked["min_level"]), (&json!(label), &json!("proven")));
    assert_eq!(checked["max_age_hours"], 26);
    assert!(checked["age_seconds"].as_i64().is_some_and(|it| (0..3600).contains(&it)), "{checked}");

    let names = old(3);
    copies(&project, &label, names.clone());
    let dry = data(&project, &["backup", "prune", "--dry-run"], 0);
    assert_eq!(dry, json!({ "dry_run": true }));
    let pruned = data(&project, &["backup", "prune"], 0);
    // Each where it was: the newest old one stays, as one to go back to.
    assert_eq!(
        pruned,
        json!({ "removed": [names[1], names[0]], "left": [], "removed_copies": [] })
    );
    assert!(store(&project).join(&names[2]).exists() && !store(&project).join(&names[0]).exists());

    // What is none is no backup for a script either.
    fs::write(dir.join("data.dump.zst"), "").expect("ours");
    let list = data(&project, &["backup", "list"], 2);
    assert_eq!(list["backups"].as_array().map(Vec::len), Some(2));
    assert!(list["broken"][0].as_str().is_some_and(|it| it.starts_with(&label)), "{list}");
    for words in [
        &["backup", "show", &label][..],
        &["backup", "verify", &label],
        &["restore", &label, "--yes"],
    ] {
        let told = project.tool(words).arg("--json").run().exits(1).document();
        assert_eq!(told["error"]["exit"], "failed", "{told}");
        let text = told["error"]["message"].as_str().unwrap_or_default();
        assert!(text.contains(&format!("there is no backup `{label}`")), "{told}");
    }
    fs::remove_dir_all(store(&project)).expect("ours");
    let none = data(&project, &["backup", "check"], 1);
    assert_eq!((&none["label"], &none["age_seconds"]), (&Value::Null, &Value::Null));
    assert_eq!(data(&project, &["backup", "list"], 0)["backups"], json!([]));
    assert_eq!(data(&project, &["backup", "prune"], 0)["removed"], json!([]));
}

#[test]
fn a_manifest_tells_the_code_that_was_beside_it() {
    let Some(project) = Project::with_database() else { return };
    let model = "shared/python/models/config.py";
    fs::create_dir_all(project.root.join("shared/python/models")).expect("ours");
    project.write(model, "x = 1\n");
    let code = || {
        let manifest = manifest(&project, &made(&project));
        assert_eq!(manifest["database"], DATABASE);
        assert_eq!(manifest["init_sha256"], sha256(project.read(INIT)));
        manifest["git"].clone()
    };
    // Outside git.
    assert_eq!(code(), Value::Null);
    git(&project, &["init", "-q"]);
    git(&project, &["add", INIT, model]);
    git(&project, &["commit", "-q", "-m", "first"]);
    let commit = git(&project, &["rev-parse", "HEAD"]);
    assert_eq!(code(), json!({ "commit": commit, "dirty": false }));
    // Other files say nothing about the database.
    project.write("notes.txt", "mine");
    assert_eq!(code(), json!({ "commit": commit, "dirty": false }));
    for (name, more) in
        [(INIT, "-- more\n"), (model, "y = 2\n"), ("shared/python/models/new.py", "z = 3\n")]
    {
        let whole = fs::read_to_string(project.root.join(name)).ok();
        project.write(name, whole.clone().unwrap_or_default() + more);
        assert_eq!(code(), json!({ "commit": commit, "dirty": true }), "{name}");
        match whole {
            Some(whole) => project.write(name, whole),
            None => fs::remove_file(project.root.join(name)).expect("ours"),
        }
    }
    project.write(INIT, project.read(INIT) + "-- more\n");
    git(&project, &["commit", "-q", "-a", "-m", "second"]);
    let second = git(&project, &["rev-parse", "HEAD"]);
    assert_eq!(code(), json!({ "commit": second, "dirty": false }));
    project
        .run(["backup", "show", "latest"])
        .exits(0)
        .answers(&[&second])
        .never_says(&["with changes"]);
}

#[test]
fn status_tells_how_old_the_newest_proven_one_is() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one backup");
    let told = |words: &str| project.run(["status"]).exits(0).answers(&[words]);
    told("backups    1, the last 0.0 h old; none is proven: `cargo xtask backup verify`");
    project.run(["backup", "--prove"]).exits(0);
    told("backups    2, the last 0.0 h old; the newest proven one is 0.0 h old");
    // The last one is not proven, and the proven one is of another age.
    let proven = folders(&project).pop().expect("there are two");
    fs::remove_dir_all(store(&project).join(&label)).expect("ours");
    let hours = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(30);
    let earlier = format!("{}-0000", hours.strftime("%Y%m%dT%H%M%S%.3fZ"));
    copies(&project, &proven, [earlier.clone()]);
    fs::remove_dir_all(store(&project).join(&proven)).expect("ours");
    project.run(["backup", "verify"]).exits(0);
    project.run(["backup"]).exits(0);
    told("backups    2, the last 0.0 h old; the newest proven one is 30.0 h old");
    let document = project.run(["status", "--json"]).exits(0).document();
    let backups = &document["data"]["backups"];
    assert_eq!((&backups["count"], &backups["newest_proven"]), (&json!(2), &json!(earlier)));
    let checked = project.run(["backup", "check", "--min-level", "proven"]).exits(1);
    checked.answers(&["30.0 h old; 26 h are allowed"]);
    project.run(["backup", "check", "--min-level", "proven", "--max-age", "31h"]).exits(0);
}

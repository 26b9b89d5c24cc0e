//! A manifest that somebody changed: told before anything is made, or when
//! what came back is compared; what is served stays.

use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::killed::{begun, messages, restoring};
use super::{backed_up, folders, is_full, store};
use crate::stage::Project;

/// What becomes of the sums.
#[derive(Clone, Copy, Debug)]
enum Sums {
    Stay,
    Go,
    /// As somebody makes them who knows what they are.
    Fit,
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn change(project: &Project, sums: Sums, change: fn(&mut Value)) {
    let dir = store(project).join(folders(project).pop().expect("a backup"));
    let text = fs::read(dir.join("manifest.json")).expect("is there");
    let mut manifest: Value = serde_json::from_slice(&text).expect("JSON");
    change(&mut manifest);
    let text = manifest.to_string();
    fs::write(dir.join("manifest.json"), &text).expect("ours");
    let path = dir.join("SHA256SUMS");
    match sums {
        Sums::Stay => {}
        Sums::Go => fs::remove_file(path).expect("was there"),
        Sums::Fit => {
            let of = |it: &Value, key: &str| it[key].as_str().expect("text").to_owned();
            let files = manifest["files"].as_array().expect("files").iter();
            let mut lines: String =
                files.map(|it| format!("{}  {}\n", of(it, "sha256"), of(it, "name"))).collect();
            lines.push_str(&format!("{}  manifest.json\n", sha256(text.as_bytes())));
            fs::write(path, lines).expect("ours");
        }
    }
}

fn table<'a>(manifest: &'a mut Value, name: &str) -> &'a mut Value {
    let tables = manifest["content"]["tables"].as_array_mut().expect("tables");
    tables.iter_mut().find(|it| it["name"] == name).expect("the table")
}

fn rows(manifest: &mut Value) {
    table(manifest, "messages")["rows"] = 499.into();
}

fn hash(manifest: &mut Value) {
    table(manifest, "messages")["hash"] = "0123456789abcdef0123456789abcdef".into();
}

/// Rows of the one under the name of the other.
fn swapped(manifest: &mut Value) {
    let (a, b) = (table(manifest, "messages").clone(), table(manifest, "channels").clone());
    for key in ["rows", "hash"] {
        table(manifest, "messages")[key] = b[key].clone();
        table(manifest, "channels")[key] = a[key].clone();
    }
}

fn unknown_table(manifest: &mut Value) {
    table(manifest, "channels")["name"] = "elsewhere".into();
}

fn schema(manifest: &mut Value) {
    manifest["schema_sha256"] = sha256(b"another").into();
}

fn data(manifest: &mut Value) {
    manifest["files"][0]["sha256"] = sha256(b"another").into();
}

fn leads_out(manifest: &mut Value) {
    manifest["files"][0]["name"] = "../data.dump.zst".into();
}

fn label(manifest: &mut Value) {
    manifest["label"] = "20200101T000000.000Z-0000".into();
}

/// Its name, what is changed, the sums, what is told, and whether the gate has
/// time for it.
type Case = (&'static str, fn(&mut Value), Sums, &'static str, bool);

const OTHER_ROWS: &str = "other rows than its manifest says";
const COMPARED: &str = "what was restored is not what was backed up";
const NONE: &str = "there is no backup `latest`";

#[test]
fn a_changed_manifest_is_refused_or_found_in_the_comparison() {
    let Some(project) = backed_up() else { return };
    project.sql("DELETE FROM messages WHERE message_id > 100");
    let dir = store(&project).join(&folders(&project)[0]);
    let whole = ["manifest.json", "SHA256SUMS"].map(|it| (it, fs::read(dir.join(it)).expect(it)));
    let served = project.identity();
    let cases: [Case; 12] = [
        ("rows", rows, Sums::Stay, NONE, true),
        ("rows", rows, Sums::Go, OTHER_ROWS, false),
        ("rows", rows, Sums::Fit, OTHER_ROWS, true),
        ("hash", hash, Sums::Stay, NONE, false),
        ("hash", hash, Sums::Go, OTHER_ROWS, true),
        ("hash", hash, Sums::Fit, OTHER_ROWS, false),
        ("swapped", swapped, Sums::Fit, COMPARED, true),
        ("a table", unknown_table, Sums::Fit, COMPARED, false),
        ("schema", schema, Sums::Fit, COMPARED, true),
        ("data", data, Sums::Fit, "is not what was written", true),
        ("leads out", leads_out, Sums::Fit, NONE, true),
        ("label", label, Sums::Fit, NONE, false),
    ];
    for (name, how, sums, told, is_in_gate) in cases {
        if !(is_in_gate || is_full()) {
            continue;
        }
        change(&project, sums, how);
        let ended = restoring(&project).run();
        assert_eq!(ended.code, 1, "{name}, {sums:?}: {}", ended.whole());
        let ended = ended.answers_nothing().says(&[told, "hint:"]);
        assert_eq!(project.identity(), served, "{name}, {sums:?}: {}", ended.whole());
        assert_eq!((messages(&project), begun(&project)), ("100".to_owned(), "0".to_owned()));
        if told == NONE {
            project.run(["backup", "list"]).exits(2).answers(&["not a backup"]);
            project.run(["backup", "verify", "--all"]).exits(1).says(&["not a backup"]);
        }
        for (name, bytes) in &whole {
            fs::write(dir.join(name), bytes).expect("ours");
        }
        project.run(["status"]).exits(0);
    }
    restoring(&project).run().exits(0);
    assert_eq!(messages(&project), "500");
}

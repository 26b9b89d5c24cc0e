//! What `status` tells of backups that are none.

use std::fs;

use super::{backed_up, folders, store};

#[test]
fn what_is_damaged_or_half_made_is_told() {
    let Some(project) = backed_up() else { return };
    project.run(["status"]).exits(0).answers(&["backups    1, the last 0.0 h old"]);
    let half = store(&project).join("20260101T000000.000Z-0000.partial");
    fs::create_dir(&half).expect("ours");
    project.run(["status"]).exits(2).answers(&[
        "20260101T000000.000Z-0000.partial, of a backup or a prune that was stopped",
        "next: cargo xtask backup prune",
    ]);
    let document = project.run(["status", "--json"]).exits(2).document();
    assert_eq!(document["data"]["backups"]["left"][0], "20260101T000000.000Z-0000.partial");
    // Somebody is at work there: it is theirs.
    let lock = fs::File::open(store(&project).join("lock")).expect("is there");
    lock.lock().expect("ours");
    project.run(["status"]).exits(0);
    drop(lock);
    project.run(["backup", "prune"]).exits(0);
    assert!(!half.exists());
    let [label] = folders(&project).try_into().expect("one folder");
    let data = store(&project).join(&label).join("data.dump.zst");
    let whole = fs::read(&data).expect("is there");
    fs::write(&data, &whole[..whole.len() - 1]).expect("ours");
    project.run(["status"]).exits(2).answers(&[
        &format!("not a backup: {label}: `data.dump.zst` has"),
        "next: cargo xtask backup list",
    ]);
    fs::write(&data, &whole).expect("ours");
    project.run(["status"]).exits(0);
}

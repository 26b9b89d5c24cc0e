//! What lies in quarantine, through everything that puts another database in
//! the place: still listed, and still back by one command.

use super::{is_in_step, kept};

const BACK: [&str; 3] = ["quarantine", "restore", "--yes"];

#[test]
fn it_is_listed_and_comes_back_behind_any_swap() {
    let Some((project, _)) = kept() else { return };
    let listed = |after: &str| {
        let list = project.run(["quarantine"]).exits(0);
        let names = ["kept_users.notes", "kept_users.mood", "kept_logs"];
        assert!(names.iter().all(|it| list.stdout.contains(it)), "{after}: {}", list.whole());
        is_in_step(&project);
    };
    project.run(["backup"]).exits(0);
    project.run(["restore", "latest", "--yes"]).exits(0);
    listed("restore");
    project.run(["rollback", "--yes"]).exits(0);
    listed("rollback by a swap");
    project.run(["rollback", "--to", "latest", "--discard-newer", "--yes"]).exits(0);
    listed("rollback by a backup");
    let end = super::END;
    project.edit_init(end, &format!("CREATE TABLE kept_more (id integer PRIMARY KEY);\n{end}"));
    project.run(["db-rebuild", "--keep-data", "--way", "clone", "--yes"]).exits(0);
    listed("a rebuild that keeps the rows");
    let hash =
        "SELECT md5(string_agg(l::text, '|' ORDER BY id)) FROM xtask_kept_public.kept_logs AS l";
    let before = project.sql(hash);
    project.run([&BACK[..], &["kept_logs", "kept_users.notes"]].concat()).exits(0);
    assert_eq!(project.sql(&hash.replace("xtask_kept_public.", "")), before);
    assert_eq!(project.sql("SELECT count(notes) FROM kept_users"), "100");
    project.is_tidy();
}

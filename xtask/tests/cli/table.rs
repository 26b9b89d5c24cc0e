//! `db-verify --table`: one relation as psql shows it.

use crate::stage::Project;

#[test]
fn a_relation_is_shown_as_psql_shows_it() {
    let Some(project) = Project::with_database() else { return };
    let words = ["Table \"public.messages\"", "message_id", "bigint", "Indexes:", "pk_messages"];
    project.run(["db-verify", "--table", "messages"]).exits(0).answers(&words);
    project.run(["db-verify", "--table", "public.messages"]).exits(0).answers(&words);
    let document = project.run(["db-verify", "--json", "--table=messages"]).exits(0).document();
    assert_eq!(document["data"]["relation"], "public.messages");
    assert!(
        document["data"]["description"].as_str().is_some_and(|text| text.contains("pk_messages"))
    );
    project.run(["db-verify", "--table", "message"]).exits(1).answers_nothing().says(&[
        "there is no relation `public.message`",
        "hint: did you mean `",
        "message",
    ]);
    project
        .run(["db-verify", "--table", "nope"])
        .exits(1)
        .answers_nothing()
        .says(&["`public.nope`", "hint: "]);
    project
        .run(["db-verify", "--table", "mesages"])
        .exits(1)
        .says(&["hint: did you mean `messages`?"]);
    project.run(["db-verify", "--table"]).exits(64);
}

#[test]
fn names_are_names_and_nothing_else() {
    let Some(project) = Project::with_database() else { return };
    let names = [
        "it's \"quoted\"",
        "два слова",
        "SELECT",
        "a;b",
        "star*",
        "back\\slash",
        "-c",
        "dotted.name",
        "$dollar",
    ];
    for name in names {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        project.sql(&format!("CREATE TABLE {quoted} (only_column_of_it int)"));
        let flag = format!("--table={name}");
        let ended = project.run(["db-verify", &flag]).exits(0);
        ended.answers(&[name, "only_column_of_it"]);
    }
    let evil = "x\"; DROP TABLE messages; --";
    project.run(["db-verify", &format!("--table={evil}")]).exits(1).says(&["there is no relation"]);
    project.sql("SELECT count(*) FROM messages");
}

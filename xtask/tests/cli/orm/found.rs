//! What is found, with its place and its values.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{OF_SUITE, SHARED_SQL, Stage, case_of, findings, suite};

/// A class with these columns.
fn thing(columns: &str) -> String {
    format!(
        r#"class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    {columns}
"#
    )
}

#[test]
fn every_drift_is_found_and_nothing_else() {
    let Some((stage, cases)) = suite() else { return };
    let ended = stage.run(&OF_SUITE).exits(1);
    let document = ended.document();
    let names: Vec<&str> = cases.iter().map(|it| it.name).collect();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut strays = Vec::new();
    for it in findings(&document) {
        let said = format!(
            "{} {}",
            it["severity"].as_str().expect("a word"),
            it["rule"].as_str().expect("an id")
        );
        match case_of(it["object"].as_str().expect("an object"), &names) {
            Some(name) => found.entry(name).or_default().push(said),
            None => strays.push(it.to_string()),
        }
        let sentence = it["consequence"].as_str().expect("a sentence");
        assert!(!sentence.is_empty(), "without a consequence: {it}");
    }
    assert_eq!(strays, Vec::<String>::new());
    let mut wrong = Vec::new();
    for case in &cases {
        let mut said = found.remove(case.name).unwrap_or_default();
        said.sort_unstable();
        if said != case.expected {
            wrong.push(format!("{}: expected {:?}, found {said:?}", case.name, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    // The suite is not to shrink unnoticed.
    let controls = cases.iter().filter(|it| it.expected.is_empty()).count();
    assert!(cases.len() - controls >= 82 && controls >= 12, "{} {controls}", cases.len());
}

#[test]
fn a_finding_names_its_place_and_the_values_of_both_sides() {
    let model = thing("count: Mapped[int | None] = mapped_column(Integer)");
    let Some(stage) = Stage::alone() else { return };
    let stage = stage.with(&model, "CREATE TABLE thing (id serial PRIMARY KEY, count bigint);");
    let words = ["--models", "models:Base", "--init", "init.sql"];
    let ended = stage.run(&words).exits(2);
    ended.answers(&["orm.type", "models.py:7:5", "integer", "bigint", "0 errors, 1 warning"]);
    let document = stage.tool(&words).arg("--json").run().exits(2).document();
    let it = &findings(&document)[0];
    assert_eq!(it["place"]["file"], "models.py");
    assert_eq!((it["place"]["line"].as_u64(), it["place"]["column"].as_u64()), (Some(7), Some(5)));
    assert_eq!((it["model"].as_str(), it["init"].as_str()), (Some("integer"), Some("bigint")));
    assert_eq!(document["data"]["warnings"], 1);
    // Without a terminal nobody decides.
    stage.tool(&words).args(["--fix", "ask"]).run().exits(3);
}

#[test]
fn two_at_once_make_their_tables_one_after_the_other() {
    let Some(stage) = Stage::new() else { return };
    let model = thing("count: Mapped[int | None] = mapped_column(Integer)");
    let stage = stage.with(&model, "CREATE TABLE thing (id serial PRIMARY KEY, count bigint);");
    let words = ["--models", "models:Base", "--init", "init.sql"];
    let alone = stage.run(&words).exits(2).stdout;
    let both = [stage.tool(&words).start(), stage.tool(&words).start()];
    for it in both {
        assert_eq!(it.finish().exits(2).stdout, alone);
    }
}

#[test]
fn models_that_do_not_import_or_configure_are_errors_with_a_place() {
    let broken = r#"class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
    bs: Mapped[list["B"]] = relationship(back_populates="nope")


class B(Base):
    __tablename__ = "b"
    id: Mapped[int] = mapped_column(primary_key=True)
    a_id: Mapped[int] = mapped_column(ForeignKey("a.id"))
"#;
    let Some(stage) = Stage::new() else { return };
    let sql = "CREATE TABLE a (id serial PRIMARY KEY);\n\
        CREATE TABLE b (id serial PRIMARY KEY, a_id int NOT NULL REFERENCES a);";
    let stage = stage.with(broken, sql);
    let words = ["--models", "models", "--init", "init.sql"];
    stage.run(&words).exits(1).answers(&["orm.mapping", "models.py:", "1 error, 0 warnings"]);

    stage.write("models.py", "from base import *\n\nimport nothing_like_it\n");
    stage.run(&words).exits(1).answers(&["orm.import", "models.py:3:", "nothing_like_it"]);

    // A module that describes a table and that nobody imports.
    stage.write("pkg/__init__.py", "from base import *\n");
    stage.write("pkg/two.py", &format!("from base import *\n\n\n{}", thing("")));
    stage
        .run(&["--models", "pkg", "--init", "init.sql"])
        .exits(2)
        .answers(&["orm.unimported", "pkg/two.py:4:1"]);

    stage
        .run(&["--models", "nowhere", "--init", "init.sql"])
        .exits(64)
        .says(&["no models in `nowhere`"]);
    stage.run(&["--models", "models", "--init", "no.sql"]).exits(1);
    stage.run(&["--against", "nobody"]).exits(64);
}

#[test]
fn statements_that_the_schema_refuses_are_errors_with_their_line() {
    let Some(stage) = Stage::new() else { return };
    let stage = stage.with(
        &thing("a: Mapped[str | None] = mapped_column(Text)"),
        "CREATE TABLE thing (id serial PRIMARY KEY, a text);",
    );
    let code = r#""""SELECT nothing FROM nowhere: prose."""
FINE = "SELECT a FROM thing WHERE id = :id AND a = %s AND id = $1"
BAD = """
    SELECT t.a,
           t.gone
      FROM thing AS t WHERE id = :id"""
KEY = "INSERT INTO thing (a) VALUES ('x') ON CONFLICT (a) DO NOTHING"
BUILT = f"SELECT {FINE} FROM thing"
JOINED = "SELECT gone " + "FROM thing"
TEMP = "CREATE TEMP TABLE scratch (x int)"
OWN = "SELECT x FROM scratch"
"#;
    stage.write("app/queries.py", code);
    stage.write("app/tests/test_it.py", "BAD = \"SELECT a FROM nowhere\"\n");
    stage.write(
        "docs/guide.md",
        "# Guide\n\n```sql\nSELECT a FROM thing;\nSELECT a\n  FROM things;\n```\n",
    );
    let words = ["--models", "models", "--init", "init.sql", "--sql", "app", "--json"];
    let document = stage.run(&words).exits(1).document();
    let mut places: Vec<String> = findings(&document)
        .iter()
        .inspect(|it| assert_eq!(it["rule"], "orm.statement", "{it}"))
        .map(|it| {
            let place = &it["place"];
            format!(
                "{}:{}:{}",
                place["file"].as_str().unwrap_or(""),
                place["line"],
                place["column"]
            )
        })
        .collect();
    places.sort_unstable();
    assert_eq!(places, ["app/queries.py:5:12", "app/queries.py:7:8", "docs/guide.md:6:8"]);
    assert_eq!(document["data"]["statements"]["prepared"], 5);
    assert_eq!(document["data"]["statements"]["skipped"], 4);
}

#[test]
fn live_is_the_third_side_and_a_url_is_any_database() {
    let Some(stage) = Stage::alone() else { return };
    let columns = [
        "a: Mapped[int | None] = mapped_column(BigInteger)",
        "b: Mapped[str | None] = mapped_column(String(20))",
    ];
    let stage = stage.with(&thing(&columns.join("\n    ")), "");
    stage.project.install_database();
    stage.project.run(["up"]).exits(0);
    let server = &stage.project;
    server.sql("CREATE DATABASE other");
    server.sql("CREATE DATABASE nothing");
    let tables = |a: &str, b: &str| {
        format!("CREATE TABLE thing (id serial PRIMARY KEY, a {a}, b {b}); {SHARED_SQL}")
    };
    server.sql_on("other", &tables("bigint", "text"));
    stage.write("init.sql", &tables("integer", "text"));
    let url = server.url().replace(crate::server::DATABASE, "other");
    let with = |words: &[&str]| stage.tool(&["--models", "models", "--json"]).args(words).run();
    let behind = |document: &Value| -> Vec<(String, String)> {
        let word = |it: &Value| it.as_str().unwrap_or("-").to_owned();
        findings(document).iter().map(|it| (word(&it["object"]), word(&it["behind"]))).collect()
    };
    let pair = |column: &str, who: &str| (format!("column public.thing.{column}"), who.to_owned());

    let both = with(&["--init", "init.sql", "--db-url", &url]).exits(2).document();
    assert_eq!(behind(&both), [pair("a", "init"), pair("b", "models")]);
    let only = with(&["--db-url", &url]).exits(2).document();
    assert_eq!(behind(&only), [pair("b", "unknown")]);
    let init = with(&["--init", "init.sql", "--db-url", &url, "--against", "init"]).exits(2);
    assert_eq!(behind(&init.document()), [pair("a", "unknown"), pair("b", "unknown")]);
    server.sql_on("other", "ALTER TABLE thing ALTER a TYPE smallint, ALTER b TYPE varchar(20)");
    let three = with(&["--init", "init.sql", "--db-url", &url]).exits(2).document();
    assert_eq!(behind(&three), [pair("a", "all"), pair("b", "init")]);
    // An empty database is only a server to work on.
    let nothing = server.url().replace(crate::server::DATABASE, "nothing");
    let alone = with(&["--init", "init.sql", "--db-url", &nothing]).exits(2);
    assert_eq!(behind(&alone.document()), [pair("a", "unknown"), pair("b", "unknown")]);
    with(&["--init", "init.sql", "--db-url", &nothing, "--against", "live"]).exits(1);
    // Nothing is left behind, and nobody's password is told.
    let left = server.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'xtask_clone_%'");
    assert_eq!(left, "0");
    with(&["--db-url", &url, "-v"]).never_says(&[&server.password()]);
}

#[test]
fn files_of_any_folder_are_taken_as_they_are_named_there() {
    let Some(stage) = Stage::alone() else { return };
    let elsewhere = stage.project.temp().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(elsewhere.join(name), text).expect("is ours");
    };
    write("base.py", super::BASE);
    let model = thing("a: Mapped[int | None] = mapped_column(Integer)");
    write("models.py", &format!("from base import *\n\n\n{model}"));
    write(
        "schema.sql",
        &format!("CREATE TABLE thing (id serial PRIMARY KEY, a bigint); {SHARED_SQL}"),
    );
    let words = ["--models", "models.py", "--init", "schema.sql"];
    // No project is above that folder: the one whose program it is must be named,
    // as cargo does with `--manifest-path`.
    let there = |manifest: Option<&str>| {
        let tool = stage.tool(&words).dir(&elsewhere);
        match manifest {
            Some(dir) => tool.env("CARGO_MANIFEST_DIR", dir).run(),
            None => tool.run(),
        }
    };
    there(None).exits(4).says(&["--manifest-path PROJECT/Cargo.toml"]);
    let manifest = stage.project.root.join("xtask").display().to_string();
    there(Some(&manifest)).exits(2).answers(&["orm.type", "models.py:7:5", "integer", "bigint"]);
}

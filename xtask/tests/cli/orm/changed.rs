//! What is changed when it is asked for, and what is left out.

use serde_json::Value;

use super::{OF_SUITE, Stage, findings, suite};

#[test]
fn patches_make_one_side_say_what_the_other_says() {
    let Some((stage, cases)) = suite() else { return };
    let read = |name: &str| stage.read(name);
    let before = read("suite/integer_for_bigint.py");
    let drift = |document: &Value| -> Vec<Value> {
        let is_drift = |it: &&Value| it["severity"] != "info";
        findings(document).iter().filter(is_drift).cloned().collect()
    };
    // Nothing is changed before --fix, and not by --dry-run.
    let dry = stage.tool(&OF_SUITE).args(["--fix", "models", "--dry-run"]).run().exits(1);
    assert_eq!(read("suite/integer_for_bigint.py"), before);
    let first = dry.document();
    let with =
        |side: &str| drift(&first).iter().filter(|it| it["patches"][side].is_string()).count();
    let (models, init) = (with("model"), with("init"));
    assert!(models >= 60 && init >= 60, "{models} {init}");
    let one =
        drift(&first).into_iter().find(|it| it["object"] == "column public.integer_for_bigint.a");
    let patch = one.expect("is found")["patches"]["model"].as_str().expect("a patch").to_owned();
    assert!(patch.contains("+++ b/suite/integer_for_bigint.py"), "{patch}");
    assert!(patch.contains("-    a: Mapped[int | None] = mapped_column(Integer)"), "{patch}");
    assert!(patch.contains("+    a: Mapped[int | None] = mapped_column(BigInteger)"), "{patch}");

    let sql = read("init.sql");
    let fixed = stage.tool(&OF_SUITE).args(["--fix", "models"]).run().exits(1).document();
    assert_eq!(read("init.sql"), sql, "only the models");
    assert!(read("suite/integer_for_bigint.py").contains("BigInteger"));
    assert_eq!(fixed["data"]["fixed"]["models"], models);
    assert_eq!(drift(&fixed).len(), drift(&first).len() - models, "{fixed}");

    stage.write_suite(&cases);
    let fixed = stage.tool(&OF_SUITE).args(["--fix", "sql"]).run().exits(1).document();
    assert_eq!(fixed["data"]["fixed"]["init"], init);
    assert_eq!(drift(&fixed).len(), drift(&first).len() - init, "{fixed}");
}

#[test]
fn what_is_known_is_left_out_with_a_reason() {
    let model = |comment: &str| {
        format!(
            r#"from base import *


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    # xtask: ignore[{comment}
    a: Mapped[int | None] = mapped_column(Integer)
"#
        )
    };
    let Some(stage) = Stage::new() else { return };
    let stage = stage.with("", "CREATE TABLE thing (id serial PRIMARY KEY, a bigint);");
    let words = ["--models", "models", "--init", "init.sql"];
    for (comment, code, says) in [
        ("orm.type] the importer is changed in March", 0, "1 left out"),
        ("orm.type until=2099-01-01] for now", 0, "1 left out"),
        ("orm.type until=2020-01-01] for now", 2, "its ignore ended on 2020-01-01"),
        ("orm.type]", 2, "its ignore gives no reason"),
        ("orm.index] of another rule", 2, "orm.type"),
    ] {
        stage.write("models.py", &model(comment));
        stage.run(&words).exits(code).answers(&[says]);
    }
    // A baseline knows today's drift, and nothing that comes later.
    stage.tool(&words).args(["--write-baseline", "known.json"]).run().exits(0);
    let with = |code: i32| stage.tool(&words).args(["--baseline", "known.json"]).run().exits(code);
    with(0).answers(&["1 left out"]);
    let sql = stage.read("init.sql");
    stage.write("init.sql", &sql.replace("a bigint", "a bigint, b text NOT NULL"));
    with(1).answers(&["orm.column-required", "1 left out"]);
    stage.write("init.sql", &sql.replace("a bigint", "a integer"));
    with(0).says(&["no more there: 1 finding of the baseline"]);
    stage
        .tool(&words)
        .args(["--baseline", "nowhere.json"])
        .run()
        .exits(1)
        .says(&["--write-baseline"]);
}

#[test]
fn missing_models_are_written_and_proved() {
    let sql = include_str!("emitted.sql");
    let Some(stage) = Stage::new() else { return };
    let stage = stage.with("", sql);
    let words = ["--models", "models", "--init", "init.sql"];
    stage
        .tool(&words)
        .args(["--emit", "new_models.py", "--dry-run"])
        .run()
        .exits(0)
        .answers(&["class Author(Base):", "nothing was changed"]);
    assert!(!stage.dir.join("new_models.py").exists());
    let emit = || stage.tool(&words).args(["--emit", "new_models.py"]).run();
    emit().exits(0).answers(&["Author, Book", "no difference", "column at has type point"]);
    let text = stage.read("new_models.py");
    for line in [
        "metadata_: Mapped[dict[str, Any] | None] = mapped_column(\"metadata\", JSONB)",
        "\"ix_books_tags\"",
        "postgresql_using=\"gin\"",
        "from base import Base",
    ] {
        assert!(text.contains(line), "without `{line}`:\n{text}");
    }
    // What is there is never written again.
    stage.write("models.py", "from base import *\nfrom new_models import *\n");
    stage.run(&words).exits(0);
    stage.write("models.py", "from base import *\n");
    emit().exits(3).says(&["is there already"]);
}

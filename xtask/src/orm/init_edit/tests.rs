//! Each change, and that nothing else changes.

use super::*;

const TEXT: &str = include_str!("tests.sql");

#[track_caller]
fn changed(edit: &SqlEdit, from: &str, to: &str) {
    let made = applied(TEXT, ("public", "thing"), edit).expect("is recognised");
    assert!(TEXT.contains(from), "{from}");
    assert_eq!(made, TEXT.replacen(from, to, 1));
}

#[test]
fn one_thing_changes_and_the_rest_stays() {
    let column = |name: &str| name.to_owned();
    changed(
        &SqlEdit::Type { column: column("size"), to: "numeric".into() },
        "size  numeric(5, 2)",
        "size  numeric",
    );
    changed(&SqlEdit::Type { column: column("id"), to: "bigint".into() }, "serial", "bigserial");
    changed(&SqlEdit::NotNull { column: column("name"), to: false }, " NOT NULL", "");
    changed(&SqlEdit::NotNull { column: column("size"), to: true }, "(5, 2)", "(5, 2) NOT NULL");
    changed(
        &SqlEdit::Default { column: column("name"), to: Some("'x'".into()) },
        "lower('A, b')",
        "'x'",
    );
    changed(&SqlEdit::Default { column: column("name"), to: None }, " DEFAULT lower('A, b')", "");
    changed(&SqlEdit::AddColumn { line: "nick text".into() }, "(5, 2)", "(5, 2),\n    nick text");
    changed(
        &SqlEdit::References { column: column("other"), to: None },
        " REFERENCES other ON DELETE SET NULL DEFERRABLE",
        "",
    );
    let dropped =
        applied(TEXT, ("public", "thing"), &SqlEdit::DropColumn { column: column("size") });
    let without = TEXT.replacen("\n    size  numeric(5, 2),", "", 1).replacen(
        "COMMENT ON COLUMN thing.size IS 'In metres.';\n",
        "",
        1,
    );
    assert_eq!(dropped.as_deref(), Some(without.as_str()));
    changed(
        &SqlEdit::SetConstraint { name: "ck_size".into(), to: None },
        ",\n    CONSTRAINT ck_size CHECK (size > 0)",
        "",
    );
    changed(
        &SqlEdit::SetIndex { name: "ix_name".into(), to: None },
        "CREATE INDEX ix_name ON thing (name);\n",
        "",
    );
    changed(
        &SqlEdit::AddStatement { sql: "CREATE INDEX b ON thing (size);".into() },
        "(name);",
        "(name);\nCREATE INDEX b ON thing (size);",
    );
    changed(
        &SqlEdit::Labels { name: "mood".into(), labels: vec!["b".into(), "a".into()] },
        "'a', 'b'",
        "'b', 'a'",
    );
}

#[test]
fn what_is_not_recognised_stays() {
    let edit = SqlEdit::Type { column: "nothing".into(), to: "text".into() };
    assert_eq!(applied(TEXT, ("public", "thing"), &edit), None);
    assert_eq!(
        applied(TEXT, ("audit", "thing"), &SqlEdit::DropColumn { column: "id".into() }),
        None
    );
}

//! The models are asked once a migration or a rollback is done.

use crate::platform::Platform;
use crate::stage::INIT;

const GAZETTEER: &str = "CREATE TABLE IF NOT EXISTS location_gazetteer (";

#[test]
fn a_migration_tells_what_the_models_do_not_say_yet() {
    let Some(platform) = Platform::running() else { return };
    platform.run(["db-diff", "models", "init"]).exits(0).answers(&["nothing to do"]);

    // What comes with a default breaks nobody.
    platform.project.edit_init(
        GAZETTEER,
        "CREATE TABLE IF NOT EXISTS location_gazetteer (\n    source text NOT NULL DEFAULT 'geonames',",
    );
    platform.run(["db-migrate", "--yes"]).exits(0).answers(&[
        "models: info: column public.location_gazetteer.source: the model neither reads nor writes it",
        "hint: `cargo xtask orm-verify` shows it all",
    ]);
    // What leads back asks them too: outside git the code stays as it is.
    platform.run(["rollback", "--yes"]).exits(2).answers(&[
        "went back: undo `db-migrate`",
        "models: info: column public.location_gazetteer.source: the model neither reads nor writes it",
    ]);
    platform.run(["db-migrate", "--yes"]).exits(0);

    // A statement of a service that the plan breaks is named with its line.
    let before = platform.project.read(INIT);
    platform
        .project
        .edit_init("    last_error              text,\n    created_at", "    created_at");
    platform.project.edit_init("COMMENT ON COLUMN ingest_queue.last_error ", "-- ");
    platform
        .run(["db-migrate", "--yes", "--allow", "data-loss"])
        .exits(3)
        .says(&["contract-too-early", "services/processor/queue.py:87:70 still uses it"]);
    platform.project.write(INIT, before);

    // What goes breaks whoever names it.
    platform.project.edit_init("    population   integer,\n", "");
    platform.project.edit_init(
        "COMMENT ON COLUMN location_gazetteer.population",
        "COMMENT ON COLUMN location_gazetteer.aliases",
    );
    let ended = platform.run(["db-migrate", "--yes", "--allow", "data-loss"]).exits(3);
    ended.says(&["contract-too-early", "shared/python/models still describe it"]);
    let ended =
        platform.run(["db-migrate", "--yes", "--allow", "data-loss,contract-too-early"]).exits(2);
    ended.answers(&[
        "models: error: column public.location_gazetteer.population: every query of \
         LocationGazetteer fails: there is no column `population`",
        "(shared/python/models/events.py:",
    ]);
}

#[test]
fn the_hook_asks_once_about_the_same_files() {
    let Some(platform) = Platform::stopped() else { return };
    let words = ["orm-verify", "--against", "init", "--unless-known"];
    platform.run(words).exits(0).answers(&["the models say what the database is"]);
    let started = std::time::Instant::now();
    platform.run(words).exits(0).answers(&["the same files were compared before"]);
    assert!(started.elapsed() < std::time::Duration::from_secs(1), "{:?}", started.elapsed());
    // Any file that a verdict was made from makes it another question.
    platform.project.edit_init(
        "    spam_type               varchar(50),",
        "    spam_type               varchar(40),",
    );
    platform.run(words).exits(2).answers(&["orm.type"]);
    platform.run(words).exits(2).answers(&["orm.type"]);
    platform.project.edit_init(
        "    spam_type               varchar(40),",
        "    spam_type               varchar(50),",
    );
    platform.run(words).exits(0).answers(&["the same files were compared before"]);
    let model = platform.project.read("shared/python/models/core.py");
    let other = model.replacen(
        "spam_type: Mapped[str | None] = mapped_column(String(50))",
        "spam_type: Mapped[str | None] = mapped_column(String(60))",
        1,
    );
    platform.project.write("shared/python/models/core.py", other);
    platform.run(words).exits(2).answers(&["orm.type"]);
}

#[test]
fn lint_proves_that_the_models_are_in_step() {
    let Some(platform) = Platform::stopped() else { return };
    platform.run(["up", "--services", "db"]).exits(0);
    // The environment of the services is made by whoever asks first.
    platform.run(["orm-verify", "--against", "init"]).exits(0);
    platform.run(["lint", "--prove"]).exits(0).answers(&["clean"]);
    let model = platform.project.read("shared/python/models/core.py");
    let other = model.replacen(
        "spam_type: Mapped[str | None] = mapped_column(String(50))",
        "spam_type: Mapped[str | None] = mapped_column(String(60))",
        1,
    );
    assert_ne!(model, other);
    platform.project.write("shared/python/models/core.py", other);
    let ended = platform.run(["lint", "--prove"]).exits(2);
    ended.answers(&[
        "[models-differ]",
        "column public.messages.spam_type",
        "spam_type  ",
        "core.py:",
    ]);
    platform.run(["lint"]).exits(0);
    platform.project.edit_init(
        "    spam_type               varchar(50),",
        "    spam_type               varchar(50), -- lint: ignore models-differ the models follow next week",
    );
    platform.run(["lint", "--prove"]).exits(0);
}

//! The models are asked once a migration is done.

use crate::platform::Platform;

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
        "models: column public.location_gazetteer.source: init.sql has it, the models have not",
        "hint: `cargo xtask db-diff models init` shows it all",
    ]);

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
        "models: column public.location_gazetteer.population: the models have it, init.sql has \
         not: statements that name it fail",
    ]);
}

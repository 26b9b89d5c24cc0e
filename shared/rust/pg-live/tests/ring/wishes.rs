//! What the comments of new.sql ask for, as the engine reads them.

use pg_diff::catalog::Catalog;
use pg_diff::declared::{self, Intents};

/// The annotations, resolved against what new.sql makes; or why not.
pub fn read(sql: &str, desired: &Catalog) -> Result<Intents, String> {
    let file = "new.sql";
    let read = declared::read(file, &mut |name| match name == file {
        true => Ok(sql.to_owned()),
        false => Err("there is no such file".to_owned()),
    });
    let listed = |all: Vec<String>| all.join("; ");
    let declared =
        read.map_err(|errors| listed(errors.into_iter().map(|it| format!("{it:?}")).collect()))?;
    let resolved = declared.annotations.resolve(desired);
    resolved.map_err(|errors| listed(errors.into_iter().map(|it| it.to_string()).collect()))
}

//! What is a user's and no kind of the model.
//!
//! Must never: be empty because nobody looked.

use tokio_postgres::Row;

use super::draft::Draft;
use super::{Read, Section};

pub(super) const UNMANAGED: Section =
    Section { sql: include_str!("unmanaged.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    // None: it is gone since.
    draft.unmanaged.extend(row.get::<_, Option<String>>(0));
    Ok(())
}

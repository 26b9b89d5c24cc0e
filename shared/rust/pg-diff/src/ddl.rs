//! SQL text: the only room that writes keywords.
//!
//! One file per kind of object: how it is made, altered, dropped. Every name
//! is qualified and quoted, so that the text means the same whatever the
//! `search_path` says.
//!
//! Must never: decide what is needed. It spells what it is asked for.

mod address;
mod column;
mod constraint;
mod create;
mod grant;
mod index;
mod keyword;
mod name;
mod policy;
mod redact;
mod rename;
mod routine;
mod search;
mod sequence;
mod statement;
mod table;
mod types;
mod usual;
mod view;

pub use address::{address, drop_statement, owner_statement};
pub use column::{
    Inline, add_column, alter_column, not_null_name, set_default, settings as column_settings,
    settings_after_type, type_change,
};
pub use constraint::{
    Adding, add_constraint, add_to_domain, alter_constraint, attach_index, validate,
    validate_domain,
};
pub use create::create;
pub use grant::{change_grants, comment, comment_on_index, default_privileges, widens};
pub use index::{alter_index, create_index, drop_index, rename_index};
pub use keyword::is_reserved;
pub use name::{ident, literal, qualified, relation};
pub use policy::alter_policy;
pub use redact::redacted;
pub use rename::{move_to, rename, rename_in_type};
pub use routine::{alter_event_trigger, or_replace, replace_routine, set_exceptions, set_fires};
pub use search::{alter_configuration, alter_extension, alter_publication};
pub use sequence::{alter_sequence, set_owner_column};
pub use statement::Statement;
pub use table::{
    alter_table, attach, cluster_on, create_table, detach, inherit, no_inherit, replica_identity,
    table_head, toast_options,
};
pub use types::{add_labels, alter_composite, alter_domain, multirange_name, rename_range_parts};
pub use usual::{usual_multirange_name, usual_not_null_name};
pub use view::{alter_materialized_view, create_view, refresh};

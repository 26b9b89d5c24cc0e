//! The table of rules: it drives the checks, `lint --list`, `explain` and the
//! docs.
//!
//! Must never: hold a rule. One rule, one file below.

pub mod alter_belongs_in_create;
pub mod annotation_done;
pub mod annotation_unreadable;
pub mod changes_rows;
pub mod char_column;
pub mod concurrently_in_declaration;
pub mod concurrently_in_transaction;
pub mod constraint_without_not_valid;
pub mod create_without_guard;
pub mod create_without_if_not_exists;
pub mod create_without_or_replace;
pub mod created_twice;
pub mod definer_without_search_path;
pub mod detach_without_concurrently;
pub mod does_not_read;
pub mod drop_database;
pub mod drop_in_declaration;
pub mod drop_without_deprecation;
pub mod enum_value_in_transaction;
pub mod fk_type_differs;
pub mod fk_without_index;
pub mod fk_without_on_delete;
pub mod ignore_unknown;
pub mod ignore_unused;
pub mod ignore_without_reason;
pub mod index_drop_without_concurrently;
pub mod index_without_concurrently;
pub mod integer_key;
pub mod json_column;
pub mod models_differ;
pub mod money_column;
pub mod name_too_long;
pub mod not_idempotent;
pub mod not_null_without_check;
pub mod not_valid_in_declaration;
pub mod nullable_flag;
pub mod policy_without_rls;
pub mod redundant_index;
pub mod reindex_without_concurrently;
pub mod removal_due;
pub mod rename_breaks_clients;
pub mod required_column;
pub mod rewriting_column;
pub mod rls_without_policy;
pub mod rows_under_lock;
pub mod seed_without_on_conflict;
pub mod serial_column;
pub mod table_without_primary_key;
pub mod table_written_anew;
pub mod time_with_time_zone;
pub mod timestamp_without_time_zone;
pub mod transaction_left_open;
pub mod trigger_function_without_search_path;
pub mod truncate;
pub mod type_change;
pub mod unique_without_index;
pub mod unknown_statement;
pub mod unknown_table;
pub mod unnamed_constraint;
pub mod validate_with_add;
pub mod view_over_rls;
pub mod without_lock_timeout;

use crate::rule::Rule;

/// In the order in which people read about them.
pub static ALL: &[Rule] = &[
    does_not_read::RULE,
    unknown_statement::RULE,
    created_twice::RULE,
    unknown_table::RULE,
    name_too_long::RULE,
    create_without_if_not_exists::RULE,
    create_without_or_replace::RULE,
    create_without_guard::RULE,
    seed_without_on_conflict::RULE,
    not_idempotent::RULE,
    models_differ::RULE,
    drop_in_declaration::RULE,
    changes_rows::RULE,
    alter_belongs_in_create::RULE,
    concurrently_in_declaration::RULE,
    not_valid_in_declaration::RULE,
    fk_without_on_delete::RULE,
    fk_without_index::RULE,
    fk_type_differs::RULE,
    redundant_index::RULE,
    table_without_primary_key::RULE,
    unnamed_constraint::RULE,
    definer_without_search_path::RULE,
    trigger_function_without_search_path::RULE,
    rls_without_policy::RULE,
    policy_without_rls::RULE,
    view_over_rls::RULE,
    timestamp_without_time_zone::RULE,
    time_with_time_zone::RULE,
    integer_key::RULE,
    serial_column::RULE,
    nullable_flag::RULE,
    char_column::RULE,
    json_column::RULE,
    money_column::RULE,
    annotation_unreadable::RULE,
    annotation_done::RULE,
    removal_due::RULE,
    drop_without_deprecation::RULE,
    index_without_concurrently::RULE,
    index_drop_without_concurrently::RULE,
    reindex_without_concurrently::RULE,
    concurrently_in_transaction::RULE,
    constraint_without_not_valid::RULE,
    validate_with_add::RULE,
    rows_under_lock::RULE,
    unique_without_index::RULE,
    not_null_without_check::RULE,
    required_column::RULE,
    rewriting_column::RULE,
    table_written_anew::RULE,
    type_change::RULE,
    rename_breaks_clients::RULE,
    detach_without_concurrently::RULE,
    truncate::RULE,
    drop_database::RULE,
    enum_value_in_transaction::RULE,
    without_lock_timeout::RULE,
    transaction_left_open::RULE,
    ignore_without_reason::RULE,
    ignore_unknown::RULE,
    ignore_unused::RULE,
];

pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id)
}

/// The rule that somebody may have meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    pg_diff::declared::nearest(id, ALL.iter().map(|rule| rule.id))
}

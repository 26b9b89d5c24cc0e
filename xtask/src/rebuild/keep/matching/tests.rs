//! What a value is cast to, and what may go as it lies in memory.
//!
//! Must never: ask a server.

use super::*;

#[test]
fn a_length_is_checked_where_the_value_arrives() {
    assert_eq!(assignment("bigint").as_deref(), Some("bigint"));
    assert_eq!(assignment("character varying(5)").as_deref(), Some("character varying"));
    assert_eq!(
        assignment("timestamp(3) with time zone").as_deref(),
        Some("timestamp with time zone")
    );
    assert_eq!(assignment("numeric(10,2)[]").as_deref(), Some("numeric[]"));
    assert_eq!(assignment("character(5)"), None);
    assert_eq!(assignment("bit(3)"), None);
    assert_eq!(assignment("public.mood"), None);
}

#[test]
fn numbers_of_another_database_are_not_passed_on() {
    assert!(is_everywhere("timestamp with time zone"));
    assert!(!is_everywhere("regclass"));
    assert!(!is_everywhere("public.mood[]"));
    assert!(!is_everywhere("\"Mood\""));
}

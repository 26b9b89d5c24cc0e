//! The names that the server gives where nobody says one.
//!
//! Must never: make a name of more than 63 bytes, or half a character.

use crate::scan::MAX_NAME;

/// Of a NOT NULL. Source: `makeObjectName` in
/// `src/backend/commands/indexcmds.c`: the longer of both loses bytes first.
pub fn usual_not_null_name(table: &str, column: &str) -> String {
    let room = MAX_NAME - "__not_null".len();
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > room {
        if first > second { first -= 1 } else { second -= 1 }
    }
    format!("{}_{}_not_null", clipped(table, first), clipped(column, second))
}

/// Of the multirange type of a range. Source: `makeMultirangeTypeName` in
/// `src/backend/catalog/pg_type.c`.
pub fn usual_multirange_name(range: &str) -> String {
    let name = match range.find("range") {
        Some(at) => format!("{}multi{}", &range[..at], &range[at..]),
        None => format!("{}_multirange", clipped(range, MAX_NAME - "_multirange".len())),
    };
    clipped(&name, MAX_NAME).to_owned()
}

/// At most `bytes` of a name, in whole characters.
fn clipped(name: &str, bytes: usize) -> &str {
    let longest = bytes.min(name.len());
    let end = (0..=longest).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_not_null_has_a_name_that_fits() {
        assert_eq!(usual_not_null_name("messages", "id"), "messages_id_not_null");
        let (table, column) = ("t".repeat(63), "c".repeat(20));
        let name = usual_not_null_name(&table, &column);
        assert_eq!(name.len(), 63);
        assert_eq!(name, format!("{}_{}_not_null", "t".repeat(33), column));
        let both = usual_not_null_name(&table, &"c".repeat(63));
        assert_eq!(both, format!("{}_{}_not_null", "t".repeat(27), "c".repeat(26)));
        let umlauts = usual_not_null_name(&"ä".repeat(31), "c");
        assert_eq!(umlauts, format!("{}_c_not_null", "ä".repeat(26)));
    }

    #[test]
    fn a_multirange_has_a_name_that_fits() {
        assert_eq!(usual_multirange_name("floatrange"), "floatmultirange");
        assert_eq!(usual_multirange_name("range_of_range"), "multirange_of_range");
        assert_eq!(usual_multirange_name("span"), "span_multirange");
        assert_eq!(
            usual_multirange_name(&"s".repeat(63)),
            format!("{}_multirange", "s".repeat(52))
        );
        assert_eq!(usual_multirange_name(&"ä".repeat(31)).len(), 63);
    }
}

//! Names and literals, quoted.
//!
//! Must never: leave a name as it is because it looks harmless: a keyword of
//! a coming version does too.

use crate::catalog::Id;

/// `messages` → `messages`, `Order` → `"Order"`, `user` → `"user"`.
pub fn ident(name: &str) -> String {
    let is_plain = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !super::keyword::is_reserved(name);
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// `it's` → `'it''s'`; with a backslash the `E''` form, which means the same
/// whatever `standard_conforming_strings` says.
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// `public.messages`, of what has a namespace; else only its name.
pub fn qualified(id: &Id) -> String {
    relation(&id.namespace, &id.name)
}

pub fn relation(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { ident(name) } else { format!("{}.{}", ident(namespace), ident(name)) }
}

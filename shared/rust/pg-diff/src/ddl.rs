//! SQL text: the only room that writes keywords.
//!
//! Must never: decide what is needed. It spells what it is asked for.

mod keyword;
mod name;

pub use name::{ident, literal, qualified, relation};

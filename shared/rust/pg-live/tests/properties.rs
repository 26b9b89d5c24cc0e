//! The laws on schemas made by chance.
fn main() {}

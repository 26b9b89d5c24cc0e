//! Workflow commands of GitHub Actions: what stands behind `::` in a log.
//!
//! Must never: let a text end the command it is in.

/// What is said.
pub fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of `file=`, `title=` ...
pub fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

//! Paths of includes, as text.
//!
//! Must never: ask a disk. Links and letters' case are the reader's.

/// `path` as the file `from` names it: beside `from`, unless it begins at the
/// root of the disk. `.` and `..` are taken out where the text allows it.
pub fn beside(from: &str, path: &str) -> String {
    match from.rsplit_once('/') {
        Some((folder, _)) if !path.starts_with('/') => plain(&format!("{folder}/{path}")),
        _ => plain(path),
    }
}

/// `a/./b/../c` → `a/c`; what leads above the beginning stays.
pub fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            // Nothing is above the root of the disk.
            ".." if path.starts_with('/') => {}
            _ => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

//! Queries that differ between majors: lines that end in `-- since 15` or
//! `-- until 16` are only for servers of that major and later, or earlier.
//!
//! Must never: change a line.

use std::borrow::Cow;

/// The lines of `sql` that a server of `major` understands.
pub(super) fn fit(sql: &str, major: u32) -> Cow<'_, str> {
    if !sql.contains("-- since ") && !sql.contains("-- until ") {
        return Cow::Borrowed(sql);
    }
    let lines = sql.lines().filter(|line| {
        let is_late = bound(line, "-- since ").is_none_or(|since| since <= major);
        let is_early = bound(line, "-- until ").is_none_or(|until| major <= until);
        is_late && is_early
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

fn bound(line: &str, mark: &str) -> Option<u32> {
    line.rsplit_once(mark)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn lines_are_for_their_majors() {
        let sql = "SELECT 1,\n  a, -- since 15\n  b, -- until 14\n  c -- since the beginning\n";
        assert_eq!(fit(sql, 14), "SELECT 1,\n  b, -- until 14\n  c -- since the beginning");
        assert_eq!(fit(sql, 15), "SELECT 1,\n  a, -- since 15\n  c -- since the beginning");
        assert_eq!(fit("SELECT 1", 14), "SELECT 1");
    }
}

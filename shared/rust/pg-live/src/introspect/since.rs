//! Queries that differ between majors: a line that ends in `-- since 15`,
//! `-- until 14` or `-- since 15 until 16` is for those majors only.
//!
//! Must never: change a line.

use std::borrow::Cow;

/// The lines of `sql` that a server of `major` understands.
pub(super) fn fit(sql: &str, major: u32) -> Cow<'_, str> {
    let lines = || sql.lines().filter(|line| is_for(line, major).unwrap_or(true));
    if lines().count() == sql.lines().count() {
        return Cow::Borrowed(sql);
    }
    Cow::Owned(lines().collect::<Vec<_>>().join("\n"))
}

/// None where a line says nothing about majors.
fn is_for(line: &str, major: u32) -> Option<bool> {
    let mut words = line.rsplit_once("-- ")?.1.split(' ').peekable();
    let mut is_for = true;
    words.peek()?;
    while let Some(word) = words.next() {
        let bound: u32 = words.next()?.parse().ok()?;
        is_for &= match word {
            "since" => bound <= major,
            "until" => major <= bound,
            _ => return None,
        };
    }
    Some(is_for)
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
        let between = "a -- since 15 until 16\nb";
        let fits = [14, 15, 16, 17].map(|major| fit(between, major) == between);
        assert_eq!(fits, [false, true, true, false]);
    }
}

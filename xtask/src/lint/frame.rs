//! A finding with the lines it is about, and carets under the words.
//!
//! Must never: show more of a file than it takes to see what is meant.

use std::fmt::Write as _;

use pg_diff::declared::SourceFile;
use pg_lint::Finding;

/// Nobody reads further to the right.
const WIDTH: usize = 160;

/// Of the file it is in.
pub fn framed(file: &SourceFile, finding: &Finding) -> String {
    let span = file.span(finding.range.clone());
    let mut out = format!(
        "{}: {} [{}]\n  --> {span}\n",
        finding.severity.word(),
        finding.message,
        finding.rule
    );
    let inside = file.text.get(finding.range.clone()).unwrap_or_default();
    // Carets go to the end of the first line.
    let marked = inside.split(['\n', '\r']).next().unwrap_or_default().trim_end().chars().count();
    let first = span.line.saturating_sub(2);
    for (index, line) in file.text.lines().enumerate().skip(first).take(span.line + 1 - first) {
        let number = index + 1;
        let shown: String = line.replace('\t', " ").chars().take(WIDTH).collect();
        let _ = writeln!(out, "{}", format!("{number:>6} | {shown}").trim_end());
        if number == span.line {
            let blanks = span.column - 1;
            let carets = marked.clamp(1, WIDTH.saturating_sub(blanks).max(1));
            let _ = writeln!(out, "       | {}{}", " ".repeat(blanks), "^".repeat(carets));
        }
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "  help: {help}");
    }
    out
}

#[cfg(test)]
mod tests {
    //! Carets stand under the words that are meant.

    use pg_lint::Severity;

    use super::*;

    #[test]
    fn carets_stand_under_all_that_is_meant() {
        let file = SourceFile::new("f.sql", "один;\n\tдва три чотири;\nп'ять;\n");
        let start = file.text.find("три").expect("there");
        let finding = Finding {
            rule: "a-rule",
            severity: Severity::Warning,
            range: start..file.text.len(),
            message: "so it is".to_owned(),
            help: Some("do that".to_owned()),
            fix: None,
        };
        assert_eq!(
            framed(&file, &finding),
            "warning: so it is [a-rule]\n  --> f.sql:2:6\n     1 | один;\n     2 |  два три чотири;\n       \
             |      ^^^^^^^^^^^\n     3 | п'ять;\n  help: do that\n"
        );
    }
}

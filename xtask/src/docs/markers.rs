//! The two lines between which a page is written by the tool.
//!
//! Must never: change what stands outside of them.

pub const BEGIN: &str = "<!-- xtask:begin -->";
pub const END: &str = "<!-- xtask:end -->";

/// The page with what is between the markers replaced; None where they are
/// not there, each once, on lines of their own, in this order.
pub fn replaced(page: &str, generated: &str) -> Option<String> {
    let begin = only_line(page, BEGIN)?;
    let end = only_line(page, END)?;
    let inside = begin + BEGIN.len();
    (inside < end)
        .then(|| format!("{}\n\n{}\n\n{}", &page[..inside], generated.trim(), &page[end..]))
}

/// Where the only line that says just this begins.
fn only_line(page: &str, words: &str) -> Option<usize> {
    let mut at = 0;
    let mut found = None;
    for line in page.split_inclusive('\n') {
        if line.trim_end() == words && found.replace(at).is_some() {
            return None;
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    //! Prose stays, and a page without markers is left alone.

    use super::*;

    #[test]
    fn what_stands_around_stays() {
        let page = format!("# Ours\n\nwords\n{BEGIN}\nold\n{END}\nmore `{BEGIN}` words\n");
        let new = replaced(&page, "new\n").expect("has both");
        let wanted = format!("# Ours\n\nwords\n{BEGIN}\n\nnew\n\n{END}\nmore `{BEGIN}` words\n");
        assert_eq!(new, wanted);
        assert_eq!(replaced(&new, "new\n"), Some(wanted));
    }

    #[test]
    fn a_pair_that_is_none_is_told() {
        assert_eq!(replaced("words\n", "new"), None);
        assert_eq!(replaced(&format!("{END}\n{BEGIN}\n"), "new"), None);
        assert_eq!(replaced(&format!("{BEGIN}\n{BEGIN}\n{END}\n"), "new"), None);
    }
}

//! `*` and `?` against the name of an object.
//!
//! Must never: treat anything else as special. Names may hold any character.

use crate::catalog::Id;

#[derive(Clone, Debug)]
pub struct Glob {
    pattern: Vec<char>,
    has_dot: bool,
}

impl Glob {
    pub fn new(pattern: &str) -> Glob {
        Glob { pattern: pattern.chars().collect(), has_dot: pattern.contains('.') }
    }

    pub fn everything() -> Glob {
        Glob::new("*")
    }

    /// With a dot it is about `namespace.name` or `namespace.name.part`, and
    /// `namespace.*` about the namespace itself too. Without one it is about
    /// the name alone; about that of a part only where a kind was said.
    pub fn fits(&self, id: &Id, has_kind: bool) -> bool {
        let is_part = id.kind.is_part();
        if !self.has_dot {
            return (has_kind || !is_part) && matches(&self.pattern, id.own_name());
        }
        if id.namespace.is_empty() {
            let whole: &[char] = &['.', '*'];
            let of_namespace = self.pattern.strip_suffix(whole);
            return id.kind == crate::catalog::Kind::Namespace
                && of_namespace.is_some_and(|pattern| matches(pattern, &id.name));
        }
        let mut path = format!("{}.{}", id.namespace, id.name);
        if is_part {
            path = format!("{path}.{}", id.part);
        }
        matches(&self.pattern, &path)
    }
}

/// Goes back to the last `*` only, so that it takes no longer than the
/// product of both lengths.
fn matches(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[seen] => {
                at += 1;
                seen += 1;
            }
            Some(_) | None => match star {
                Some((back, from)) => {
                    at = back + 1;
                    seen = from + 1;
                    star = Some((back, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    //! Patterns as people write them.

    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        matches(&pattern.chars().collect::<Vec<_>>(), text)
    }

    #[test]
    fn stars_and_question_marks() {
        assert!(fits("*", "") && fits("*", "abc") && fits("a*c", "abbc") && fits("a?c", "abc"));
        assert!(fits("*_old_*", "x_old_y_old_z") && fits("a**", "a"));
        assert!(!fits("a?c", "ac") && !fits("a*c", "abcd") && !fits("", "a") && !fits("A", "a"));
        assert!(!fits("[ab]", "a") && fits("[ab]", "[ab]"));
    }

    #[test]
    fn many_stars_do_not_explode() {
        assert!(!fits(&"*a".repeat(40), &"b".repeat(4000)));
    }
}

//! Lists of values: `ARRAY[1, 2]`, `ARRAY[(1)::bigint, 2]` and
//! `'{1,2}'::bigint[]` are the same list.
//!
//! Must never: take a list of one kind of values for one of another.

const INTEGERS: [&str; 3] = ["integer", "bigint", "smallint"];

/// Writes every list as `ARRAY [ 1 , 2 ]`. Casts of texts are gone already: a
/// literal of texts stands without its type.
pub fn spell_alike(words: &mut Vec<String>) {
    let mut at = 0;
    while at < words.len() {
        if let Some((list, length)) = literal(&words[at..]) {
            at += replace(words, at, length, &list);
        } else if let Some((list, length)) = constructed(&words[at..]) {
            at += replace(words, at, length, &list);
        } else {
            at += 1;
        }
    }
}

/// Puts a list in the place of some words; gives its length. A parenthesis of
/// its own goes: `ANY (ARRAY[...])`.
fn replace(words: &mut Vec<String>, at: usize, length: usize, list: &[String]) -> usize {
    let is_wrapped = at > 0
        && words[at - 1] == "("
        && words.get(at + length).is_some_and(|it| it == ")")
        && at.checked_sub(2).is_some_and(|it| matches!(words[it].as_str(), "ANY" | "ALL"));
    let (from, to) = if is_wrapped { (at - 1, at + length + 1) } else { (at, at + length) };
    let mut new = vec!["ARRAY".to_owned(), "[".to_owned()];
    for (index, value) in list.iter().enumerate() {
        if index > 0 {
            new.push(",".to_owned());
        }
        new.push(value.clone());
    }
    new.push("]".to_owned());
    let size = new.len() - (at - from);
    words.splice(from..to, new);
    size
}

/// `'{1,2}' :: integer [ ]`, or `'{a,b}'` of texts behind ANY or ALL.
fn literal(words: &[String]) -> Option<(Vec<String>, usize)> {
    let text = words.first()?.strip_prefix("'{")?.strip_suffix("}'")?;
    let values = elements(text)?;
    let is = |at: usize, word: &str| words.get(at).is_some_and(|it| it == word);
    if is(1, "::") {
        let is_integers = words.get(2).is_some_and(|it| INTEGERS.contains(&it.as_str()));
        (is_integers && is(3, "[") && is(4, "]")).then_some(())?;
        values.iter().all(|it| is_integer(it)).then_some(())?;
        return Some((values, 5));
    }
    let quoted = values.iter().map(|it| format!("'{it}'")).collect();
    Some((quoted, 1))
}

/// `a,"b c"`; None for what has lists or NULL in it.
fn elements(text: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"')?;
                (value, after)
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (value, after) = rest.split_at(end);
                (!value.eq_ignore_ascii_case("null")).then_some(())?;
                (value, after)
            }
        };
        let is_plain = !value.contains(['{', '}', '\\', '"']);
        is_plain.then_some(())?;
        values.push(value.to_owned());
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return after.is_empty().then_some(values),
        }
    }
}

/// `ARRAY [ 1 , ( 2 ) :: bigint ]` of integers or of texts.
fn constructed(words: &[String]) -> Option<(Vec<String>, usize)> {
    (words.first()? == "ARRAY" && words.get(1)? == "[").then_some(())?;
    let end = words.iter().position(|it| it == "]")?;
    let inside = &words[2..end];
    // A list of lists, or one that calls something, is left as it is.
    (!inside.iter().any(|it| it == "[")).then_some(())?;
    let values: Option<Vec<String>> = inside.split(|it| it == ",").map(element).collect();
    Some((values?, end + 1))
}

fn element(words: &[String]) -> Option<String> {
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|it| *it != "(" && *it != ")").collect();
    let mut words = words.as_slice();
    let mut is_cast = false;
    while let [rest @ .., "::", kind] = words {
        INTEGERS.contains(kind).then_some(())?;
        (words, is_cast) = (rest, true);
    }
    match words {
        ["-", one] if is_integer(one) => Some(format!("-{one}")),
        [one] if is_cast => {
            let bare = one.trim_matches('\'');
            is_integer(bare).then(|| bare.to_owned())
        }
        [one] if is_integer(one) || one.starts_with('\'') => Some((*one).to_owned()),
        _ => None,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

//! The name that somebody may have meant.
//!
//! Must never: decide for them.

/// How many letters to add, take away, change, or swap with their neighbour.
pub fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut cost = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            let is_swap = i > 0 && j > 0 && one[i - 1] == *b && *a == other[j - 1];
            if is_swap {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

/// The nearest of `names`, if one is near at all; the first of several.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    let near = names.into_iter().filter(|it| it.len().abs_diff(name.len()) <= 4 * limit);
    let measured = near.map(|it| (distance(&name.to_lowercase(), &it.to_lowercase()), it));
    measured
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

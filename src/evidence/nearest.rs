//! The known name that an unknown one is probably a slip of.

/// The candidate that `name` is a slip of: at most two edits away, and fewer than half its length.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if name.len() > 64 {
        return None;
    }
    let (distance, best) = candidates
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .min_by_key(|&(distance, _)| distance)?;
    (distance <= 2 && 2 * distance < best.chars().count().max(name.chars().count())).then_some(best)
}

/// Levenshtein's distance: insertions, deletions and substitutions of characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1)
                .min(row[j] + 1)
                .min(diagonal + usize::from(x != y));
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        let known = ["statement", "source", "digits", "where"];
        assert_eq!(nearest("statment", known), Some("statement"));
        assert_eq!(nearest("digit", known), Some("digits"));
        assert_eq!(nearest("theorem", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }
}

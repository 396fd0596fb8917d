//! The known name nearest to one that was typed.

/// The candidate nearest to `name`, if one is near enough to be meant.
///
/// Case aside, the edit distance (insertions, deletions, substitutions and swaps of neighbours)
/// may be at most a third of the length, and at least one edit is always allowed beyond one letter.
/// Of equally near candidates the first one wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 48;
    let wanted: Vec<char> = name.to_lowercase().chars().take(LONGEST + 1).collect();
    if wanted.len() > LONGEST {
        return None;
    }
    let allowed = if wanted.len() < 2 {
        0
    } else {
        (wanted.len() / 3).max(1)
    };
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            (edit_distance(&wanted, &letters), candidate)
        })
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance: three rows of the usual table.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitution = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitution.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_likely_one() {
        let names = || ["rho", "theta", "angle.rate", "sin", "J"];
        for (typed, meant) in [
            ("tehta", Some("theta")),
            ("Theta", Some("theta")),
            ("angle.rates", Some("angle.rate")),
            ("sine", Some("sin")),
            ("j", Some("J")),
            ("Jn", Some("J")),
            ("rhos", Some("rho")),
            ("x", None),
            ("cutoff", None),
        ] {
            assert_eq!(nearest(typed, names()), meant, "{typed}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), names()), None);
    }

    #[test]
    fn distances_by_hand() {
        let distance = |a: &str, b: &str| {
            edit_distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        for (a, b, d) in [
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("a", "a", 0),
            ("abc", "", 3),
        ] {
            assert_eq!(distance(a, b), d, "{a} {b}");
        }
    }
}

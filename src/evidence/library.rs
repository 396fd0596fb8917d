//! The built-in claims: files of the same format as a user's, embedded in the program.

use super::claim::{Claim, read_claims, reject_duplicates};
use crate::error::Result;
use crate::limits::Limits;

/// The files by subject.
const FILES: &[(&str, &str)] = &[
    (
        "relu-moments.toml",
        include_str!("claims/relu-moments.toml"),
    ),
    ("angle.toml", include_str!("claims/angle.toml")),
    (
        "depth-degeneracy.toml",
        include_str!("claims/depth-degeneracy.toml"),
    ),
    ("spectra.toml", include_str!("claims/spectra.toml")),
    (
        "excursion-geometry.toml",
        include_str!("claims/excursion-geometry.toml"),
    ),
    (
        "geometry-sampled.toml",
        include_str!("claims/geometry-sampled.toml"),
    ),
    ("angle-exact.toml", include_str!("claims/angle-exact.toml")),
    (
        "angle-record.toml",
        include_str!("claims/angle-record.toml"),
    ),
    (
        "angle-density.toml",
        include_str!("claims/angle-density.toml"),
    ),
];

/// All built-in claims in the order of their files.
///
/// # Errors
/// A data error at its place if a file is malformed; a test reads them all.
pub fn claims() -> Result<Vec<Claim>> {
    let limits = Limits::default();
    let mut all = Vec::new();
    for (name, text) in FILES {
        all.extend(read_claims(name, text, &limits)?);
    }
    reject_duplicates(&all)?;
    Ok(all)
}

/// The subjects (the part of the ids before the second dot) with the number of their claims.
pub fn subjects() -> Vec<(String, usize)> {
    let mut subjects: Vec<(String, usize)> = Vec::new();
    for claim in claims().unwrap_or_default() {
        let subject: Vec<&str> = claim.id().split('.').take(2).collect();
        let subject = subject.join(".");
        match subjects.iter_mut().find(|(name, _)| *name == subject) {
            Some((_, count)) => *count += 1,
            None => subjects.push((subject, 1)),
        }
    }
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::verdict::VerdictKind;

    #[test]
    fn the_files_are_well_formed_and_have_negative_controls() {
        let claims = claims().unwrap();
        assert!(claims.len() >= 90);
        assert!(
            claims.iter().all(|claim| claim.expect().is_some()),
            "every built-in claim says what it expects"
        );
        let controls = claims
            .iter()
            .filter(|claim| claim.expect() == Some(VerdictKind::Refuted))
            .count();
        assert!(controls >= 10);
    }
}

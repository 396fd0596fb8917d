//! How names look in mathematics: Greek letters, and what stands below them.

/// The Greek letters that have a name of their own in both targets: name, LaTeX, character.
///
/// Omicron and the capitals that look Latin have no LaTeX command.
const GREEK: &[(&str, &str, &str)] = &[
    ("alpha", r"\alpha", "α"),
    ("beta", r"\beta", "β"),
    ("gamma", r"\gamma", "γ"),
    ("delta", r"\delta", "δ"),
    ("eps", r"\varepsilon", "ε"),
    ("epsilon", r"\varepsilon", "ε"),
    ("zeta", r"\zeta", "ζ"),
    ("eta", r"\eta", "η"),
    ("theta", r"\theta", "θ"),
    ("iota", r"\iota", "ι"),
    ("kappa", r"\kappa", "κ"),
    ("lambda", r"\lambda", "λ"),
    ("mu", r"\mu", "μ"),
    ("nu", r"\nu", "ν"),
    ("xi", r"\xi", "ξ"),
    ("rho", r"\rho", "ρ"),
    ("sigma", r"\sigma", "σ"),
    ("tau", r"\tau", "τ"),
    ("upsilon", r"\upsilon", "υ"),
    ("phi", r"\varphi", "φ"),
    ("chi", r"\chi", "χ"),
    ("psi", r"\psi", "ψ"),
    ("omega", r"\omega", "ω"),
    ("Gamma", r"\Gamma", "Γ"),
    ("Delta", r"\Delta", "Δ"),
    ("Theta", r"\Theta", "Θ"),
    ("Lambda", r"\Lambda", "Λ"),
    ("Xi", r"\Xi", "Ξ"),
    ("Sigma", r"\Sigma", "Σ"),
    ("Phi", r"\Phi", "Φ"),
    ("Psi", r"\Psi", "Ψ"),
    ("Omega", r"\Omega", "Ω"),
];

/// A name taken apart: `theta0` is θ with 0 below, `gamma_b` is γ with b below.
pub(super) struct Symbol<'a> {
    /// The name without what stands below it.
    pub(super) base: &'a str,
    /// The base as a Greek letter: its LaTeX and its character.
    pub(super) greek: Option<(&'static str, &'static str)>,
    /// What stands below.
    pub(super) below: &'a str,
}

/// The variance, the one name whose digit is an exponent: `sigma2` is σ².
pub(super) const VARIANCE: &str = "sigma2";

pub(super) fn symbol(name: &str) -> Symbol<'_> {
    let (base, below) = match name.split_once('_') {
        Some(parts) => parts,
        None => name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len()),
    };
    let greek = GREEK
        .iter()
        .find(|entry| entry.0 == base)
        .map(|&(_, latex, character)| (latex, character));
    Symbol { base, greek, below }
}

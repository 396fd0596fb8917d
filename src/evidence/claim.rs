//! Claims: statements with an id, a source, a domain and the verdict expected, read from TOML.
//!
//! ```toml
//! [[claim]]
//! id = "relu.moment.2.2"
//! statement = "J(2,2,t) == ((pi-t)*(2*cos(t)^2+1)+3*sin(t)*cos(t))/(2*pi)"
//! domain = { t = "(0, pi)" }
//! source = "Cho & Saul 2009, n = 2"
//! digits = 200            # for numeric agreement; optional
//! expect = "proved"       # optional
//! ```
//!
//! Also `where = "a >= b"` (a condition on the variables), `sample = { n = 1_000_000, seed = 3 }`
//! (test it by Monte Carlo), `simulate = { experiment = "level-lengths", … }` (draw that simulation; the
//! statement names the column that is meant) and `note` (free text). Statements stay text here.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::domain::Domain;
use super::fields::{Fields, array_of_tables};
use super::simulate::{SimulateDefinition, read_simulate};
use super::source::{Located, Source};
use super::verdict::VerdictKind;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::Digits;

/// The fields of a claim.
const FIELDS: [&str; 10] = [
    "id",
    "statement",
    "source",
    "domain",
    "where",
    "digits",
    "expect",
    "sample",
    "simulate",
    "note",
];

/// A statement to be tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    id: Located,
    statement: Located,
    source: String,
    domain: Vec<Variable>,
    condition: Option<Located>,
    digits: Option<Digits>,
    expect: Option<VerdictKind>,
    sample: Option<Sampling>,
    simulate: Option<SimulateDefinition>,
    note: Option<String>,
}

/// A variable of a claim and what it ranges over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// What it ranges over.
    pub domain: Domain,
    /// The text of the domain, for messages.
    pub text: Located,
}

/// How a claim is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// The number of samples, at least 2.
    pub n: u64,
    /// The seed.
    pub seed: u64,
}

impl FromStr for Variable {
    type Err = Error;

    /// `t=(0, pi)`, as the command line gives it.
    fn from_str(text: &str) -> Result<Variable> {
        let (name, domain) = text.split_once('=').unwrap_or(("", text));
        let name = name.trim();
        if !is_variable(name) {
            return Err(
                Error::usage(format!("`{text}` does not give a variable its domain"))
                    .with_hint("as in `t=(0, pi)` or `a=0..5`"),
            );
        }
        Ok(Variable {
            name: name.to_owned(),
            domain: domain.parse()?,
            text: Located::bare(domain),
        })
    }
}

impl Claim {
    /// A statement that stands in no file, with the id `statement`.
    ///
    /// # Errors
    /// A usage error when a variable is given twice.
    pub fn bare(
        statement: impl Into<String>,
        domain: Vec<Variable>,
        digits: Option<Digits>,
    ) -> Result<Claim> {
        for (index, variable) in domain.iter().enumerate() {
            if domain.iter().take(index).any(|v| v.name == variable.name) {
                return Err(Error::usage(format!(
                    "`{}` is given two domains",
                    variable.name
                )));
            }
        }
        Ok(Claim {
            id: Located::bare("statement"),
            statement: Located::bare(statement),
            source: String::new(),
            domain,
            condition: None,
            digits,
            expect: None,
            sample: None,
            simulate: None,
            note: None,
        })
    }

    /// The permanent id.
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// The statement with its place, so that an error in it can say where: [`Located::blame`].
    pub fn statement(&self) -> &Located {
        &self.statement
    }

    /// The paper and the place in it; empty when none is given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The variables in the order of the file.
    pub fn domain(&self) -> &[Variable] {
        &self.domain
    }

    /// The condition `where` on the variables.
    pub fn condition(&self) -> Option<&Located> {
        self.condition.as_ref()
    }

    /// Digits asked for in numeric agreement.
    pub fn digits(&self) -> Option<Digits> {
        self.digits
    }

    /// The verdict on which (or on a stronger one) the claim passes.
    pub fn expect(&self) -> Option<VerdictKind> {
        self.expect
    }

    /// How to sample it; a claim without this is never sampled.
    pub fn sample(&self) -> Option<Sampling> {
        self.sample
    }

    /// The simulation that settles it; a claim without this draws none.
    pub fn simulate(&self) -> Option<&SimulateDefinition> {
        self.simulate.as_ref()
    }

    /// A remark.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// An error about this claim, at its place in the file.
    pub fn blame(&self, error: Error) -> Error {
        self.id
            .blame(error.context(format_args!("claim `{}`", self.id)))
    }
}

/// The claims of a file, in order. `name` stands for the file in messages.
///
/// # Errors
/// A parse or data error with line, column and field: broken TOML, an unknown field (with the
/// nearest known one), a missing one, one of the wrong type, an id that is malformed or not unique,
/// a domain or expectation that cannot be read, too long a file.
pub fn read_claims(name: &str, text: &str, limits: &Limits) -> Result<Vec<Claim>> {
    let source = Source::new(name, text);
    let root = source.parse(limits)?;
    let claims = array_of_tables(&source, &root, "claim", &FIELDS)?
        .iter()
        .map(|fields| read_claim(fields, limits))
        .collect::<Result<Vec<Claim>>>()?;
    reject_duplicates(&claims)?;
    Ok(claims)
}

/// Refuses claims with the same id, also across files.
///
/// # Errors
/// A data error at the second of two claims that share an id, with the line of the first.
pub fn reject_duplicates<'c>(claims: impl IntoIterator<Item = &'c Claim>) -> Result<()> {
    let mut seen: BTreeMap<&str, &Claim> = BTreeMap::new();
    for claim in claims {
        if let Some(first) = seen.insert(claim.id(), claim) {
            let hint = format!("the first stands on line {}", first.id.line());
            return Err(claim.id.blame(
                Error::data(format!("two claims have the id `{}`", claim.id)).with_hint(hint),
            ));
        }
    }
    Ok(())
}

fn read_claim(fields: &Fields<'_, '_>, limits: &Limits) -> Result<Claim> {
    let id = fields.required_string("id")?;
    if !is_id(id.as_str()) {
        let error = Error::parse(format!("`{id}` cannot be an id")).with_hint(
            "at most 100 letters, digits, hyphens, underscores and single dots between them",
        );
        return Err(fields.blame("id", error));
    }
    let domain = read_variables(fields, "domain")?;
    let expect = match fields.string("expect")? {
        None => None,
        Some(text) => Some(
            text.as_str()
                .parse()
                .map_err(|error| fields.blame("expect", error))?,
        ),
    };
    let (sample, simulate) = (read_sampling(fields)?, read_simulate(fields)?);
    if sample.is_some() && simulate.is_some() {
        let error = Error::parse("`sample` and `simulate` cannot both settle a claim");
        return Err(fields.blame("simulate", error));
    }
    Ok(Claim {
        statement: fields.required_string("statement")?,
        source: fields.prose("source")?.unwrap_or_default(),
        condition: fields.string("where")?,
        sample,
        simulate,
        note: fields.prose("note")?,
        id,
        domain,
        digits: fields.digits("digits", limits)?,
        expect,
    })
}

/// The variables that a field of the form `{ t = "(0, pi)", a = "0..5" }` gives, in the order of the
/// file; none when there is no such field.
pub(crate) fn read_variables(fields: &Fields<'_, '_>, name: &str) -> Result<Vec<Variable>> {
    let mut variables = Vec::new();
    for entry in fields.entries(name)?.unwrap_or_default() {
        let name = entry.key.as_str();
        if !is_variable(name) {
            let error = Error::parse(format!("`{name}` cannot be a variable"));
            return Err(entry.key.blame(error));
        }
        let text = entry.string()?;
        let domain = text
            .as_str()
            .parse()
            .map_err(|error: Error| entry.blame(error))?;
        variables.push(Variable {
            name: name.to_owned(),
            domain,
            text,
        });
    }
    Ok(variables)
}

fn read_sampling(fields: &Fields<'_, '_>) -> Result<Option<Sampling>> {
    let Some(sample) = fields.fields("sample", &["n", "seed"])? else {
        return Ok(None);
    };
    let needed = |name: &str| {
        sample.unsigned(name)?.ok_or_else(|| {
            let error = Error::parse(format!("`{name}` is missing"))
                .with_hint("write sample = { n = 1_000_000, seed = 1 }");
            fields.blame("sample", error)
        })
    };
    let (n, seed) = (needed("n")?, needed("seed")?);
    if n < 2 {
        let error = Error::parse("a standard error needs at least 2 samples");
        return Err(sample.blame("n", error));
    }
    Ok(Some(Sampling { n, seed }))
}

/// Whether a text can be an id: parts of ASCII letters, digits, hyphens and underscores, joined by
/// single dots.
fn is_id(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    text.len() <= 100 && text.split('.').all(is_part)
}

fn is_variable(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const GOOD: &str = r#"
# A comment.
[[claim]]
id = "relu.moment.2.2"
statement = "J(2,2,t) == ((pi-t)*(2*cos(t)^2+1)+3*sin(t)*cos(t))/(2*pi)"
domain = { t = "(0, pi)" }
source = "Cho & Saul 2009, n = 2"
digits = 200            # for numeric agreement; optional
expect = "proved"       # optional

[[claim]]
id = "control"
statement = "P(a,b) == 0"
domain = { b = "2..40", a = "{1, 2}" }
where = "a >= b"
sample = { n = 1_000, seed = 7 }
note = """
two
lines"""
"#;

    fn read(text: &str) -> Result<Vec<Claim>> {
        read_claims("c.toml", text, &Limits::default())
    }

    #[test]
    fn every_field_is_read() {
        let claims = read(GOOD).unwrap();
        let [first, second] = claims.as_slice() else {
            panic!("two claims")
        };
        assert_eq!(first.id(), "relu.moment.2.2");
        assert!(first.statement().as_str().starts_with("J(2,2,t) == "));
        assert_eq!(first.statement().line(), 5);
        assert_eq!(
            &GOOD[first.statement().span()][1..9],
            &first.statement().as_str()[..8]
        );
        assert_eq!(first.source(), "Cho & Saul 2009, n = 2");
        assert_eq!(first.domain()[0].name, "t");
        assert_eq!(first.domain()[0].domain.to_string(), "(0, pi)");
        assert_eq!(first.digits(), Some(Digits::literal(200)));
        assert_eq!(first.expect(), Some(VerdictKind::Proved));
        assert_eq!((first.sample(), first.note()), (None, None));

        let names: Vec<&str> = second.domain().iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["b", "a"], "the order of the file");
        assert_eq!(second.condition().unwrap().as_str(), "a >= b");
        assert_eq!(second.sample(), Some(Sampling { n: 1000, seed: 7 }));
        assert_eq!(second.note(), Some("two lines"));
        assert_eq!(second.source(), "");
    }

    #[test]
    fn every_mistake_has_its_place() {
        let with = |line: &str| format!("[[claim]]\nid = \"x\"\nstatement = \"1 == 1\"\n{line}\n");
        for (text, expected) in [
            (
                with("statment = \"\""),
                "c.toml:4:1: claim 1: unknown field `statment` (did you mean `statement`?)",
            ),
            (
                with("colour = 1"),
                "unknown field `colour` (the fields are id, statement",
            ),
            (
                with("digits = \"many\""),
                "c.toml:4:10: claim 1, field `digits`: a whole number is needed, not a string",
            ),
            (with("digits = 0"), "between 1 and"),
            (
                with("digits = -1"),
                "c.toml:4:10: claim 1, field `digits`: -1 is out of range",
            ),
            (with("digits = 2_000_000"), "--max-digits"),
            (with("expect = \"refutted\""), "did you mean `refuted`?"),
            (
                with("expect = true"),
                "a string is needed, not true or false",
            ),
            (
                with("domain = { t = \"(0, pi\" }"),
                "c.toml:4:16: claim 1, field `domain.t`: `(0, pi` is not a domain",
            ),
            (
                with("domain = { t = 3 }"),
                "a string is needed, not an integer",
            ),
            (
                with("domain = \"(0, pi)\""),
                "a table `{ name = \"…\" }` is needed, not a string",
            ),
            (
                with("domain = { \"a b\" = \"0..1\" }"),
                "`a b` cannot be a variable",
            ),
            (with("sample = { n = 5 }"), "`seed` is missing"),
            (with("sample = { n = 1, seed = 1 }"), "at least 2 samples"),
            (
                with("sample = { n = 1e6, seed = 1 }"),
                "a whole number is needed, not a float",
            ),
            (
                with("sample = { n = 5, sed = 1 }"),
                "unknown field `sed` (did you mean `seed`?)",
            ),
            (
                with("simulate = { n = 5 }"),
                "field `simulate`: field `experiment` is missing",
            ),
            (
                with("simulate = { experiment = \"level-lengths\", theta = 1 }"),
                "`level-lengths` has no theta (leave it out)",
            ),
            (
                with("simulate = { experiment = \"level-lengths\", layer = 1 }"),
                "the rows of `level-lengths` have no layer (they are told apart by activation, width, depth, level)",
            ),
            (
                with("simulate = { experiment = \"level-lengths\", width = 1.5 }"),
                "a string or a whole number is needed, not a float",
            ),
            (
                with("simulate = { experiment = \"level-lengths\", n = 1 }"),
                "at least 2 samples",
            ),
            (
                with("sample = { n = 5, seed = 1 }\nsimulate = { experiment = \"level-lengths\" }"),
                "`sample` and `simulate` cannot both settle a claim",
            ),
            (with("id = \"y\""), "c.toml:4:1: duplicate key"),
            (
                with("[[claim]]\nid = \"x\"\nstatement = \"2 == 2\""),
                "c.toml:5:6: two claims have the id `x` (the first stands on line 2)",
            ),
            (
                with("[[claim]]\nid = \"z\""),
                "c.toml:4:1: claim 2: field `statement` is missing",
            ),
            (
                with("[claims]"),
                "unknown field `claims` (did you mean `claim`?)",
            ),
            (
                "[claim]\nid = \"x\"".into(),
                "begin each one with a line [[claim]]",
            ),
            ("claim = [1]".into(), "an array of tables is needed"),
            (String::new(), "there is no [[claim]] in it"),
            (
                "[[claim]]\nid = \"\"\nstatement = \"\"".into(),
                "field `id`: it is empty",
            ),
            (
                "[[claim]]\nid = \"a b\"\nstatement = \"\"".into(),
                "c.toml:2:6: claim 1, field `id`: `a b` cannot be an id",
            ),
            (
                "[[claim]]\nid = \"<script>\"\nstatement = \"\"".into(),
                "cannot be an id",
            ),
            (
                "[[claim]]\nid = \"a..b\"\nstatement = \"\"".into(),
                "cannot be an id",
            ),
            ("[[claim]]\nid = \"a".into(), "c.toml:2:"),
            (
                "[[table]]\nname = \"x\"".into(),
                "only [[claim]] can stand here",
            ),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}\nfor\n{text}");
            assert!(error.span().is_some(), "{error}");
        }
    }

    #[test]
    fn a_later_error_in_a_statement_finds_its_place() {
        let claims = read(GOOD).unwrap();
        let error = claims[1].statement().blame(Error::parse("no `P` here"));
        assert_eq!(error.message(), "c.toml:13:13: no `P` here");
        let error = claims[1].blame(Error::limit("too slow"));
        assert_eq!(error.message(), "c.toml:12:6: claim `control`: too slow");
    }

    #[test]
    fn statements_of_the_command_line() {
        let variables = ["t=(0, pi)", " a = 0..5"].map(|text| text.parse().unwrap());
        let claim = Claim::bare("a*t >= 0", variables.to_vec(), None).unwrap();
        assert_eq!(claim.domain()[1].name, "a");
        assert_eq!(claim.domain()[1].domain.to_string(), "0..5");
        let error = claim.statement().blame(Error::parse("why").at(2..3));
        assert_eq!((error.message(), error.span()), ("why", Some(2..3)));
        assert!(
            Claim::bare(
                "1 == 1",
                [variables[0].clone(), variables[0].clone()].into(),
                None
            )
            .is_err()
        );
        for wrong in ["t", "=(0,1)", "t=", "a >= b", "1=2..3", "t==(0,1)"] {
            assert!(wrong.parse::<Variable>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 1000,
            rng_seed: RngSeed::Fixed(3),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]
        #[test]
        fn no_text_panics(
            at in any::<prop::sample::Index>(),
            length in 0usize..30,
            insert in "[\\[\\]{}=\"'.,\\n#a-z0-9\0θ -]{0,8}",
        ) {
            let places: Vec<usize> = GOOD.char_indices().map(|(at, _)| at).collect();
            let at = places[at.index(places.len())];
            let end = (at + length).min(GOOD.len());
            let text = format!("{}{insert}{}", &GOOD[..at], &GOOD[end..]);
            match read(&text) {
                Ok(claims) => prop_assert!(!claims.is_empty()),
                Err(error) => prop_assert!(error.message().contains("c.toml:"), "{error}"),
            }
        }
    }

    #[test]
    fn long_files_and_crlf() {
        assert_eq!(read(&GOOD.replace('\n', "\r\n")).unwrap().len(), 2);
        let short = Limits {
            max_bytes: 100,
            ..Limits::default()
        };
        let error = read_claims("c.toml", GOOD, &short).unwrap_err();
        assert!(error.message().contains("longer than 100 bytes"));
    }
}

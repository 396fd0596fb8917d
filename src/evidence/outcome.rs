//! What came of a claim, and of many: exit codes and counts by paper.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use super::verdict::{Verdict, VerdictKind};
use crate::error::{Error, ErrorKind};

/// A claim with the verdict on it, or with the error that kept it from one.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The id of the claim.
    pub id: String,
    /// The paper and the place in it.
    pub source: String,
    /// What was found.
    pub result: Result<Verdict, Error>,
    /// The integer ranges that were run through, as in `a in 0..5, b in 0..5, 36 cases`.
    pub scope: Option<String>,
    /// The verdict expected.
    pub expect: Option<VerdictKind>,
}

/// How a claim or a whole run ended: the exit code of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Every verdict is as expected.
    Passed,
    /// A statement is refuted, or a verdict is other than expected.
    Different,
    /// A claim could not be read or has no value.
    Failed,
    /// A claim stayed undecided or was refused by a limit.
    Undecided,
    /// There was no claim.
    NothingSelected,
}

impl Status {
    /// The exit code: 0, 1, 2, 3, 4 in the order of the variants.
    pub const fn exit_code(self) -> u8 {
        match self {
            Status::Passed => 0,
            Status::Different => 1,
            Status::Failed => 2,
            Status::Undecided => 3,
            Status::NothingSelected => 4,
        }
    }

    /// The status of a run: 2 beats 1 beats 3 beats 0, and an empty run is 4.
    pub fn of_run(statuses: impl IntoIterator<Item = Status>) -> Status {
        statuses
            .into_iter()
            .max_by_key(|status| status.weight())
            .unwrap_or(Status::NothingSelected)
    }

    const fn weight(self) -> u8 {
        match self {
            Status::NothingSelected => 0,
            Status::Passed => 1,
            Status::Undecided => 2,
            Status::Different => 3,
            Status::Failed => 4,
        }
    }
}

impl Outcome {
    /// How the claim ended.
    ///
    /// With an expectation: passed on that verdict or a stronger one, and otherwise different, or
    /// undecided where the verdict is. Without: refuted is different, undecided is undecided, the
    /// rest passes. An error is undecided where a limit or precision stopped it, else a failure,
    /// whatever was expected.
    pub fn status(&self) -> Status {
        let verdict = match &self.result {
            Ok(verdict) => verdict,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::Limit | ErrorKind::Undecided => Status::Undecided,
                    _ => Status::Failed,
                };
            }
        };
        match (self.expect, verdict.kind()) {
            (Some(expected), found) if found.meets(expected) => Status::Passed,
            (_, VerdictKind::Undecided) => Status::Undecided,
            (Some(_), _) | (None, VerdictKind::Refuted) => Status::Different,
            (
                None,
                VerdictKind::Proved
                | VerdictKind::Certified
                | VerdictKind::Agrees
                | VerdictKind::Holds
                | VerdictKind::Consistent,
            ) => Status::Passed,
        }
    }

    /// The verdict in one word, `error` without one.
    pub fn name(&self) -> &'static str {
        match &self.result {
            Ok(verdict) => verdict.kind().name(),
            Err(_) => "error",
        }
    }

    /// What there is to say beyond the word: range, witness, reason.
    pub fn detail(&self) -> String {
        let detail = match &self.result {
            Ok(verdict) => verdict.detail(),
            Err(error) => error.to_string(),
        };
        match &self.scope {
            Some(scope) if detail.is_empty() => format!("for {scope}"),
            Some(scope) => format!("{detail} (for {scope})"),
            None => detail,
        }
    }

    /// The entry of `--json`: id, verdict, detail and source, and whether it passed.
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "id": self.id,
            "verdict": self.name(),
            "detail": self.detail(),
            "source": self.source,
            "passed": self.status() == Status::Passed,
        });
        if let Some(expect) = self.expect {
            object["expect"] = expect.name().into();
        }
        object
    }
}

impl fmt::Display for Outcome {
    /// One line: `id: verdict detail`, and what was expected where it was not met.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.id)?;
        match &self.result {
            Ok(verdict) => write!(f, "{verdict}")?,
            Err(error) => write!(f, "error: {error}")?,
        }
        if let Some(scope) = &self.scope {
            write!(f, " for {scope}")?;
        }
        match self.expect {
            Some(expect) if self.status() != Status::Passed => write!(f, ", expected {expect}"),
            _ => Ok(()),
        }
    }
}

/// How many claims ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Proved.
    pub proved: usize,
    /// Certified.
    pub certified: usize,
    /// Equalities that agree at points.
    pub agrees: usize,
    /// Inequalities that hold at points.
    pub holds: usize,
    /// Consistent with samples or a published estimate.
    pub consistent: usize,
    /// Refuted, as expected or not.
    pub refuted: usize,
    /// Undecided, as expected or not.
    pub undecided: usize,
    /// Without a verdict.
    pub error: usize,
    /// Those of all kinds that did not pass.
    pub unexpected: usize,
}

impl Counts {
    /// Counts one more outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        let counter = match outcome.result.as_ref().map(Verdict::kind) {
            Ok(VerdictKind::Proved) => &mut self.proved,
            Ok(VerdictKind::Certified) => &mut self.certified,
            Ok(VerdictKind::Agrees) => &mut self.agrees,
            Ok(VerdictKind::Holds) => &mut self.holds,
            Ok(VerdictKind::Consistent) => &mut self.consistent,
            Ok(VerdictKind::Refuted) => &mut self.refuted,
            Ok(VerdictKind::Undecided) => &mut self.undecided,
            Err(_) => &mut self.error,
        };
        *counter += 1;
        if outcome.status() != Status::Passed {
            self.unexpected += 1;
        }
    }

    /// All of them.
    pub const fn total(&self) -> usize {
        self.proved
            + self.certified
            + self.agrees
            + self.holds
            + self.consistent
            + self.refuted
            + self.undecided
            + self.error
    }
}

impl fmt::Display for Counts {
    /// As in `12 proved, 3 agree, 1 refuted`; then `, 2 not as expected`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.proved, "proved"),
            (self.certified, "certified"),
            (self.agrees, "agree"),
            (self.holds, "hold"),
            (self.consistent, "consistent"),
            (self.refuted, "refuted"),
            (self.undecided, "undecided"),
            (self.error, "without a verdict"),
            (self.unexpected, "not as expected"),
        ];
        let said: Vec<String> = parts
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if said.is_empty() {
            f.pad("none")
        } else {
            f.pad(&said.join(", "))
        }
    }
}

/// The counts of each paper, in the order in which the papers first appear.
pub fn by_paper<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> Vec<(String, Counts)> {
    let mut papers: Vec<(String, Counts)> = Vec::new();
    for outcome in outcomes {
        let paper = paper(&outcome.source);
        let index = match papers.iter().position(|(name, _)| name == paper) {
            Some(index) => index,
            None => {
                papers.push((paper.to_owned(), Counts::default()));
                papers.len() - 1
            }
        };
        papers[index].1.add(outcome);
    }
    papers
}

/// The paper of a source: what stands before the first comma after the year, as in `Cho & Saul
/// 2009` of `Cho & Saul 2009, n = 2`; without a year, before the first comma.
pub fn paper(source: &str) -> &str {
    let mut start = 0;
    let mut first_comma = None;
    for (at, _) in source.match_indices(',') {
        first_comma.get_or_insert(at);
        if source.get(start..at).is_some_and(has_year) {
            return source[..at].trim();
        }
        start = at;
    }
    if source.get(start..).is_some_and(has_year) {
        return source.trim();
    }
    source[..first_comma.unwrap_or(source.len())].trim()
}

/// Whether a word of the text begins with four digits that are a year from 1600 to 2199.
fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| {
            let digits = word.bytes().take_while(u8::is_ascii_digit).count();
            digits == 4 && matches!(word[..4].parse(), Ok(1600..=2199))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::verdict::Witness;

    fn outcome(result: Result<Verdict, Error>, expect: Option<VerdictKind>) -> Outcome {
        Outcome {
            id: "x".into(),
            source: "Cho & Saul 2009, n = 2".into(),
            result,
            scope: None,
            expect,
        }
    }

    fn refuted() -> Verdict {
        Verdict::Refuted {
            witness: Witness {
                left: "1".into(),
                right: "2".into(),
                ..Witness::default()
            },
        }
    }

    fn undecided() -> Verdict {
        Verdict::Undecided {
            reason: "r".into(),
            settle: String::new(),
        }
    }

    #[test]
    fn statuses_of_single_claims() {
        use Status::*;
        let agrees = || Verdict::Agrees {
            digits: 60,
            points: 24,
        };
        for (result, expect, status) in [
            (Ok(Verdict::Proved), None, Passed),
            (Ok(agrees()), None, Passed),
            (Ok(refuted()), None, Different),
            (Ok(undecided()), None, Undecided),
            (Ok(Verdict::Proved), Some(VerdictKind::Agrees), Passed),
            (Ok(agrees()), Some(VerdictKind::Proved), Different),
            (Ok(refuted()), Some(VerdictKind::Refuted), Passed),
            (Ok(refuted()), Some(VerdictKind::Undecided), Different),
            (Ok(Verdict::Proved), Some(VerdictKind::Refuted), Different),
            (Ok(undecided()), Some(VerdictKind::Proved), Undecided),
            (Ok(undecided()), Some(VerdictKind::Undecided), Passed),
            (Err(Error::parse("p")), None, Failed),
            (Err(Error::domain("d")), Some(VerdictKind::Refuted), Failed),
            (Err(Error::limit("l")), None, Undecided),
        ] {
            let outcome = outcome(result, expect);
            assert_eq!(outcome.status(), status, "{outcome}");
        }
    }

    #[test]
    fn two_beats_one_beats_three() {
        use Status::*;
        assert_eq!(Status::of_run([]).exit_code(), 4);
        assert_eq!(Status::of_run([Passed, Passed]).exit_code(), 0);
        assert_eq!(Status::of_run([Passed, Undecided]).exit_code(), 3);
        assert_eq!(
            Status::of_run([Undecided, Different, Passed]).exit_code(),
            1
        );
        assert_eq!(
            Status::of_run([Different, Failed, Undecided]).exit_code(),
            2
        );
    }

    #[test]
    fn lines_and_json() {
        let mut proved = outcome(Ok(Verdict::Proved), Some(VerdictKind::Proved));
        proved.scope = Some("a in 0..5, 6 cases".into());
        assert_eq!(proved.to_string(), "x: proved for a in 0..5, 6 cases");
        let json = proved.to_json();
        assert_eq!(json["verdict"], "proved");
        assert_eq!(json["detail"], "for a in 0..5, 6 cases");
        assert_eq!(json["source"], "Cho & Saul 2009, n = 2");
        assert_eq!(json["passed"], true);

        let wrong = outcome(Ok(refuted()), Some(VerdictKind::Proved));
        assert_eq!(
            wrong.to_string(),
            "x: refuted: left 1, right 2, expected proved"
        );
        let broken = outcome(Err(Error::parse("no").with_hint("yes")), None);
        assert_eq!(broken.to_string(), "x: error: no (yes)");
        assert_eq!(broken.to_json()["verdict"], "error");
    }

    #[test]
    fn counts_add_up_by_paper() {
        let mut outcomes = vec![
            outcome(Ok(Verdict::Proved), None),
            outcome(Ok(refuted()), Some(VerdictKind::Refuted)),
            outcome(Ok(refuted()), None),
            outcome(Err(Error::parse("p")), None),
        ];
        outcomes[3].source = "Jakub & Nica 2024, (5)".into();
        let counts = by_paper(&outcomes);
        assert_eq!(counts.len(), 2);
        assert_eq!(counts[0].0, "Cho & Saul 2009");
        assert_eq!(
            counts[0].1.to_string(),
            "1 proved, 2 refuted, 1 not as expected"
        );
        assert_eq!(counts[0].1.total(), 3);
        assert_eq!(counts[1].1.error, 1);
        assert_eq!(Counts::default().to_string(), "none");
    }

    #[test]
    fn papers_end_at_the_comma_after_the_year() {
        for (source, name) in [
            ("Cho & Saul 2009, n = 2", "Cho & Saul 2009"),
            (
                "Lee, Bahri & Novak 2018a, Lemma 3, case 2",
                "Lee, Bahri & Novak 2018a",
            ),
            ("DLMF, 7.2.1", "DLMF"),
            ("definition", "definition"),
            ("OEIS A001498", "OEIS A001498"),
            ("Smith, Jones 2020", "Smith, Jones 2020"),
            ("", ""),
        ] {
            assert_eq!(paper(source), name);
        }
    }
}

//! Traps: statements and formulas whose naive evaluation prints a wrong number or a wrong verdict.
//! Each line says what must come out; a refusal is a good answer, a plausible wrong one never is.

use isobath::error::ErrorKind;
use isobath::evidence::Verdict;
use isobath::evidence::judge::Judge;
use isobath::formula::answer::Question;
use isobath::formula::{
    Domain, Statement, parse_conditions, parse_expr, parse_statement, parse_variable_domain,
};
use isobath::limits::Limits;
use isobath::number::Digits;
use isobath::theory::catalog;

use Wanted::{Agrees, Certified, Holds, Proved, Refused, Refuted, Undecided};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Proved,
    Certified,
    Agrees,
    Holds,
    /// With a witness.
    Refuted,
    Undecided,
    /// An error: there is no value, or the domain is wrong.
    Refused,
}

fn domains(texts: &[&str], limits: &Limits) -> (Vec<(String, Domain)>, Vec<Statement>) {
    let (conditions, domains): (Vec<&str>, Vec<&str>) = texts.iter().partition(|text| {
        ["==", "!=", "<", ">"]
            .iter()
            .any(|relation| text.contains(relation))
    });
    let domains = domains
        .iter()
        .map(|text| parse_variable_domain(text, limits).expect("a domain"));
    let conditions = conditions
        .iter()
        .flat_map(|text| parse_conditions(text, limits).expect("a condition"));
    (domains.collect(), conditions.collect())
}

fn judge(statement: &str, texts: &[&str]) -> isobath::error::Result<Verdict> {
    let limits = Limits::default();
    let statement = parse_statement(statement, &limits)?;
    let (domains, conditions) = domains(texts, &limits);
    let judge = Judge {
        library: catalog::library(),
        digits: Digits::literal(60),
        limits: &limits,
        threshold: 4.89,
    };
    judge
        .judge(&statement, &domains, &conditions)
        .map(|(verdict, _)| verdict)
}

/// A statement, its domains and conditions, and what must be said of it.
type Trap = (&'static str, &'static [&'static str], Wanted);

/// Statements that are false: each must be refuted with a witness.
const FALSE: &[Trap] = &[
    // Branches: right on part of the line, or on the part that comes to mind.
    ("sqrt(t^2) == t", &["t=(-2, 1)"], Refuted),
    ("acos(cos(t)) == t", &["t=(0, 2*pi)"], Refuted),
    ("sqrt(1 - cos(t)^2) == sin(t)", &["t=(0, 2*pi)"], Refuted),
    ("atan(tan(t)) == t", &["t=(0, pi)"], Refuted),
    ("ln(t^2) == 2*ln(-t)", &["t=(1, 2)"], Refused),
    ("abs(t) == t", &["t=(-1, 1)"], Refuted),
    ("cbrt(t)^3 == abs(t)", &["t=(-1, 1)"], Refuted),
    // True at every integer, false between.
    ("sin(pi*x) == 0", &["x=(0, 5)"], Refuted),
    ("floor(x) == x", &["x=(0, 3)"], Refuted),
    // Nearly integers and nearly equal constants.
    ("exp(pi*sqrt(163)) == 262537412640768744", &[], Refuted),
    ("exp(pi) - pi == 20", &[], Refuted),
    ("pi == 355/113", &[], Refuted),
    ("pi^2 == 10 - 0.1303955989106413811655", &[], Refuted),
    ("22*pi^4 == 2143", &[], Refuted),
    ("cos(10^-30) == 1", &[], Refuted),
    ("1 + 10^-100 == 1", &[], Refuted),
    ("exp(10^-80) == 1 + 10^-80", &[], Refuted),
    ("J(1,1,pi-10^-1000) == 0", &[], Refuted),
    ("sqrt(10^200 + 1) == 10^100", &[], Refuted),
    ("tanh(200) == 1", &[], Refuted),
    ("erfc(60) == 0", &[], Refuted),
    // A planted error in the 40th digit, a wrong integer, a wrong sign, a wrong index range.
    (
        "J(1,1,t) == (sin(t)+(pi-t)*cos(t))/(2*pi)*(1 + 10^-40)",
        &["t=(0, pi)"],
        Refuted,
    ),
    ("P(10,4) == 3151", &[], Refuted),
    (
        "J(3,1,t) == (sin(t)*(2+cos(t)^2)-3*(pi-t)*cos(t))/(2*pi)",
        &["t=(0, pi)"],
        Refuted,
    ),
    (
        "P(a,i) == P(a-1,i-1) + a*P(a-2,i)",
        &["a=2..10", "i=1..10"],
        Refuted,
    ),
    (
        "J(a,b,pi/2) == moment.half(a)*moment.half(b)/2",
        &["a=0..4", "b=0..4"],
        Refuted,
    ),
    (
        "bessel.second_kind(n,k) == binomial(n,k)",
        &["n=1..6", "k=1..6", "k <= n"],
        Refuted,
    ),
    // False at one end or at one value only.
    ("t > 0", &["t=[0, 1]"], Refuted),
    ("cos(t) < 1", &["t=[0, pi]"], Refuted),
    ("J(1,1,t) > 0", &["t=[0, pi]"], Refuted),
    ("n^2 + n + 41 != 1681", &["n=0..40"], Refuted),
    ("2^n > n^2", &["n=0..20"], Refuted),
    ("gamma(x) > 1", &["x={3, 5/2, 3/2}"], Refuted),
    // Lists.
    ("[1, 2, 3] == [1, 2, 4]", &[], Refuted),
    ("[sin(t), cos(t)] < [1, 1/2]", &["t=(0, 1)"], Refuted),
    // Printed digits: truncated instead of rounded, one digit off, a sign.
    ("2/3 ~= 0.666", &[], Refuted),
    ("pi ~= 3.1415", &[], Refuted),
    ("J(2,2,1) ~= 0.75692729", &[], Certified),
    ("J(2,2,1) ~= 0.75692728", &[], Refuted),
    ("-pi ~= 3.14", &[], Refuted),
    ("1/8 ~= 0.13", &[], Refuted),
    ("J(1,1,1) ~= 0.3199(2)", &[], Refuted),
];

/// Statements that are true, undecidable here, or without a value.
const OTHERS: &[Trap] = &[
    // True identities that a sloppy normal form or sloppy points get wrong.
    ("sqrt(t^2) == abs(t)", &["t=(-2, 1)"], Proved),
    ("sin(2*t) == 2*sin(t)*cos(t)", &["t=(-9, 9)"], Proved),
    (
        "J(2,2,t) == ((pi-t)*(2*cos(t)^2+1)+3*sin(t)*cos(t))/(2*pi)",
        &["t=[0, pi]"],
        Proved,
    ),
    (
        "J(a,b,0) == moment.half(a+b)",
        &["a=0..6", "b=0..6"],
        Proved,
    ),
    ("0^0 == 1", &[], Proved),
    ("1/8 ~= 0.12", &[], Proved),
    ("3/8 ~= 0.38", &[], Proved),
    ("sqrt(2)+sqrt(3) ~= 3.1462643699419723423", &[], Certified),
    ("0.1 + 0.2 == 0.3", &[], Proved),
    ("t >= 0", &["t=[0, 1]"], Certified),
    ("t > 0", &["t=(0, 1)"], Holds),
    ("exp(t) > t", &["t=[-3, 3]"], Certified),
    ("exp(pi*sqrt(163)) < 262537412640768744", &[], Certified),
    ("cos(10^-30) < 1", &[], Certified),
    (
        "floor(exp(pi*sqrt(163))) == 262537412640768743",
        &[],
        Proved,
    ),
    // Agreement is not proof, and the order of equal numbers cannot be seen.
    ("sqrt(2)+sqrt(3) == sqrt(5+2*sqrt(6))", &[], Agrees),
    ("sqrt(2)+sqrt(3) >= sqrt(5+2*sqrt(6))", &[], Undecided),
    ("sqrt(2)+sqrt(3) != sqrt(5+2*sqrt(6))", &[], Undecided),
    ("sqrt(2)+sqrt(3) < sqrt(5+2*sqrt(6))", &[], Undecided),
    ("4*atan(1/5) - atan(1/239) >= pi/4", &[], Undecided),
    // No value somewhere on the domain, or no domain.
    ("t/t == 1", &["t=[0, 1]"], Refused),
    ("1/n == 1/n", &["n=0..3"], Refused),
    ("sqrt(t)^2 == t", &["t=(-1, 1)"], Refused),
    ("J(1,1,t) >= 0", &["t=(0, 4)"], Refused),
    ("1/(sin(1)^2+cos(1)^2-1) == 0", &[], Undecided),
    ("gamma(-n) == 0", &["n=0..3"], Refused),
    ("t > 0", &["t=[1, 0]"], Refused),
    ("t > 0", &["t=(1, 1)"], Refused),
    ("n > 0", &["n=1..5", "n > 9"], Refused),
    ("t > 0", &[], Refused),
    ("t > 0", &["t=(0, 1)", "u=(0, 1)"], Refused),
    ("[1, 2] == [1, 2, 3]", &[], Refused),
    ("[1, 2] ~= 1.5", &[], Refused),
    ("pi ~= 22/7", &[], Refused),
    ("nan == nan", &[], Refused),
    ("inf == inf", &[], Refused),
];

fn found(trap: &Trap) -> (Wanted, String) {
    match judge(trap.0, trap.1) {
        Err(error) => (Refused, error.to_string()),
        Ok(verdict) => {
            let kind = match verdict {
                Verdict::Proved => Proved,
                Verdict::Certified => Certified,
                Verdict::Agrees { .. } => Agrees,
                Verdict::Holds { .. } | Verdict::Consistent { .. } => Holds,
                Verdict::Undecided { .. } => Undecided,
                Verdict::Refuted { .. } => Refuted,
            };
            if let Verdict::Refuted { witness } = &verdict {
                assert!(
                    !witness.left.is_empty() && !witness.right.is_empty(),
                    "{trap:?}: {verdict:?}"
                );
                // A strict order fails between equal numbers too.
                assert!(
                    witness.left != witness.right || trap.0.contains(['<', '>', '!']),
                    "{trap:?}: a witness shows a difference"
                );
                // With variables, the witness says where.
                assert!(
                    !witness.at.is_empty() || trap.1.is_empty(),
                    "{trap:?}: {verdict:?}"
                );
            }
            (kind, format!("{verdict:?}"))
        }
    }
}

fn run(traps: &[Trap]) -> usize {
    let mut wrong = Vec::new();
    for trap in traps {
        let (kind, detail) = found(trap);
        if kind != trap.2 {
            wrong.push(format!(
                "{} for {:?}: wanted {:?}, found {detail}",
                trap.0, trap.1, trap.2
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} silent errors\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    traps.len()
}

#[test]
fn false_statements_are_refuted_with_a_witness() {
    let refuted = FALSE.iter().filter(|trap| trap.2 == Refuted).count();
    assert!(refuted >= 35, "{refuted}");
    assert_eq!(run(FALSE), FALSE.len());
}

#[test]
fn nothing_is_claimed_beyond_the_evidence() {
    assert!(FALSE.len() + OTHERS.len() >= 70);
    assert_eq!(run(OTHERS), OTHERS.len());
}

/// A formula, the digits asked for, and what `eval` must print; `None` for a refusal.
type Print = (&'static str, u32, Option<&'static str>);

/// Formulas whose evaluation in floating point gives a wrong number.
const PRINTS: &[Print] = &[
    ("(10^30 + 1/3) - 10^30", 10, Some("0.3333333333")),
    ("0.1 + 0.2 - 0.3", 10, Some("0")),
    (
        "exp(pi*sqrt(163)) - 262537412640768744",
        6,
        Some("-7.49927e-13"),
    ),
    // Rump's polynomial, which is −54767/66192 and in double precision 1.17… or −1.18·10²¹.
    (
        "333.75*33096^6 + 77617^2*(11*77617^2*33096^2 - 33096^6 - 121*33096^4 - 2) + 5.5*33096^8 + 77617/(2*33096)",
        20,
        Some("-0.82739605994682136814"),
    ),
    ("(1 - cos(10^-20))*10^40", 12, Some("0.500000000000")),
    ("(exp(10^-30) - 1)*10^30", 12, Some("1.00000000000")),
    ("1 - tanh(100)", 8, Some("2.7677931e-87")),
    ("erfc(20)", 8, Some("5.3958656e-176")),
    ("sin(10^22)", 12, Some("-0.852200849767")),
    ("sin(355)", 12, Some("-0.0000301443533595")),
    ("tan(pi/2 - 10^-30)", 10, Some("1.000000000e30")),
    ("acos(1 - 10^-40)", 10, Some("1.414213562e-20")),
    ("ln(1 + 10^-50)*10^50", 10, Some("1.000000000")),
    ("gamma(171.5)/gamma(170.5)", 10, Some("170.5000000")),
    ("J(1,1,pi-10^-1000)", 10, Some("5.305164770e-3002")),
    ("sum((-1)^k*binomial(60,k), k=0..60)", 10, Some("0")),
    (
        "sum((-1)^k*50^k/factorial(k), k=0..200)*exp(50)",
        10,
        Some("1.000000000"),
    ),
    ("(sqrt(10^60+1) - 10^30)*10^30", 10, Some("0.5000000000")),
    ("floor(10^20 - 10^-20)", 30, Some("99999999999999999999")),
    ("floor(-1/2)", 5, Some("-1")),
    ("2/3", 1, Some("0.7")),
    ("1/8", 2, Some("0.12")),
    ("3/8", 2, Some("0.38")),
    ("9.995", 3, Some("10.0")),
    ("-2^2", 5, Some("-4")),
    ("2^3^2", 5, Some("512")),
    ("0^0", 5, Some("1")),
    ("1/3*3", 5, Some("1")),
    ("max(1/3, 0.33333333333333333333)", 5, Some("0.33333")),
    ("sqrt(2)+sqrt(3)-sqrt(5+2*sqrt(6))", 10, None),
    ("4*atan(1/5)-atan(1/239)-pi/4", 10, None),
    ("1/(sqrt(2)+sqrt(3)-sqrt(5+2*sqrt(6)))", 10, None),
    ("sum(1/k, k=1..inf)", 10, None),
    ("integral(1/u, u=0..1)", 10, None),
    ("0^(-1)", 10, None),
    ("exp(-10^10)", 10, None),
    ("exp(10^10)", 10, None),
    ("sqrt(-10^-200)", 10, None),
    ("acos(1 + 10^-200)", 10, None),
    ("ln(-10^-200)", 10, None),
    ("J(1,1,pi+10^-60)", 10, None),
    ("tan(pi/2)", 10, None),
];

#[test]
fn formulas_print_what_is_right_or_nothing() {
    let limits = Limits::default();
    let mut wrong = Vec::new();
    for (formula, digits, wanted) in PRINTS {
        let expr =
            parse_expr(formula, &limits).unwrap_or_else(|error| panic!("{formula}: {error}"));
        let digits = Digits::literal(*digits);
        let question = Question {
            library: catalog::library(),
            digits,
            method: None,
            limits: &limits,
        };
        let answer = question.answer(&expr);
        let text = answer.as_ref().ok().map(|answer| answer.text());
        if text.as_deref() != *wanted {
            wrong.push(format!("{formula}: wanted {wanted:?}, found {answer:?}"));
        }
        if let Err(error) = answer {
            let kinds = [ErrorKind::Domain, ErrorKind::Undecided, ErrorKind::Limit];
            assert!(kinds.contains(&error.kind()), "{formula}: {error}");
        }
    }
    assert!(PRINTS.len() >= 40);
    assert!(
        wrong.is_empty(),
        "{} silent errors\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

//! Printed formulas, target by target. The mpmath and PARI columns were run in Python and gp.

use super::super::expr::{Expr, ExprKind, Factor};
use super::super::parse_expr;
use super::Target;
use crate::error::ErrorKind;
use crate::limits::Limits;

fn expr(text: &str) -> Expr {
    parse_expr(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn check(target: Target, rows: &[(&str, &str)]) {
    for (text, printed) in rows {
        assert_eq!(target.print(&expr(text)).as_deref(), Ok(*printed), "{text}");
    }
}

#[test]
fn unicode() {
    check(
        Target::Unicode,
        &[
            (
                "((pi-theta)*(2*cos(theta)^2+1)+3*sin(theta)*cos(theta))/(2*pi)",
                "((π − θ)·(2·cos(θ)² + 1) + 3·sin(θ)·cos(θ))/(2·π)",
            ),
            ("1/2*theta - 1/3/x", "θ/2 − 1/(3·x)"),
            ("a/b*c/d", "a·c/(b·d)"),
            ("1/(a + b)", "1/(a + b)"),
            ("x*(1/2)", "x·(1/2)"),
            ("(1/2)^2", "(1/2)²"),
            ("x^-13", "x⁻¹³"),
            ("x^y^2", "x^(y²)"),
            ("(x^2)^3", "(x²)³"),
            ("-2^2", "−2²"),
            ("(-x)^2*-3 - -y", "(−x)²·(−3) − (−y)"),
            ("x^(1/2)", "x^(1/2)"),
            ("sqrt(2)*sqrt(2*pi)", "√2·√(2·π)"),
            ("sqrt(x)^2 + sqrt(x^2)", "(√x)² + √(x²)"),
            ("sqrt(sigma2)", "√(σ²)"),
            ("sqrt(pi)*sqrt(0)*sqrt(1/2)", "√π·√0·√(1/2)"),
            ("cbrt(-8)", "∛(−8)"),
            (
                "factorial(n)^2 + double_factorial(n + 1)",
                "(n!)² + (n + 1)!!",
            ),
            ("abs(x) + floor(x/2) + ceil(x)", "|x| + ⌊x/2⌋ + ⌈x⌉"),
            ("gamma(x) + digamma(x) + euler_gamma", "Γ(x) + ψ(x) + γ"),
            ("theta0 + gamma_b + s2 + eps", "θ₀ + γ_b + s2 + ε"),
            ("sigma2^2 + sigma2(theta, 64)", "(σ²)² + σ²(θ, 64)"),
            (
                "J(1, 1, theta, f=relu) + angle.rate(n=16)",
                "J(1, 1, θ, f=relu) + angle.rate(n=16)",
            ),
            ("sum(1/k^2, k=1..inf)", "Σ(1/k², k=1..∞)"),
            ("integral(exp(-u^2), u=-inf..inf)", "∫(exp(−u²), u=−∞..∞)"),
            (
                "diff(t^3, t) + diff(t^3, t, 2)",
                "(d/dt)(t³) + (d²/dt²)(t³)",
            ),
            ("diff(t^3, t, n + 1)", "(d^(n + 1)/dt^(n + 1))(t³)"),
            ("coefficient(exp(t), t, 12)", "[t¹²](exp(t))"),
            ("[1/2, -x]", "[1/2, −x]"),
        ],
    );
}

#[test]
fn latex() {
    check(
        Target::Latex,
        &[
            (
                "((pi-theta)*(2*cos(theta)^2+1)+3*sin(theta)*cos(theta))/(2*pi)",
                r"\frac{\left(\pi - \theta\right) \, \left(2 \, \cos^{2}\left(\theta\right) + 1\right) + 3 \, \sin\left(\theta\right) \, \cos\left(\theta\right)}{2 \, \pi}",
            ),
            ("1/2*theta - 1/3/x", r"\frac{\theta}{2} - \frac{1}{3 \, x}"),
            ("(a + b)/(c + d)", r"\frac{a + b}{c + d}"),
            ("x*3*(1/2)", r"x \cdot 3 \cdot \frac{1}{2}"),
            ("(1/2)^x", r"\left(\frac{1}{2}\right)^{x}"),
            ("x^(1/2)", r"x^{1/2}"),
            ("x^y^2", r"x^{y^{2}}"),
            ("-(a + b) - a/b", r"-\left(a + b\right) - \frac{a}{b}"),
            (
                "x*0*(1/2)^2*2^x",
                r"x \cdot 0 \, \left(\frac{1}{2}\right)^{2} \cdot 2^{x}",
            ),
            (
                "(a/b)^2*(c*d)",
                r"\left(\frac{a}{b}\right)^{2} \, \left(c \, d\right)",
            ),
            ("(x^2)^3", r"\left(x^{2}\right)^{3}"),
            ("-(-x) - (a - b)", r"-\left(-x\right) - \left(a - b\right)"),
            ("a*-b", r"a \, \left(-b\right)"),
            (
                "cos(x)^-1 + cos(x)^y",
                r"\cos\left(x\right)^{-1} + \cos\left(x\right)^{y}",
            ),
            ("sqrt(2*pi)*cbrt(x)", r"\sqrt{2 \, \pi} \, \sqrt[3]{x}"),
            ("exp(-u^2)^2", r"\left(e^{-u^{2}}\right)^{2}"),
            (
                "abs(x)*floor(x)",
                r"\left|x\right| \, \left\lfloor x\right\rfloor ",
            ),
            (
                "factorial(n - 1)^2",
                r"\left(\left(n - 1\right)!\right)^{2}",
            ),
            ("2*factorial(3)", r"2 \cdot 3!"),
            ("binomial(n, k)", r"\binom{n}{k}"),
            (
                "pochhammer(x, n)*hermite(n, x)",
                r"\left(x\right)_{n} \, \mathrm{He}_{n}\left(x\right)",
            ),
            ("polygamma(2, x)", r"\psi^{\left(2\right)}\left(x\right)"),
            ("hyp2f1(a, b, c, z)", r"{}_{2}F_{1}\left(a, b; c; z\right)"),
            (
                "gamma(x)*gamma_b*euler_gamma",
                r"\Gamma\left(x\right) \, \gamma_{b} \, \gamma",
            ),
            (
                "theta0*r12*width",
                r"\theta_{0} \, r_{12} \, \mathrm{width}",
            ),
            ("sigma2^2", r"\left(\sigma^{2}\right)^{2}"),
            ("asin(x)", r"\operatorname{asin}\left(x\right)"),
            (
                "double_rate(n=1) + max(x, y)",
                r"\operatorname{double\_rate}\left(n=1\right) + \max\left(x, y\right)",
            ),
            ("2*sum(k, k=1..n)", r"2 \, \left(\sum_{k=1}^{n} k\right)"),
            (
                "integral(u + 1, u=0..inf)",
                r"\int_{0}^{\infty} \left(u + 1\right) \, du",
            ),
            (
                "diff(theta^3, theta, 2)",
                r"\frac{d^{2}}{d\theta^{2}} \theta^{3}",
            ),
            ("coefficient(exp(t), t, k)", r"\left[t^{k}\right] e^{t}"),
            ("[1, [2]]", r"\left[1, \left[2\right]\right]"),
        ],
    );
}

#[test]
fn latex_escapes_what_a_name_may_hold() {
    let name = Expr::name(r"\input{x}%$#&^~");
    let printed = Target::Latex.print(&name).unwrap();
    assert_eq!(
        printed,
        r"\mathrm{\backslash input\{x\}\%\$\#\&\hat{}\sim }"
    );
}

#[test]
fn mpmath() {
    check(
        Target::Mpmath,
        &[
            ("1/3", "mp.mpf(1)/3"),
            ("1/3*x", "mp.mpf(1)/3*x"),
            ("4/2", "mp.mpf(4)/mp.mpf(2)"),
            ("2^-1", "mp.mpf(2)**(-mp.mpf(1))"),
            ("-x^2", "-x**2"),
            ("(a + b)^2*(-c)^3", "(a + b)**2*(-c)**3"),
            ("(2/3)^2", "(mp.mpf(2)/3)**2"),
            ("x^(1/2)", "x**(mp.mpf(1)/2)"),
            ("a*-b - -c", "a*(-b) - (-c)"),
            ("ln(pi) + euler_gamma", "mp.ln(mp.pi) + mp.euler"),
            ("binomial(5, k=2)", "mp.binomial(5, 2)"),
            ("binomial(k=2, n=5)", "mp.binomial(5, 2)"),
            ("max(1, 2, x)/7", "mp.mpf(max(1, 2, x))/mp.mpf(7)"),
            ("lambda + lambda_ + x", "lambda_ + lambda__ + x"),
            ("[1, 1/2]", "[1, mp.mpf(1)/2]"),
            (
                "sum(1/k, k=1..inf)",
                "mp.nsum(lambda k: mp.mpf(1)/k, [1, mp.inf])",
            ),
            (
                "integral(u, u=-inf..0)",
                "mp.quad(lambda u: u, [-mp.inf, 0])",
            ),
            ("diff(t^3, t, 2)", "mp.diff(lambda t: t**3, t, int(2))"),
            (
                "coefficient(exp(t), t, 5)",
                "mp.taylor(lambda t: mp.exp(t), 0, int(5))[-1]",
            ),
        ],
    );
    // Python refuses longer integer literals.
    let long = Target::Mpmath.print(&expr("1e4300 + f0")).unwrap();
    assert!(long.starts_with("mp.mpf('1000") && long.ends_with("000') + f0"));
    assert!(
        Target::Mpmath
            .print(&expr("abs(1e4300)"))
            .unwrap()
            .contains("('1000")
    );
}

#[test]
fn pari() {
    check(
        Target::Pari,
        &[
            ("1/3*x^(1/2)", "1/3*x^(1/2)"),
            ("(2/3)^2*-3", "(2/3)^2*(-3)"),
            ("ln(pi) + euler_gamma", "log(Pi) + Euler"),
            ("theta*t + s2 + I", "theta_*t + s2_ + I_"),
            ("cot(x)", "cotan(x)"),
            ("erf(x)^2", "(1-erfc(x))^2"),
            ("min(1, 2, x)", "vecmin([1, 2, x])"),
            ("hyp2f1(1, 2, 3, z)", "hypergeom([1, 2], 3, z)"),
            ("sum(k, k=1..n)", "sum(k=1,n,k)"),
            ("sum(1/k^2, k=1..inf)", "suminf(k=1,1/k^2)"),
            ("product(k, k=1..9)", "prod(k=1,9,k)"),
            ("integral(exp(-u), u=0..inf)", "intnum(u=0,oo,exp(-u))"),
            ("diff(t^3, t)", "derivnum(t=t,t^3,1)"),
            (
                "coefficient(exp(t), t, 5)",
                "((k_)->((t)->polcoef(exp(t),k_))('t+O('t^(k_+16))))(5)",
            ),
        ],
    );
}

#[test]
fn what_a_target_lacks_is_refused_at_its_place() {
    for target in [Target::Mpmath, Target::Pari] {
        for (text, place) in [
            ("1 + J(1, 1, t)", "J(1, 1, t)"),
            ("sin(relu(x))", "relu(x)"),
        ] {
            let error = target.print(&expr(text)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert_eq!(&text[error.span().unwrap()], place);
        }
        assert!(target.print(&expr("sin(1, 2)")).is_err());
    }
}

#[test]
fn every_built_in_function_has_its_counterparts() {
    for function in crate::formula::signature::BUILTINS {
        let parameters = function.signature.parameters;
        let names = ["u", "v", "w", "z"];
        let call = format!(
            "{}({})",
            function.signature.name,
            names[..parameters.len()].join(", ")
        );
        for target in Target::ALL {
            let printed = target.print(&expr(&call)).unwrap();
            for name in &names[..parameters.len()] {
                assert!(printed.contains(name), "{target}: {call} became {printed}");
            }
        }
    }
}

#[test]
fn targets_are_known_by_name() {
    for target in Target::ALL {
        assert_eq!(target.name().parse(), Ok(target));
    }
    let error = "tex".parse::<Target>().unwrap_err();
    assert_eq!(
        error.hint(),
        Some("one of text, unicode, latex, mpmath, pari")
    );
}

/// Code can build trees that no text gives; every target says the same with them.
#[test]
fn trees_without_a_text_are_printed_too() {
    let raw = |kind: ExprKind| Expr::from(kind);
    let inverse = |name: &str| Factor {
        inverse: true,
        value: Expr::name(name),
    };
    let negative = raw(ExprKind::Number((-3, 2).into()));
    for (tree, texts) in [
        (
            raw(ExprKind::Sum(vec![])),
            ["0", "0", "0", "mp.mpf(0)", "0"],
        ),
        (
            raw(ExprKind::Product(vec![])),
            ["1", "1", "1", "mp.mpf(1)", "1"],
        ),
        (
            raw(ExprKind::Product(vec![inverse("x"), inverse("y")])),
            [
                "1/x/y",
                "1/(x·y)",
                r"\frac{1}{x \, y}",
                "mp.mpf(1)/x/y",
                "1/x/y",
            ],
        ),
        (
            negative.clone().power(2),
            [
                "(-3/2)^2",
                "(−3/2)²",
                r"\left(-\frac{3}{2}\right)^{2}",
                "(-mp.mpf(3)/2)**2",
                "(-3/2)^2",
            ],
        ),
        (
            raw(ExprKind::Product(vec![
                Factor {
                    inverse: false,
                    value: negative,
                },
                inverse("x"),
            ])),
            [
                "(-3/2)/x",
                "(−3/2)/x",
                r"\frac{-\frac{3}{2}}{x}",
                "(-mp.mpf(3)/2)/x",
                "(-3/2)/x",
            ],
        ),
    ] {
        for (target, text) in Target::ALL.into_iter().zip(texts) {
            assert_eq!(target.print(&tree).as_deref(), Ok(text), "{target}");
        }
    }
}

//! What people type from habit with other tools, and what to type here.
//!
//! Characters outside the language and names that other systems use each get an error that says
//! what to write instead.

use crate::error::Error;

/// The error for a character that no token begins with. `first` says that it opens the text.
pub(super) fn character(c: char, first: bool) -> Error {
    match c {
        '\0' => return Error::parse("a NUL byte is not part of a formula").with_hint("delete it"),
        '\u{FEFF}' if first => {
            return Error::parse("the text begins with a byte order mark (U+FEFF)")
                .with_hint("save it as UTF-8 without a byte order mark");
        }
        _ if is_invisible(c) => {
            return Error::parse(format!(
                "an invisible character (U+{:04X}) is not part of a formula",
                u32::from(c)
            ))
            .with_hint("delete it, or type the place anew");
        }
        _ if c.is_whitespace() => {
            return Error::parse(format!("U+{:04X} is not a plain space", u32::from(c)))
                .with_hint("type an ordinary space");
        }
        _ => {}
    }
    let error = Error::parse(format!("`{c}` is not part of the language"));
    match instead(c) {
        Some(hint) => error.with_hint(hint),
        None if c.is_numeric() => error.with_hint("digits are 0 to 9"),
        None => error,
    }
}

/// Control characters and the marks that change the direction or joining of text without a glyph.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

fn instead(c: char) -> Option<&'static str> {
    Some(match c {
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        '≠' => "write `!=`",
        '≈' | '≃' | '≅' => "write `~=` and a decimal literal",
        '×' | '·' | '⋅' | '∗' | '•' => "write products with `*`",
        '÷' | '∕' | '⁄' => "write quotients with `/`",
        '–' | '—' | '‐' | '‑' | '‒' => "write `-`",
        '√' => "write `sqrt(x)`",
        '∛' => "write `cbrt(x)`",
        '∞' => "write `inf`, as the end of a sum, product or integral",
        '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '⁻' | 'ⁿ' => {
            "write powers with `^`, as in `x^2`"
        }
        '∑' | 'Σ' => "write `sum(E, k=a..b)`",
        '∏' | 'Π' => "write `product(E, k=a..b)`",
        '∫' => "write `integral(E, u=a..b)`",
        '∂' => "write `diff(E, t)`",
        'Γ' => "write `gamma(x)`",
        '…' => "write `..` between the ends of a range",
        '‘' | '’' | '“' | '”' | '«' | '»' | '"' | '\'' | '`' => {
            "a formula has no quotes: leave them out"
        }
        '!' => "write `factorial(n)`, or `!=` for a relation",
        '~' => "write `~=` and a decimal literal",
        '|' => "write `abs(x)` for an absolute value",
        '&' => "write `and` between conditions",
        '%' => "write a percentage as a fraction: `5/100`",
        '_' => "a name begins with a letter",
        ';' => "separate arguments with `,`",
        '\\' => "write names without a backslash, as in `sin(theta)`",
        '$' => "leave the `$` out",
        'α' => "write `alpha`",
        'β' => "write `beta`",
        'γ' => "write `euler_gamma` for Euler's constant, `gamma(x)` for the function",
        'δ' => "write `delta`",
        'ε' | 'ϵ' => "write `eps`",
        'η' => "write `eta`",
        'ϑ' => "write `theta`",
        'κ' => "write `kappa`",
        'λ' => "write `lambda`",
        'μ' | 'µ' => "write `mu`",
        'ρ' => "write `rho`",
        'σ' => "write `sigma`",
        'τ' => "write `tau`",
        'φ' | 'ϕ' => "write `phi`",
        'ψ' => "write `digamma(x)` for the function, `psi` for a variable",
        'ω' => "write `omega`",
        _ => return None,
    })
}

/// What to type instead of `name(…)`, if other systems have a function of that name.
pub(super) fn function(name: &str) -> Option<&'static str> {
    Some(match name {
        "log" | "Log" | "LN" | "Ln" => {
            "write `ln(x)` for the natural logarithm, `ln(x)/ln(10)` for the decimal one"
        }
        "log2" => "write `ln(x)/ln(2)`",
        "log10" | "lg" => "write `ln(x)/ln(10)`",
        "log1p" => "write `ln(1 + x)`",
        "expm1" => "write `exp(x) - 1`",
        "psi" => "write `digamma(x)`, or `polygamma(m, x)` for its derivatives",
        "trigamma" => "write `polygamma(1, x)`",
        "arccos" | "acosine" => "write `acos(x)`",
        "arcsin" => "write `asin(x)`",
        "arctan" => "write `atan(x)`",
        "arccosh" | "arcosh" => "write `acosh(x)`",
        "arcsinh" | "arsinh" => "write `asinh(x)`",
        "arctanh" | "artanh" => "write `atanh(x)`",
        "atan2" | "arctan2" => "write `atan(y/x)` for x > 0",
        "sec" => "write `1/cos(x)`",
        "csc" | "cosec" => "write `1/sin(x)`",
        "cotan" | "cotg" | "ctg" => "write `cot(x)`",
        "tg" => "write `tan(x)`",
        "Gamma" | "tgamma" => "write `gamma(x)`",
        "loggamma" | "lngamma" | "gammaln" => "write `lgamma(x)`",
        "fac" | "fact" => "write `factorial(n)`",
        "fac2" | "factorial2" => "write `double_factorial(n)`",
        "choose" | "comb" | "nCr" => "write `binomial(n, k)`",
        "rf" | "rising_factorial" => "write `pochhammer(x, n)`",
        "pow" | "power" => "write `x^y`",
        "W" | "LambertW" => "write `lambertw(x)`",
        "prod" => "write `product(E, k=a..b)`",
        "int" | "integrate" | "quad" => "write `integral(E, u=a..b)`",
        "derivative" | "deriv" => "write `diff(E, t)`",
        "norm_cdf" | "normcdf" => "write `erfc(-x/sqrt(2))/2`",
        _ => return None,
    })
}

/// What to type instead of the bare name, if it can only be a slip.
pub(super) fn constant(name: &str) -> Option<&'static str> {
    Some(match name {
        "e" => "write `exp(1)` for Euler's number",
        "nan" | "NaN" | "NAN" => "a formula has a value or is an error",
        "infinity" | "Infinity" | "oo" | "Inf" => {
            "write `inf`, as the end of a sum, product or integral"
        }
        "Pi" | "PI" => "write `pi`",
        _ => return None,
    })
}

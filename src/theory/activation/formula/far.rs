//! What is certain about an analytic piece on a half-strip ±Re z ≥ X, |Im z| ≤ y: that it is
//! holomorphic there, and how large it can be.
//!
//! With x = |Re z| each part f of the formula carries what could be shown: its real and its
//! imaginary part within a [`Band`] of polynomials in x, a bound C x^p e^{sx + cx²} of |f|, a constant
//! below Re f. The rule of each operation stands beside it. A part without a rule gives nothing.
//! X ≥ 1 throughout, so x^p ≤ x^{p+1} and e^{sx} ≤ e^{sx + dx²} for d ≥ 0.

use rug::{Float, Rational};

use super::interval::{Band, Interval, apply, exactly};
use super::tree::{Function, Tree};
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::general::growth::Growth;

/// C x^p e^{sx + cx²}.
#[derive(Debug, Clone)]
struct Bound {
    scale: Magnitude,
    degree: u32,
    slope: Rational,
    curve: Rational,
}

/// What is known of one part.
#[derive(Debug, Clone)]
struct Part {
    re: Option<Band>,
    im: Option<Band>,
    bound: Bound,
    /// Re f is at least this.
    least: Option<Rational>,
    /// Re f is at most this.
    most: Option<Rational>,
}

/// A half-strip.
struct Strip {
    /// 1 for the right one, −1 for the left one.
    side: i32,
    /// X.
    from: Rational,
    /// y.
    height: Rational,
}

/// The starts X that are tried.
const STARTS: [u32; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 512, 4096];

/// A bound of the piece on the right half-strip (`side` 1) or the left one (−1) of this height.
pub(super) fn growth(tree: &Tree, side: i32, height: f64) -> Option<Growth> {
    STARTS.iter().find_map(|&from| {
        let strip = Strip {
            side,
            from: Rational::from(from),
            height: exactly(height),
        };
        let bound = strip.part(tree)?.bound;
        let double = |q: &Rational| {
            let nearest = q.to_f64();
            if exactly(nearest) >= *q {
                nearest
            } else {
                nearest.next_up()
            }
        };
        let growth = Growth {
            from: f64::from(from),
            height,
            scale: bound.scale,
            degree: bound.degree,
            slope: double(&bound.slope),
            curve: double(&bound.curve),
        };
        (growth.scale.is_finite() && growth.slope.is_finite() && growth.curve.is_finite())
            .then_some(growth)
    })
}

/// Whether |f(x)| is certainly at least e^{x²/4} up to a polynomial factor on this side, so that f is
/// not square integrable against the Gaussian density.
pub(super) fn too_large(tree: &Tree, side: i32) -> bool {
    STARTS.iter().any(|&from| {
        let strip = Strip {
            side,
            from: Rational::from(from),
            height: Rational::from((1, 4)),
        };
        let Some(floor) = strip.log_floor(tree) else {
            return false;
        };
        // ln|f| ≥ floor, so f² φ does not fall below a constant if 2 floor − x²/2 is bounded below.
        let quarter = Band::new(vec![
            Interval::exact(Rational::new()),
            Interval::exact(Rational::new()),
            Interval::exact(Rational::from((-1, 4))),
        ]);
        floor.add(&quarter).infimum(&strip.from).is_some()
    })
}

impl Bound {
    fn constant(scale: Magnitude) -> Bound {
        Bound {
            scale,
            degree: 0,
            slope: Rational::new(),
            curve: Rational::new(),
        }
    }

    fn of_rational(q: &Rational) -> Bound {
        Bound::constant(Magnitude::from_rational(q))
    }

    fn times(&self, other: &Bound) -> Bound {
        Bound {
            scale: self.scale.times(other.scale),
            degree: self.degree + other.degree,
            slope: Rational::from(&self.slope + &other.slope),
            curve: Rational::from(&self.curve + &other.curve),
        }
    }

    fn plus(&self, other: &Bound) -> Bound {
        Bound {
            scale: self.scale.plus(other.scale),
            degree: self.degree.max(other.degree),
            slope: self.slope.clone().max(other.slope.clone()),
            curve: self.curve.clone().max(other.curve.clone()),
        }
    }

    /// The bound of |f|^e for e > 0.
    fn power(&self, e: &Rational) -> Option<Bound> {
        let scale = Ball::exact(self.scale.to_float())
            .pow_rational(e, Bits::new(64))
            .magnitude();
        let degree = (Rational::from(self.degree) * e).ceil();
        Some(Bound {
            scale,
            degree: degree.numer().to_u32()?,
            slope: Rational::from(&self.slope * e),
            curve: Rational::from(&self.curve * e),
        })
    }

    /// A band above max(ln bound, `least`) for x ≥ from, from ln x ≤ ln from − 1 + x/from, with the
    /// constant `least` as its lower side.
    fn logarithm(&self, from: &Rational, least: &Rational) -> Option<Band> {
        let scale = Float::with_val(64, self.scale.to_float());
        if !scale.is_finite() || scale.is_zero() {
            return None;
        }
        let ln = Interval::of_ball(&Ball::exact(scale).ln(Bits::new(64)))?.high;
        let ln_from = apply(from, |x| x.ln(Bits::new(64)))?.high;
        let degree = Rational::from(self.degree);
        let constant: Rational = ln + (&degree * (ln_from - Rational::from(1)));
        let slope = (&self.slope + Rational::from(&degree / from)).max(Rational::new());
        let zero = Rational::new();
        Some(Band::new(vec![
            Interval::new(least.clone(), constant.max(least.clone())),
            Interval::new(zero.clone(), slope),
            Interval::new(zero.clone(), self.curve.clone().max(zero)),
        ]))
    }
}

impl Part {
    /// A part within two bands.
    fn within(re: Band, im: Band, from: &Rational) -> Part {
        let size = re.total_size() + im.total_size();
        let degree = re.degree().max(im.degree()) as u32;
        Part {
            bound: Bound {
                degree,
                ..Bound::of_rational(&size)
            },
            least: re.infimum(from),
            most: re.supremum(from),
            re: Some(re),
            im: Some(im),
        }
    }

    /// A part of which only a bound is known.
    fn bounded(bound: Bound) -> Part {
        let still = bound.slope <= 0 && bound.curve <= 0 && bound.degree == 0;
        let band = still
            .then(|| magnitude(bound.scale))
            .flatten()
            .map(|most| Band::constant(Interval::around_zero(most)));
        Part {
            least: band.as_ref().map(|b| b.coefficients()[0].low.clone()),
            most: band.as_ref().map(|b| b.coefficients()[0].high.clone()),
            re: band.clone(),
            im: band,
            bound,
        }
    }

    /// A part within a rectangle.
    fn rectangle(re: Interval, im: Interval) -> Part {
        Part::within(Band::constant(re), Band::constant(im), &Rational::from(1))
    }

    fn neg(&self) -> Part {
        Part {
            re: self.re.as_ref().map(Band::neg),
            im: self.im.as_ref().map(Band::neg),
            bound: self.bound.clone(),
            least: self.most.clone().map(|most| -most),
            most: self.least.clone().map(|least| -least),
        }
    }

    /// A constant bound of |Im f|.
    fn tilt(&self) -> Option<Rational> {
        self.im.as_ref()?.constant_size()
    }
}

fn magnitude(m: Magnitude) -> Option<Rational> {
    m.is_finite().then(|| m.to_float().to_rational()).flatten()
}

/// Below π/2: 157/100 < 1.5707.
fn quarter_turn() -> Rational {
    Rational::from((157, 100))
}

fn rational(n: i32, d: i32) -> Rational {
    Rational::from((n, d))
}

impl Strip {
    fn part(&self, tree: &Tree) -> Option<Part> {
        let from = &self.from;
        match tree {
            Tree::X => {
                let re = Band::new(vec![
                    Interval::exact(Rational::new()),
                    Interval::exact(Rational::from(self.side)),
                ]);
                let im = Band::constant(Interval::around_zero(self.height.clone()));
                Some(Part::within(re, im, from))
            }
            Tree::Number(_) | Tree::Constant(_) => {
                let value = Interval::of_ball(&tree.constant(Bits::new(128)).ok()?)?;
                let zero = Interval::exact(Rational::new());
                Some(Part::within(
                    Band::constant(value),
                    Band::constant(zero),
                    from,
                ))
            }
            Tree::Sum(terms) => {
                let mut total: Option<Part> = None;
                for (negative, term) in terms {
                    let part = self.part(term)?;
                    let part = if *negative { part.neg() } else { part };
                    total = Some(match total {
                        None => part,
                        Some(sum) => self.sum(&sum, &part),
                    });
                }
                let mut total = total?;
                if let Some(least) = total.re.as_ref().and_then(|re| re.infimum(from)) {
                    total.least = Some(total.least.map_or(least.clone(), |old| old.max(least)));
                }
                if let Some(most) = total.re.as_ref().and_then(|re| re.supremum(from)) {
                    total.most = Some(total.most.map_or(most.clone(), |old| old.min(most)));
                }
                Some(total)
            }
            Tree::Product(factors) => {
                let mut total: Option<Part> = None;
                for factor in factors {
                    let part = self.part(factor)?;
                    total = Some(match total {
                        None => part,
                        Some(product) => self.product(&product, &part),
                    });
                }
                total
            }
            Tree::Quotient(above, below) => {
                let (above, below) = (self.part(above)?, self.part(below)?);
                Some(self.product(&above, &self.recip(&below)?))
            }
            Tree::Power(base, n) => {
                let part = self.part(base)?;
                let mut power = Part::within(
                    Band::constant(Interval::exact(Rational::from(1))),
                    Band::constant(Interval::exact(Rational::new())),
                    from,
                );
                for _ in 0..n.unsigned_abs().min(64) {
                    power = self.product(&power, &part);
                }
                if n.unsigned_abs() > 64 {
                    return None;
                }
                if *n < 0 {
                    self.recip(&power)
                } else {
                    Some(power)
                }
            }
            Tree::RealPower(base, exponent) => {
                let exponent = Interval::of_ball(&exponent.constant(Bits::new(128)).ok()?)?;
                self.real_power(&self.part(base)?, &exponent)
            }
            Tree::Call(function, argument) => self.call(*function, &self.part(argument)?),
        }
    }

    fn sum(&self, left: &Part, right: &Part) -> Part {
        let both = |a: &Option<Band>, b: &Option<Band>| Some(a.as_ref()?.add(b.as_ref()?));
        let (re, im) = (both(&left.re, &right.re), both(&left.im, &right.im));
        let mut bound = left.bound.plus(&right.bound);
        // What the bands say may be better: terms that cancel.
        if let (Some(re), Some(im)) = (&re, &im) {
            let within = Part::within(re.clone(), im.clone(), &self.from);
            if within.bound.degree <= bound.degree && bound.slope >= 0 && bound.curve >= 0 {
                bound = within.bound;
            }
        }
        let added = |a: &Option<Rational>, b: &Option<Rational>| {
            Some(Rational::from(a.as_ref()? + b.as_ref()?))
        };
        Part {
            least: added(&left.least, &right.least),
            most: added(&left.most, &right.most),
            re,
            im,
            bound,
        }
    }

    fn product(&self, left: &Part, right: &Part) -> Part {
        let bound = left.bound.times(&right.bound);
        let (Some(a), Some(b), Some(c), Some(d)) = (&left.re, &left.im, &right.re, &right.im)
        else {
            return Part::bounded(bound);
        };
        let re = a.mul(c).add(&b.mul(d).neg());
        let im = a.mul(d).add(&b.mul(c));
        Part {
            least: re.infimum(&self.from),
            most: re.supremum(&self.from),
            re: Some(re),
            im: Some(im),
            bound,
        }
    }

    /// 1/f where Re f ≥ m > 0 or ≤ −m < 0: |1/f| ≤ 1/m, and Re (1/f) has the sign of Re f.
    fn recip(&self, part: &Part) -> Option<Part> {
        let zero = Rational::new();
        if let (Some(re), Some(im)) = (&part.re, &part.im)
            && re.degree() == 0
            && im.constant_size().is_some_and(|size| size == 0)
        {
            let value = &re.coefficients()[0];
            if value.low <= 0 && value.high >= 0 {
                return None;
            }
            return Some(Part::rectangle(
                Interval::new(
                    Rational::from(value.high.recip_ref()),
                    Rational::from(value.low.recip_ref()),
                ),
                Interval::exact(zero),
            ));
        }
        if let Some(m) = part.least.as_ref().filter(|m| **m > 0) {
            let most = Rational::from(m.recip_ref());
            return Some(Part::rectangle(
                Interval::new(zero, most.clone()),
                Interval::around_zero(most),
            ));
        }
        let negative = part.most.clone()?;
        if negative >= 0 {
            return None;
        }
        let most = Rational::from((-negative).recip_ref());
        Some(Part::rectangle(
            Interval::new(-most.clone(), zero),
            Interval::around_zero(most),
        ))
    }

    /// f^e, principal, where Re f ≥ m > 0: |f^e| = |f|^e; the argument stays below eπ/2.
    fn real_power(&self, part: &Part, exponent: &Interval) -> Option<Part> {
        let m = part.least.as_ref().filter(|m| **m > 0)?;
        if exponent.low > 0 {
            // Monotone in the exponent one way or the other: the larger of both ends, part by part.
            let (a, b) = (
                part.bound.power(&exponent.high)?,
                part.bound.power(&exponent.low)?,
            );
            let mut power = Part::bounded(Bound {
                scale: a.scale.max(b.scale),
                degree: a.degree.max(b.degree),
                slope: a.slope.max(b.slope),
                curve: a.curve.max(b.curve),
            });
            if exponent.high <= rational(1, 2) {
                // The argument is at most π/4, and cos π/4 > 7/10.
                let size = |e: &Rational| apply(m, |x| x.pow_rational(e, Bits::new(80)));
                let floor = size(&exponent.low)?.low.min(size(&exponent.high)?.low);
                power.least = Some(floor * rational(7, 10));
            } else if exponent.high <= 1 {
                power.least = Some(Rational::new());
            }
            return Some(power);
        }
        if exponent.high >= 0 {
            return None;
        }
        let size = |e: &Rational| {
            let ball = Ball::from_rational(m, Bits::new(80)).pow_rational(e, Bits::new(80));
            ball.magnitude()
        };
        let most = size(&exponent.low).max(size(&exponent.high));
        Some(Part::bounded(Bound::constant(most)))
    }

    /// e^f: |e^f| = e^{Re f}; Re e^f = |e^f| cos Im f ≥ 0 where |Im f| ≤ π/2.
    fn exp(&self, part: &Part) -> Option<Part> {
        let value = |q: &Rational| apply(q, |x| x.exp(Bits::new(80)));
        let most = part.most.clone();
        let quadratic = part.re.as_ref().filter(|re| re.degree() <= 2);
        let mut result = if let Some(re) = quadratic {
            let at = |k: usize| {
                re.coefficients()
                    .get(k)
                    .map_or(Rational::new(), |c| c.high.clone())
            };
            if at(0) > 50_000_000 {
                return None;
            }
            Part::bounded(Bound {
                scale: Magnitude::from_rational(&value(&at(0))?.high),
                degree: 0,
                slope: at(1),
                curve: at(2),
            })
        } else {
            let most = most.as_ref().filter(|most| **most < 50_000_000)?;
            Part::bounded(Bound::of_rational(&value(most)?.high))
        };
        let upright = part.tilt().is_some_and(|tilt| tilt <= quarter_turn());
        if let Some(most) = most.filter(|most| *most < 50_000_000) {
            let size = value(&most)?.high;
            let low = if upright {
                Rational::new()
            } else {
                -size.clone()
            };
            result.re = Some(Band::constant(Interval::new(low.clone(), size.clone())));
            result.im = Some(Band::constant(Interval::around_zero(size.clone())));
            (result.least, result.most) = (Some(low), Some(size));
        } else if upright {
            result.least = Some(Rational::new());
        }
        // Re e^f ≥ e^m cos of the tilt, if Re f ≥ m.
        if let (true, Some(m), Some(tilt)) = (upright, &part.least, part.tilt())
            && *m < 1000
        {
            let cos = apply(&tilt, |v| v.cos(Bits::new(80)))?.low;
            let floor = value(m)?.low * cos;
            result.least = result.least.map(|least| least.max(floor));
        }
        Some(result)
    }

    /// ln f where Re f ≥ m > 0: ln m ≤ Re ln f ≤ ln |f|, |Im ln f| ≤ π/2 < 8/5.
    fn ln(&self, part: &Part) -> Option<Part> {
        let m = part.least.as_ref().filter(|m| **m > 0)?;
        let least = apply(m, |x| x.ln(Bits::new(64)))?.low;
        let re = part.bound.logarithm(&self.from, &least)?;
        // And |arg f| ≤ |Im f|/m.
        let turn = rational(8, 5);
        let turn = part.tilt().map_or(turn.clone(), |v| (v / m).min(turn));
        let im = Band::constant(Interval::around_zero(turn));
        Some(Part::within(re, im, &self.from))
    }

    /// A function that is within δ of `limit` where |Re f| is large: limit + [−δ, δ] (1 + i).
    fn near(limit: &Rational, delta: &Rational) -> Part {
        Part::rectangle(
            Interval::new(Rational::from(limit - delta), Rational::from(limit + delta)),
            Interval::around_zero(delta.clone()),
        )
    }

    /// e^{−t}/(1 − e^{−t}), rounded up: a bound of |w/(1 + w)| and of |ln(1 + w)| for |w| ≤ e^{−t}, t > 0.
    fn decay(t: &Rational) -> Option<Rational> {
        let value = apply(t, |x| x.expm1(Bits::new(80)).recip(Bits::new(80)))?;
        Some(value.high)
    }

    fn call(&self, function: Function, f: &Part) -> Option<Part> {
        let prec = Bits::new(80);
        let above = f.least.clone().filter(|m| *m > 0);
        let below = f.most.clone().filter(|m| *m < 0).map(|m| -m);
        let zero = Rational::new;
        match function {
            Function::Exp => self.exp(f),
            Function::Ln => self.ln(f),
            Function::Sqrt => self.real_power(f, &Interval::exact(rational(1, 2))),
            Function::Cbrt if above.is_some() => {
                self.real_power(f, &Interval::exact(rational(1, 3)))
            }
            Function::Cbrt => {
                let mut negative = f.neg();
                negative.least = below;
                let root = self.real_power(&negative, &Interval::exact(rational(1, 3)))?;
                Some(root.neg())
            }
            // |sin f|, |cos f| ≤ cosh Im f ≤ e^{|Im f|}.
            Function::Sin | Function::Cos => self.exponential_of(f.im.as_ref()?, false),
            // |cos(a + ib)| ≥ |cos a| and |sin(a + ib)| ≤ cosh b, where |a| ≤ 3/2 < π/2.
            Function::Tan => {
                let a =
                    f.re.as_ref()?
                        .constant_size()
                        .filter(|a| *a <= rational(3, 2))?;
                let sin = apply(&f.tilt()?, |b| b.cosh(prec))?.high;
                let cos = apply(&a, |a| a.cos(prec))?.low;
                let most = Rational::from(&sin / &cos);
                Some(Part::bounded(Bound::of_rational(&most)))
            }
            Function::Cot => None,
            // |sinh f|, |cosh f| ≤ e^{|Re f|}; Re cosh f = cosh Re f · cos Im f.
            Function::Sinh | Function::Cosh => {
                let mut part = self.exponential_of(f.re.as_ref()?, false)?;
                let tilt = f.tilt().filter(|v| *v <= quarter_turn());
                if let (Function::Cosh, Some(tilt)) = (function, tilt) {
                    part.least = Some(apply(&tilt, |v| v.cos(prec))?.low.max(zero()));
                }
                Some(part)
            }
            // |tanh f| ≤ max(1, tan |Im f|) for |Im f| < π/2; ±(tanh f ∓ 1) = 2w/(1 + w), w = e^{∓2f}.
            Function::Tanh => {
                let far = |t: &Rational, sign: i32| {
                    let delta = Self::decay(&Rational::from(t * 2))? * Rational::from(2);
                    Some(Self::near(&Rational::from(sign), &delta))
                };
                if let Some(t) = &above {
                    return far(t, 1);
                }
                if let Some(t) = &below {
                    return far(t, -1);
                }
                let tilt = f.tilt().filter(|v| *v <= rational(3, 2))?;
                let tan = apply(&tilt, |v| v.tan(prec))?.high;
                let most = tan.max(Rational::from(1));
                Some(Part::bounded(Bound::of_rational(&most)))
            }
            // |s(f)| ≤ 1/cos(Im f/2) for |Im f| < π; s = 1 − w/(1 + w), w = e^{−f}.
            Function::Logistic => {
                if let Some(t) = &above {
                    return Some(Self::near(&Rational::from(1), &Self::decay(t)?));
                }
                if let Some(t) = &below {
                    return Some(Self::near(&zero(), &Self::decay(t)?));
                }
                let tilt = f.tilt().filter(|v| *v <= Rational::from(3))?;
                let cos = apply(&(tilt / 2), |v| v.cos(prec))?.low;
                Some(Part::bounded(Bound::of_rational(&Rational::from(
                    cos.recip_ref(),
                ))))
            }
            // softplus f = f + ln(1 + e^{−f}) on the right, ln(1 + e^f) on the left.
            Function::Softplus => {
                if let Some(t) = &above {
                    let rest = Self::near(&zero(), &Self::decay(t)?);
                    return Some(self.sum(f, &rest));
                }
                if let Some(t) = &below {
                    return Some(Self::near(&zero(), &Self::decay(t)?));
                }
                f.tilt().filter(|v| *v <= quarter_turn())?;
                let one =
                    Part::rectangle(Interval::exact(Rational::from(1)), Interval::exact(zero()));
                self.ln(&self.sum(&self.exp(f)?, &one))
            }
            // |Re atan f| ≤ π/2 < 8/5; |Im atan f| ≤ artanh |Im f| for |Im f| < 1. Where ±Re f ≥ 2 it is
            // ±π/2 − atan(1/f), and |atan w| ≤ artanh |w| ≤ artanh(1/2) < 3/5.
            Function::Atan => {
                let re = Interval::around_zero(rational(8, 5));
                if let Some(tilt) = f.tilt().filter(|v| *v < 1) {
                    let im = apply(&tilt, |v| v.atanh(prec))?.high;
                    return Some(Part::rectangle(re, Interval::around_zero(im)));
                }
                let far = |t: &Option<Rational>| t.as_ref().is_some_and(|t| *t >= 2);
                (far(&above) || far(&below))
                    .then(|| Part::rectangle(re, Interval::around_zero(rational(3, 5))))
            }
            // With f = sinh w: |f|² = sinh² Re w + sin² Im w, so |Re w| ≤ arsinh |f| ≤ ln(3 max(|f|, 1)).
            Function::Asinh => {
                let clear = f.tilt().is_some_and(|v| v < 1) || above.is_some() || below.is_some();
                clear.then(|| self.logarithmic(f)).flatten()
            }
            // With f = cosh w: |f|² = sinh² Re w + cos² Im w.
            Function::Acosh => {
                f.least.as_ref().filter(|m| **m > 1)?;
                self.logarithmic(f)
            }
            // With f = sin w: |f|² = sin² Re w + sinh² Im w; the cuts are real, from ±1 on.
            Function::Asin | Function::Acos => {
                f.re.as_ref()?.constant_size().filter(|a| *a < 1)?;
                let tilt = f.tilt()?;
                let im = apply(&(tilt + Rational::from(1)), |v| v.asinh(prec))?.high;
                Some(Part::rectangle(
                    Interval::around_zero(rational(16, 5)),
                    Interval::around_zero(im),
                ))
            }
            // |Re artanh f| ≤ artanh |Re f|, |Im artanh f| ≤ π/2.
            Function::Atanh => {
                let a = f.re.as_ref()?.constant_size().filter(|a| *a < 1)?;
                f.tilt()?;
                let re = apply(&a, |a| a.atanh(prec))?.high;
                Some(Part::rectangle(
                    Interval::around_zero(re),
                    Interval::around_zero(rational(8, 5)),
                ))
            }
            // |erfc f| ≤ e^{(Im f)²} for Re f ≥ 0, and erf is odd: |erf f|, |erfc f| ≤ 2 + e^{(Im f)²}.
            Function::Erf | Function::Erfc => self.exponential_of(f.im.as_ref()?, true),
            Function::Erfi => self.exponential_of(f.re.as_ref()?, true),
        }
    }

    /// A bound e^{|b|}, or 2 + e^{b²} ≤ 3e^{b²}, for b in a band.
    fn exponential_of(&self, band: &Band, squared: bool) -> Option<Part> {
        let mut sizes: Vec<Rational> = band.coefficients().iter().map(Interval::size).collect();
        if squared {
            let mut square = vec![Rational::new(); 2 * sizes.len() - 1];
            for (i, a) in sizes.iter().enumerate() {
                for (j, b) in sizes.iter().enumerate() {
                    square[i + j] += Rational::from(a * b);
                }
            }
            sizes = square;
        }
        if sizes.len() > 3 || sizes[0] > 50_000_000 {
            return None;
        }
        let at = |k: usize| sizes.get(k).cloned().unwrap_or_default();
        let scale = apply(&at(0), |x| x.exp(Bits::new(80)))?.high * Rational::from(3);
        Some(Part::bounded(Bound {
            scale: Magnitude::from_rational(&scale),
            degree: 0,
            slope: at(1),
            curve: at(2),
        }))
    }

    /// |Re w| ≤ ln(3 max(|f|, 1)), |Im w| ≤ π < 16/5.
    fn logarithmic(&self, f: &Part) -> Option<Part> {
        let mut bound = f.bound.clone();
        bound.scale = bound.scale.max(Magnitude::ONE).times(Magnitude::new(3, 0));
        let high = bound.logarithm(&self.from, &Rational::new())?;
        let re = Band::new(
            high.coefficients()
                .iter()
                .map(|c| Interval::around_zero(c.high.clone()))
                .collect(),
        );
        let im = Band::constant(Interval::around_zero(rational(16, 5)));
        Some(Part::within(re, im, &self.from))
    }

    /// A band below ln|f| on the real axis, for products of exponentials and what is at least a constant.
    fn log_floor(&self, tree: &Tree) -> Option<Band> {
        match tree {
            Tree::X => Some(Band::constant(Interval::exact(Rational::new()))),
            Tree::Call(Function::Exp, argument) => {
                let real = Strip {
                    height: Rational::new(),
                    from: self.from.clone(),
                    side: self.side,
                };
                real.part(argument)?.re
            }
            // |sinh g|, cosh g ≥ e^{|g|}/4 for |g| ≥ 1.
            Tree::Call(Function::Cosh | Function::Sinh, argument) => {
                let re = self.part(argument)?.re?;
                let large = re.infimum(&self.from).is_some_and(|m| m >= 1);
                let quarter = Band::constant(Interval::exact(rational(-3, 2)));
                large.then(|| re.add(&quarter))
            }
            Tree::Product(factors) => factors
                .iter()
                .map(|factor| self.log_floor(factor))
                .reduce(|a, b| Some(a?.add(&b?)))
                .flatten(),
            Tree::Power(base, n) if *n > 0 => {
                let times = Band::constant(Interval::exact(Rational::from(*n)));
                Some(self.log_floor(base)?.mul(&times))
            }
            Tree::Sum(terms) => match terms.as_slice() {
                [(_, only)] => self.log_floor(only),
                // The largest of several is not smaller than its floor less what the others can be.
                _ => self.largest_term(terms),
            },
            Tree::Number(_) | Tree::Constant(_) => {
                let value = tree.constant(Bits::new(80)).ok()?;
                let ln = Interval::of_ball(&value.abs().ln(Bits::new(80)))?;
                Some(Band::constant(ln))
            }
            _ => {
                let least = self.part(tree)?.least.filter(|m| *m > 0)?;
                let ln = apply(&least, |x| x.ln(Bits::new(80)))?;
                Some(Band::constant(ln))
            }
        }
    }

    /// ln|f + g| ≥ ln|f| − ln 2 where |g| ≤ |f|/2; here for one term f with a floor and others bounded by
    /// a smaller exponential.
    fn largest_term(&self, terms: &[(bool, Tree)]) -> Option<Band> {
        for (i, (_, term)) in terms.iter().enumerate() {
            let Some(floor) = self.log_floor(term) else {
                continue;
            };
            let mut others: Option<Bound> = None;
            for (j, (_, other)) in terms.iter().enumerate() {
                if j != i {
                    let bound = self.part(other)?.bound;
                    others = Some(match others {
                        None => bound,
                        Some(sum) => sum.plus(&bound),
                    });
                }
            }
            let above = others?.logarithm(&self.from, &Rational::from(-1000))?;
            // ln 2 < 7/10.
            let margin = Band::constant(Interval::exact(rational(-7, 10)));
            let upper = Band::new(
                above
                    .coefficients()
                    .iter()
                    .map(|c| Interval::exact(c.high.clone()))
                    .collect(),
            );
            let gap = floor.add(&upper.neg()).add(&margin);
            if gap.infimum(&self.from).is_some_and(|m| m >= 0) {
                return Some(floor.add(&margin));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::jet::jet;
    use super::*;
    use crate::formula::parse_expr;
    use crate::limits::Limits;
    use crate::number::ComplexBall;

    fn tree(text: &str) -> Tree {
        Tree::of(&parse_expr(text, &Limits::default()).unwrap()).unwrap()
    }

    /// Every bound holds at points of its half-strip.
    #[test]
    fn bounds_hold_at_points() {
        let mut cases = 0;
        for text in [
            "x*tanh(x)",
            "ln(cosh(x))",
            "exp(-x^2)",
            "exp(x^2/8 - x)",
            "x*logistic(2*x)",
            "atan(x/2)",
            "x^3 - 3*x",
            "x/sqrt(1+x^2)",
            "sqrt(1+x^2)",
            "ln(1+exp(x))",
            "softplus(x)*sin(3*x)",
            "sin(x^2)",
            "exp(-x^4)",
            "cbrt(1+x^2)",
            "asinh(x)",
            "erf(x)*x",
            "exp(x)-exp(-x)",
            "1/(1+exp(-x))",
            "1/(1+x^2)",
            "tanh(sin(x)/4)",
            "(2+x^2)^(-1/2)",
            "acosh(2+x^2)",
            "asin(tanh(x)/2)",
            "2^(x/3)",
            "exp(-x^2)*cosh(x)",
            "x*tanh(ln(1+exp(x)))",
            "exp(-exp(x))",
            "x*exp(-exp(-x))",
            "1/(2+cbrt(1+x^2))",
        ] {
            let tree = tree(text);
            for side in [1, -1] {
                let g = growth(&tree, side, 0.25).unwrap_or_else(|| panic!("{text} {side}"));
                for (step, y) in [(0.0, 0.0), (0.5, 0.25), (3.0, -0.25), (7.5, 0.125)] {
                    let x = g.from + step;
                    let z = ComplexBall::new(
                        Ball::exact(Float::with_val(53, f64::from(side) * x)),
                        Ball::exact(Float::with_val(53, y)),
                    );
                    let value = jet(&tree, &z, 1, Bits::new(128))[0].abs(Bits::new(64));
                    let bound = g.scale.to_f64()
                        * x.powi(g.degree as i32)
                        * (g.slope * x + g.curve * x * x).exp();
                    let value = value.mid().to_f64();
                    assert!(
                        value <= bound * (1.0 + 1e-12),
                        "{text} {side} {x}: {value} {bound}"
                    );
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 29 * 2 * 4);
    }

    #[test]
    fn exponents_are_sharp() {
        let curve = |text: &str| growth(&tree(text), 1, 0.25).unwrap().curve;
        assert_eq!(curve("exp(x^2/8)"), 0.125);
        assert_eq!(curve("exp(x^2/4)"), 0.25);
        assert!((curve("x*exp(x^2/3)*exp(-x^2/6)") - 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(curve("ln(cosh(x))"), 0.0);
        assert!(growth(&tree("exp(x^3)"), 1, 0.25).is_none());
        assert!(growth(&tree("exp(x^3)"), -1, 0.25).is_some());
        assert!(growth(&tree("tan(x)"), 1, 0.25).is_none());
        assert!(growth(&tree("ln(x)"), -1, 0.25).is_none());
    }

    #[test]
    fn what_is_too_large_is_known_to_be() {
        for (text, large) in [
            ("exp(x^2/4)", true),
            ("exp(x^2/5)", false),
            ("x*exp(x^2/4)", true),
            ("exp(x^2/4) + x", true),
            ("exp(x^3)", true),
            ("exp(exp(x))", false),
            ("cosh(x^2)", true),
            ("x^9", false),
            ("exp(x^2/2)*exp(-x^2)", false),
            ("2*exp(x^2)-exp(x)", true),
        ] {
            assert_eq!(too_large(&tree(text), 1), large, "{text}");
        }
    }
}

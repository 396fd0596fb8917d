//! The rule of each operation: from what is known of the operands to what is known of the result.

use rug::Rational;

use super::super::interval::{Band, Interval, apply};
use super::super::tree::Function;
use super::Strip;
use super::bound::Bound;
use super::part::{Part, quarter_turn, rational};
use crate::number::{Ball, Bits, Magnitude};

impl Strip {
    pub(super) fn sum(&self, left: &Part, right: &Part) -> Part {
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

    pub(super) fn product(&self, left: &Part, right: &Part) -> Part {
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
    pub(super) fn recip(&self, part: &Part) -> Option<Part> {
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
    pub(super) fn real_power(&self, part: &Part, exponent: &Interval) -> Option<Part> {
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
    pub(super) fn exp(&self, part: &Part) -> Option<Part> {
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
    pub(super) fn ln(&self, part: &Part) -> Option<Part> {
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
    pub(super) fn near(limit: &Rational, delta: &Rational) -> Part {
        Part::rectangle(
            Interval::new(Rational::from(limit - delta), Rational::from(limit + delta)),
            Interval::around_zero(delta.clone()),
        )
    }

    /// e^{−t}/(1 − e^{−t}), rounded up: a bound of |w/(1 + w)| and of |ln(1 + w)| for |w| ≤ e^{−t}, t > 0.
    pub(super) fn decay(t: &Rational) -> Option<Rational> {
        let value = apply(t, |x| x.expm1(Bits::new(80)).recip(Bits::new(80)))?;
        Some(value.high)
    }

    pub(super) fn call(&self, function: Function, f: &Part) -> Option<Part> {
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
                let tilt = f.tilt().filter(|v| *v <= 3)?;
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
    pub(super) fn exponential_of(&self, band: &Band, squared: bool) -> Option<Part> {
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
    pub(super) fn logarithmic(&self, f: &Part) -> Option<Part> {
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
}

#!/usr/bin/env python3
"""Reference values of the special functions, 50 digits, each from two libraries that must agree.

mpmath (its own algorithms) and FLINT/Arb (python-flint) compute every value at 80 digits; the
script stops if they differ in the 60th digit. Arguments are exact rationals, written as strings.

Usage: python3 generate_special.py > special.json
"""

import json
import sys
from fractions import Fraction

import flint
import mpmath

mpmath.mp.dps = 80
flint.ctx.dps = 90


def as_mp(text):
    q = Fraction(text)
    return mpmath.mpf(q.numerator) / q.denominator


def as_arb(text):
    q = Fraction(text)
    return flint.arb(flint.fmpq(q.numerator, q.denominator))


def arb_polygamma(m, x):
    order = int(Fraction(str(m)))
    if x.mid() > 0:
        sign = (-1) ** (order + 1)
        return sign * flint.arb(order).fac() * flint.arb(order + 1).zeta(x)
    z = flint.acb(x)
    return z.polygamma(flint.acb(order)).real


POSITIVE = ["1/3", "1", "3/2", "22/7", "10", "1/1000", "1234567/1000", "1461632/1000000", "5/2", "100"]
NEGATIVE = ["-1/2", "-7/3", "-25/2", "-100001/1000"]
SMALL = ["1/3", "-1/3", "1", "5/2", "-22/7", "1/1000", "6", "-10", "1461/1000", "20"]

CASES = {
    "gamma": (
        [[x] for x in POSITIVE[:6] + ["5/2", "100", "1461632/1000000"] + NEGATIVE],
        lambda x: mpmath.gamma(x),
        lambda x: x.gamma(),
    ),
    "lgamma": (
        [[x] for x in POSITIVE + NEGATIVE if x != "1"],
        lambda x: mpmath.log(abs(mpmath.gamma(x))),
        lambda x: abs(x.gamma()).log(),
    ),
    "digamma": (
        [[x] for x in POSITIVE + NEGATIVE],
        lambda x: mpmath.digamma(x),
        lambda x: x.digamma(),
    ),
    "polygamma": (
        [[m, x] for m in ("1", "2", "5") for x in ("1/3", "1", "5/2", "22/7", "50")]
        + [["1", "-1/2"], ["2", "-7/3"]],
        lambda m, x: mpmath.polygamma(int(m), x),
        arb_polygamma,
    ),
    "zeta": (
        [[s] for s in ("2", "3", "4", "5/2", "11/10", "1/2", "0", "-1", "-5/2", "-7", "30", "101/2", "1/3", "-20")],
        lambda s: mpmath.zeta(s),
        lambda s: s.zeta(),
    ),
    "hurwitz_zeta": (
        [[s, x] for s in ("2", "3", "5/2", "1/2") for x in ("1/3", "7/2", "22/7")],
        lambda s, x: mpmath.zeta(s, x),
        lambda s, x: s.zeta(x),
    ),
    "erf": ([[x] for x in SMALL], lambda x: mpmath.erf(x), lambda x: x.erf()),
    "erfc": ([[x] for x in SMALL], lambda x: mpmath.erfc(x), lambda x: x.erfc()),
    "erfi": ([[x] for x in SMALL + ["40"]], lambda x: mpmath.erfi(x), lambda x: x.erfi()),
    "normal_cdf": (
        [[x] for x in SMALL + ["-30"]],
        lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
        lambda x: (-x / flint.arb(2).sqrt()).erfc() / 2,
    ),
    "hyp2f1": (
        [
            ["1/2", "1/2", "5/2", "1/3"],
            ["1/2", "1/2", "5/2", "-7/2"],
            ["1/3", "1/5", "7/6", "99/100"],
            ["1/2", "1/2", "1", "24/25"],
            ["1/2", "1/2", "4", "999/1000"],
            ["3/2", "5/2", "2", "24/25"],
            ["1/3", "2/3", "1", "-1000"],
            ["-5", "7/3", "1/2", "10"],
            ["-5/2", "7/2", "9/2", "97/100"],
            ["11", "13", "25/2", "9/10"],
            ["1/4", "-3/4", "5/3", "1"],
            ["3", "4", "8", "19/20"],
            ["1", "1", "2", "1/2"],
            ["1", "1/2", "3/2", "-1"],
        ],
        lambda a, b, c, z: mpmath.hyp2f1(a, b, c, z),
        lambda a, b, c, z: flint.acb(z).hypgeom_2f1(flint.acb(a), flint.acb(b), flint.acb(c)).real,
    ),
    "lambertw": (
        [[x] for x in ("1/3", "1", "-1/3", "-9/25", "10", "1000000", "1/1000000", "-1/10", "5/2", "100")],
        lambda x: mpmath.lambertw(x),
        lambda x: x.lambertw(),
    ),
    "lambertw_lower": (
        [[x] for x in ("-1/3", "-9/25", "-1/10", "-1/1000", "-1/1000000", "-1/4", "-1/5", "-7/20", "-3/100", "-11/30")],
        lambda x: mpmath.lambertw(x, -1),
        lambda x: x.lambertw(-1),
    ),
}


def fifty_digits(value):
    return mpmath.nstr(value, 50, strip_zeros=False, min_fixed=-8, max_fixed=60)


def main():
    table = {}
    for name, (rows, by_mpmath, by_flint) in CASES.items():
        entries = []
        for row in rows:
            first = mpmath.re(by_mpmath(*[as_mp(x) for x in row]))
            second = by_flint(*[as_arb(x) for x in row])
            digits = second.str(75, radius=False)
            if digits == "nan":
                sys.exit(f"{name}{row}: no value from FLINT")
            other = mpmath.mpf(digits)
            if abs(first - other) > abs(other) * mpmath.mpf(10) ** -60:
                sys.exit(f"{name}{row}: {first} against {other}")
            entries.append({"args": row, "value": fifty_digits(first)})
        if len(entries) < 10:
            sys.exit(f"{name}: only {len(entries)} values")
        table[name] = entries
    json.dump(table, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()

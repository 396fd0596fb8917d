"""Arb on the tasks of benches/spectral.rs: κ'(1) of tanh.

Two ways: the trapezoid with residues, written as our kernel is (chains of products, one division a
node, no precision tapering, no bound for the remainder line or the tail), and the general rigorous
integrator acb.integral, once for E tanh'(Z)² and once for E tanh(Z)².

Needs python-flint (`pip install python-flint`). Run it right after `cargo bench --bench spectral` on
the same idle machine. Prints milliseconds: the best of several calls, after one that warms the caches.
`--slow` adds acb.integral at 1000 digits.
"""

import math
import sys
import time

from flint import acb, arb, ctx

LN10 = math.log(10)


def residue_rule(digits):
    """κ'(1) = (5 s0 − s2)/(6 (1 − s0)), s_k = E[Z^k sech² Z], by the pole-corrected trapezoid."""
    nats = digits * LN10 + 8
    # h = 2/m puts the remainder line at 2π/h = πm, midway between poles.
    m = math.ceil(2 / (math.pi * math.sqrt(2 / nats)))
    h = arb(2) / m
    q, w = arb(1), arb(1)
    step = (-2 * h).exp()
    half = (-h * h / 2).exp()
    r, decay = half * step, half * half
    s0, s2 = arb(0), arb(0)
    nodes = int(math.sqrt(2 * nats) / (2 / m)) + 1
    for k in range(1, nodes + 1):
        q *= r
        w *= step
        r *= decay
        v = 1 + w
        t = q / (v * v)
        s0 += t
        s2 += t * (k * k)
    pi = arb.pi()
    root = 1 / (2 * pi).sqrt()
    s0 = h * root * (1 + 8 * s0)
    s2 = h * h * h * root * 8 * s2
    for j in range(m):
        y = pi * (2 * j + 1) / 2
        x = (-2 * pi * y / h).exp()
        psi = (y * y / 2).exp() * x / (1 - x) * root
        slope = y - 2 * pi / h / (1 - x)
        s0 += 4 * pi * psi * slope
        s2 -= 4 * pi * psi * y * y * (slope + 2 / y)
    return (5 * s0 - s2) / (6 * (1 - s0))


def general(digits):
    """The same from two calls of acb.integral over [−X, X]."""
    cut = math.ceil(math.sqrt(2 * digits * LN10)) + 1
    goal = arb(10) ** -digits

    def expectation(f):
        return acb.integral(
            lambda z, _: f(z) * (-z * z / 2).exp(), -cut, cut, abs_tol=goal, rel_tol=goal
        ).real

    slope = expectation(lambda z: (1 / z.cosh()) ** 4)
    square = expectation(lambda z: z.tanh() ** 2)
    return slope / square


def best(f, digits, calls):
    ctx.dps = digits + 10
    f(digits)
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        f(digits)
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def main():
    ctx.dps = 70
    print("60 digits:", residue_rule(60).str(60, radius=False))
    for digits in [60, 300, 1000, 3000, 10000]:
        print(f"residue rule, {digits} digits: {best(residue_rule, digits, 2 if digits > 5000 else 5):.3f} ms")
    for digits in [60, 300] + ([1000] if "--slow" in sys.argv else []):
        print(f"acb.integral twice, {digits} digits: {best(general, digits, 2):.3f} ms")


if __name__ == "__main__":
    main()

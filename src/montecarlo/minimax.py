#!/usr/bin/env python3
"""Minimax polynomials of the lane kernels (kernels.rs and activation.rs), by Remez exchange.

Run with mpmath installed; prints the coefficients as Rust literals, lowest degree first, and the
relative error of each polynomial before and after its coefficients are rounded to doubles. The
kernels are tested against MPFR, so nothing rests on this script.
"""

from mpmath import mp, mpf

mp.dps = 60


def remez(f, weight, a, b, n, fixed=()):
    """Polynomial of n free coefficients p minimising max |weight * (f - fixed - z^len(fixed) p)|."""
    shift = len(fixed)
    g = lambda z: f(z) - sum(c * z**i for i, c in enumerate(fixed))
    a, b = mpf(a), mpf(b)
    # Chebyshev points to start with.
    nodes = [(a + b) / 2 + (b - a) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * (n + 1))) for i in range(n + 1)][::-1]
    for _ in range(12):
        m = mp.matrix(n + 1, n + 1)
        rhs = mp.matrix(n + 1, 1)
        for i, z in enumerate(nodes):
            for j in range(n):
                m[i, j] = z ** (j + shift)
            m[i, n] = (-1) ** i / weight(z)
            rhs[i] = g(z)
        sol = mp.lu_solve(m, rhs)
        p = [sol[j] for j in range(n)]
        err = lambda z: weight(z) * (g(z) - sum(c * z ** (j + shift) for j, c in enumerate(p)))
        grid = [a + (b - a) * (1 - mp.cos(mp.pi * i / 400)) / 2 for i in range(401)]
        grid[0] = a + (b - a) * mpf(2) ** -40
        values = [err(z) for z in grid]
        # One extremum per run of equal sign.
        extrema, best = [], 0
        for i in range(1, len(grid)):
            if values[i] * values[best] < 0:
                extrema.append(best)
                best = i
            elif abs(values[i]) > abs(values[best]):
                best = i
        extrema.append(best)
        if len(extrema) != n + 1:
            break
        nodes = [grid[i] for i in extrema]
    return list(fixed) + p


def show(name, f, weight, a, b, n, fixed=()):
    p = remez(f, weight, a, b, n, fixed)
    rounded = [mpf(float(c)) for c in p]
    grid = [mpf(a) + (mpf(b) - mpf(a)) * (mpf(i) + 0.5) / 2000 for i in range(2000)]
    error = lambda q: max(abs(weight(z) * (f(z) - sum(c * z**i for i, c in enumerate(q)))) for z in grid)
    print(f"const {name}: [f64; {len(p)}] = [  // 2^{float(mp.log(error(p), 2)):.1f}, rounded 2^{float(mp.log(error(rounded), 2)):.1f}")
    for c in p:
        print(f"    {float(c)!r},")
    print("];")


def main():
    # ln m = 2 s + s z P(z), s = (m - 1)/(m + 1), z = s^2, m in [sqrt(1/2), sqrt 2].
    s = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
    atanh_tail = lambda z: 2 * (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z if z > 1e-12 else mpf(2) / 3 + 2 * z / 5 + 2 * z * z / 7
    show("LN", atanh_tail, lambda z: z / 2, 0, s**2, 7)
    # sin(pi t / 4) = t S(t^2), cos(pi t / 4) = C(t^2), |t| <= 1.
    q = mp.pi / 4
    sine = lambda z: mp.sin(q * mp.sqrt(z)) / mp.sqrt(z)
    show("SIN", sine, lambda z: 1 / sine(z), 0, 1, 7)
    cosine = lambda z: mp.cos(q * mp.sqrt(z))
    show("COS", cosine, lambda z: 1 / cosine(z), 0, 1, 6, fixed=(mpf(1),))
    # e^r = 1 + r + r^2 E(r), |r| <= ln(2)/2 (a hair more for the rounding of the reduction).
    h = mp.log(2) / 2 * mpf("1.0001")
    tail = lambda r: (mp.exp(r) - 1 - r) / r**2 if abs(r) > 1e-12 else mpf(1) / 2 + r / 6
    # (weighted by the largest r^2: an absolute bound on e^r >= 0.7).
    show("EXP", tail, lambda r: h**2, -h, h, 11)
    # erf x = x E(x^2), |x| <= 1.
    slope = lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) if z > 1e-30 else 2 / mp.sqrt(mp.pi)
    show("ERF", slope, lambda z: 1 / slope(z), 0, 1, 12)
    # erfc a = exp(-a^2) M(t) / (1 + 2a), t = (a - 4)/(a + 4), 0 <= a <= 28.
    a = lambda t: 4 * (1 + t) / (1 - t)
    mills = lambda t: (1 + 2 * a(t)) * mp.exp(a(t) ** 2) * mp.erfc(a(t))
    show("ERFC", mills, lambda t: 1 / mills(t), -1, mpf(24) / 32, 25)


main()

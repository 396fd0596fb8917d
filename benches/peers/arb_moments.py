"""The jobs of benches/moments.rs in Arb, through python-flint: the best of several repetitions.

All J(a,b,1/3) with a, b <= 20 by the diagonal three-term recurrence, two products a moment, or by
integration by parts, one product a moment; J(200,200,1/3) by the recurrence along the main diagonal,
by the hypergeometric series of Arb in cos^2(theta/2), and by the same series after reflection.

Run: python3 benches/peers/arb_moments.py
"""

import math
import time

from flint import arb, ctx, fmpq, fmpz


def double_factorial(n):
    return math.prod(range(n, 0, -2)) if n > 0 else 1


def start(theta):
    t = arb(theta)
    s, c = t.sin_cos()
    pi = arb.pi()
    return s, c, pi - t, 2 * pi, 2 * (2 * pi).sqrt()


def first_columns(n, s, c, alpha, tau, root):
    """J(d,0) for d <= n and J(d+1,1) for d < n."""
    zero = [alpha / tau, (1 + c) / root]
    for a in range(2, n + 1):
        boundary = c * s ** (a - 1) * double_factorial(a - 2) / (tau if a % 2 == 0 else root)
        zero.append((a - 1) * zero[a - 2] + boundary)
    one = []
    for d in range(n):
        boundary = s ** (d + 1) * double_factorial(d) / (tau if d % 2 == 0 else root)
        one.append((d + 1) * c * zero[d] + boundary)
    return zero, one


def table_by_diagonals(n, theta):
    s, c, alpha, tau, root = start(theta)
    zero, one = first_columns(n, s, c, alpha, tau, root)
    s2 = s * s
    values = {}
    for d in range(n + 1):
        before = zero[d]
        values[d, 0] = before
        if d == n:
            break
        now = one[d]
        values[d + 1, 1] = now
        for k in range(1, n - d):
            before, now = now, c * now * (d + 2 * k + 1) + s2 * before * ((d + k) * k)
            values[d + k + 1, k + 1] = now
    return values


def table_by_parts(n, theta):
    s, c, alpha, tau, root = start(theta)
    zero, one = first_columns(n, s, c, alpha, tau, root)
    values = {(a, 0): zero[a] for a in range(n + 1)}
    values[1, 1] = one[0]
    for a in range(2, n + 1):
        for b in range(1, a + 1):
            below = values[a - 2, b] if b <= a - 2 else values[b, a - 2]
            values[a, b] = below * (a - 1) + c * values[a - 1, b - 1] * b
    return values


def diagonal(n, theta):
    s, c, alpha, tau, root = start(theta)
    s2 = s * s
    before, now = alpha / tau, (s + alpha * c) / tau
    for k in range(1, n):
        before, now = now, c * now * (2 * k + 1) + s2 * before * (k * k)
    return now


def series(n, half_cosine):
    half = arb(fmpq(1, 2))
    value = (half_cosine * half_cosine).hypgeom_2f1(half, half, arb(fmpq(2 * n + 3, 2)))
    factor = arb(fmpz(math.factorial(n)) ** 2) / arb(fmpz(double_factorial(2 * n + 1)))
    return (2 * half_cosine) ** (2 * n + 1) * value * factor / (2 * arb.pi())


def by_series(n, theta):
    return series(n, (arb(theta) / 2).cos())


def by_reflection(n, theta):
    half_sine = (arb(theta) / 2).sin()
    c2 = (1 - 2 * half_sine * half_sine) ** 2
    term = double_factorial(n - 1) ** 2
    coefficients = []
    for i in range(0, n + 1, 2):
        coefficients.append(term)
        term = term * (n - i) * (n - i) // ((i + 1) * (i + 2))
    full = arb(0)
    for x in reversed(coefficients):
        full = full * c2 + fmpz(x)
    return full / 2 - series(n, half_sine)


def best(job, repetitions):
    job()
    times = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        job()
        times.append(time.perf_counter() - begin)
    return min(times) * 1e3


def main():
    theta = fmpq(1, 3)
    for digits, repetitions in ((1000, 300), (10_000, 40)):
        ctx.prec = int(digits * 3.32192809489) + 1 + 40
        parts, diagonals = table_by_parts(20, theta), table_by_diagonals(20, theta)
        assert all(parts[key].overlaps(diagonals[key]) for key in diagonals)
        assert min(value.rel_accuracy_bits() for value in parts.values()) > ctx.prec - 40
        for name, job in (("by parts", table_by_parts), ("by diagonals", table_by_diagonals)):
            took = best(lambda: job(20, theta), repetitions)
            print(f"J(a,b,1/3), a,b <= 20, {digits} digits, {name}: {took:.4f} ms")
    ctx.prec = 3323 + 40
    reference = diagonal(200, theta)
    for name, job in (
        ("recurrence", diagonal),
        ("2F1", by_series),
        ("reflected 2F1", by_reflection),
    ):
        value = job(200, theta)
        assert value.overlaps(reference) and value.rel_accuracy_bits() > 3300, name
        print(f"J(200,200,1/3), 1000 digits, {name}: {best(lambda: job(200, theta), 300):.4f} ms")


if __name__ == "__main__":
    main()

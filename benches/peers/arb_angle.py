"""The sums of benches/angle.rs in Arb, through python-flint: the best of several repetitions.

With K ~ Bin(1000, 1/2) the means of psi(K/2), of d = psi(K/2) - psi((K-1)/2), and the variance
E[d^2 + psi'(K/2) + psi'((K-1)/2)] - (E d)^2, each over its terms with exact binomials: the values of
psi and psi' go from one k to the next by psi(x+1) = psi(x) + 1/x, and for the mean of psi also by
binary splitting over the whole sum.

Run: python3 benches/peers/arb_angle.py
"""

import time

from flint import arb, ctx, fmpq, fmpz

N = 1000


def binomials():
    row = [fmpz(1)]
    for k in range(N):
        row.append(row[-1] * (N - k) // (k + 1))
    return row


def mean_psi(row):
    """Sum over k >= 1 of C(N, k) psi(k/2), over 2^N - 1."""
    pair = [arb(fmpq(1, 2)).digamma(), arb(1).digamma()]
    total = arb(0)
    for k in range(1, N + 1):
        total += pair[0] * row[k]
        pair = [pair[1], pair[0] + arb(fmpz(2)) / k]
    return total / (fmpz(2) ** N - 1)


def mean_psi_splitting(row):
    """The same by parities and exact rationals: psi(k/2) = psi(1/2 or 1) + a rational."""
    suffix = [[fmpz(0)] * (N + 3) for _ in range(2)]
    for k in range(N, 0, -1):
        for parity in range(2):
            suffix[parity][k] = suffix[parity][k + 1] + (row[k] if k % 2 == parity else 0)

    # sum_k C(N, k) sum_{j < k, j = k mod 2} 2/j, by the weight of each 1/j.
    def split(low, high):
        if high - low == 1:
            return 2 * suffix[low % 2][low + 2], fmpz(low)
        middle = (low + high) // 2
        p, q = split(low, middle)
        r, s = split(middle, high)
        return p * s + r * q, q * s

    numerator, denominator = split(1, N - 1)
    total = arb(numerator) / arb(denominator)
    total += arb(fmpq(1, 2)).digamma() * suffix[1][1] + arb(1).digamma() * suffix[0][1]
    return total / (fmpz(2) ** N - 1)


def law(row):
    """(E d, variance) given K >= 2."""
    psi = [arb(fmpq(1, 2)).digamma(), arb(1).digamma()]
    quarter = arb.pi() ** 2
    trigamma = [quarter / 2, quarter / 6]
    first, second = arb(0), arb(0)
    for k in range(2, N + 1):
        d = psi[1] - psi[0]
        first += d * row[k]
        second += (d * d + trigamma[0] + trigamma[1]) * row[k]
        psi = [psi[1], psi[0] + arb(2) / (k - 1)]
        trigamma = [trigamma[1], trigamma[0] - arb(4) / ((k - 1) * (k - 1))]
    mass = fmpz(2) ** N - N - 1
    mean = first / mass
    return mean, second / mass - mean * mean


def best(job, repetitions):
    job()
    times = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        job()
        times.append(time.perf_counter() - begin)
    return min(times) * 1e3


def main():
    ctx.prec = 3322 + 40
    row = binomials()
    plain, splitting = mean_psi(row), mean_psi_splitting(row)
    assert plain.overlaps(splitting) and min(plain.rel_accuracy_bits(), splitting.rel_accuracy_bits()) > 3300
    mean, variance = law(row)
    assert abs(float(mean) - 0.00200804024988) < 1e-13 and abs(float(variance) - 0.00803217049502) < 1e-13
    for name, job in (
        ("mean psi(K/2), term by term", lambda: mean_psi(row)),
        ("mean psi(K/2), binary splitting", lambda: mean_psi_splitting(row)),
        ("rate and variance, term by term", lambda: law(row)),
    ):
        print(f"n = {N}, 1000 digits, {name}: {best(job, 100):.4f} ms")


if __name__ == "__main__":
    main()

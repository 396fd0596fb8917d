#!/usr/bin/env python3
"""The tasks of benches/sampling.rs in NumPy, on one core: samples per second, best of many short runs, so
that a busy machine takes as little as possible from NumPy. The ratios to isobath's rates follow, if
criterion has kept them under the names given:

    sh benches/peers/sampling.sh

runs everything: isobath with the widest vectors of the machine, isobath held to AVX2, NumPy, ratios.
By hand:

    cargo bench --bench sampling -- --save-baseline widest
    OMP_NUM_THREADS=1 python3 benches/peers/numpy_sampling.py --against widest

The layer and the networks use the same exact reduction as isobath: n correlated pairs a layer. The last
task draws the weight matrices instead.
"""

import argparse
import json
import pathlib
import time

import numpy as np

rng = np.random.Generator(np.random.PCG64(0))


def best(task, repeat):
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


RATES = {}


def report(name, samples, seconds):
    RATES[name] = samples / seconds
    print(f"{name:46s} {samples / seconds:12.4e} samples/s   {seconds:.4f} s", flush=True)


def normals():
    out = np.empty(8192)
    count = 20

    def task():
        for _ in range(count):
            rng.standard_normal(out=out)

    report("normals/fill", count * out.size, best(task, 300))


def moment(a, b, theta=1 / 3, n=131_072, chunk=16_384):
    c, s = np.cos(theta), np.sin(theta)

    def task():
        total = 0.0
        for _ in range(n // chunk):
            g = rng.standard_normal(chunk)
            h = c * g + s * rng.standard_normal(chunk)
            total += (np.maximum(g, 0) ** a * np.maximum(h, 0) ** b).sum()
        return total

    report(f"sample/J({a},{b})", n // chunk * chunk, best(task, 60))


def one_layer(cos, n):
    """cos of the angle after a layer of width n, for an array of angles."""
    m = cos.size
    g = rng.standard_normal((m, n))
    h = cos[:, None] * g + np.sqrt(1 - cos**2)[:, None] * rng.standard_normal((m, n))
    x, y = np.maximum(g, 0), np.maximum(h, 0)
    dot = lambda a, b: np.einsum("ij,ij->i", a, b)
    return dot(x, y) / np.sqrt(dot(x, x) * dot(y, y))


def layer(width=64, theta=1 / 3, m=2048):
    cos = np.full(m, np.cos(theta))
    report(f"sample/layer of width {width}", m, best(lambda: np.log1p(-one_layer(cos, width) ** 2), 100))


def networks(width=100, depth=100, theta=0.1, m=500, chunk=500):
    def task():
        for _ in range(m // chunk):
            cos = np.full(chunk, np.cos(theta))
            for _ in range(depth):
                cos = one_layer(cos, width)
            np.log1p(-(cos**2))

    report("sample/network of width and depth 100", m, best(task, 15))


def nearby(width=100, depth=100, m=2000):
    """The networks in the limit of equal inputs, by the same binomial and chi-square numbers."""

    def task():
        sine = np.zeros(m)
        for _ in range(depth):
            live = rng.binomial(width, 0.5, m)
            sine += np.log(rng.chisquare(live - 1) / rng.chisquare(live))
        return sine

    report("sample/nearby inputs, width and depth 100", m, best(task, 15))


def matrices(width=100, depth=100, theta=0.1, m=10):
    """The networks with every weight drawn."""

    def task():
        x = np.zeros((m, width, 2))
        x[:, 0, :] = 1, np.cos(theta)
        x[:, 1, 1] = np.sin(theta)
        for _ in range(depth):
            x = np.maximum(rng.standard_normal((m, width, width)) @ x, 0)
            x *= np.sqrt(2 / width)
        a, b = x[:, :, 0], x[:, :, 1]
        dot = lambda a, b: np.einsum("ij,ij->i", a, b)
        return np.log1p(-dot(a, b) ** 2 / (dot(a, a) * dot(b, b)))

    report(MATRICES, m, best(task, 10))


MATRICES = "weight matrices of width and depth 100"
# What each task should reach: with AVX-512, and with AVX2.
GOALS = {
    "normals/fill": (10, 5),
    "sample/layer of width 64": (15, 15),
    "sample/network of width and depth 100": (15, 15),
}


def rates(baseline):
    """Criterion's elements per second under this name, by benchmark."""
    found = {}
    for file in pathlib.Path("target/criterion").glob(f"*/*/{baseline}/benchmark.json"):
        about = json.loads(file.read_text())
        seconds = json.loads((file.parent / "estimates.json").read_text())["median"]["point_estimate"] * 1e-9
        found[about["full_id"]] = about["throughput"]["Elements"] / seconds
    return found


def compare(baseline):
    ours = rates(baseline)
    if not ours:
        raise SystemExit(f"criterion has kept nothing under the name {baseline}: run it with --save-baseline {baseline}")
    print(f"\n{baseline:46s} {'isobath':>12s} {'NumPy':>12s}  ratio")
    for name, rate in ours.items():
        if name in RATES:
            goal = GOALS.get(name)
            wanted = f"  (goal {goal[0]}, {goal[1]} with AVX2)" if goal else ""
            print(f"{name:46s} {rate:12.4e} {RATES[name]:12.4e} {rate / RATES[name]:6.1f}{wanted}")
    deep = ours.get("sample/network of width and depth 100")
    if deep:
        print(f"{'the same against weight matrices':46s} {deep:12.4e} {RATES[MATRICES]:12.4e} {deep / RATES[MATRICES]:6.0f}  (goal 600)")
    for name in ("J(3,2)", "network of width and depth 100"):
        one, two = (ours.get(f"threads/{name} on {threads}") for threads in (1, 2))
        if one and two:
            print(f"{'two threads to one: ' + name:52s} {two:12.4e} {one:12.4e} {two / one:6.2f}  (goal 1.9)")


def main():
    parser = argparse.ArgumentParser(description="Sampling rates of NumPy, and ratios to isobath's.")
    parser.add_argument("--against", nargs="*", default=[], metavar="NAME", help="names of criterion's baselines")
    baselines = parser.parse_args().against
    normals()
    moment(1, 1)
    moment(3, 2)
    layer()
    networks()
    nearby()
    matrices()
    for baseline in baselines:
        compare(baseline)


if __name__ == "__main__":
    main()

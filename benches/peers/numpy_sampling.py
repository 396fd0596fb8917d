#!/usr/bin/env python3
"""The tasks of benches/sampling.rs in NumPy, on one core. Prints samples per second, best of many short
runs, so that a busy machine takes as little as possible from NumPy.

    OMP_NUM_THREADS=1 python3 benches/peers/numpy_sampling.py

The layer and the networks use the same exact reduction as isobath: n correlated pairs a layer.
"""

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


def report(name, samples, seconds):
    print(f"{name:34s} {samples / seconds:12.4e} samples/s   {seconds:.4f} s")


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

    report("sample/network of width, depth 100", m, best(task, 15))


normals()
moment(1, 1)
moment(3, 2)
layer()
networks()

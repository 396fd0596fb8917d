"""Arb's ball functions at the operands and precisions of benches/ball.rs.

Needs python-flint (`pip install python-flint`). Run it on the machine, and right after the run, of
`cargo bench --bench ball`: only ratios of one machine mean anything. Prints microseconds a call,
the best of several rounds, with the call of the interpreter (printed as `nothing`) not subtracted.
"""

import time

from flint import arb, ctx

PRECISIONS = [53, 333, 3333, 33333]

FUNCTIONS = {
    "nothing": lambda x, y: x,
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "sqrt": lambda x, y: x.sqrt(),
    "exp": lambda x, y: x.exp(),
    "ln": lambda x, y: x.log(),
    "sin": lambda x, y: x.sin(),
    "cos": lambda x, y: x.cos(),
    "sin_cos": lambda x, y: x.sin_cos(),
    "tan": lambda x, y: x.tan(),
    "atan": lambda x, y: x.atan(),
    "acos": lambda x, y: x.acos(),
    "sinh": lambda x, y: x.sinh(),
    "tanh": lambda x, y: x.tanh(),
    "cbrt": lambda x, y: x.root(3),
    "pow": lambda x, y: x**y,
}


def microseconds(f, x, y):
    """The least mean time of a call over five rounds of at least 20 ms."""
    f(x, y)
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            f(x, y)
        seconds = time.perf_counter() - start
        if seconds > 0.02:
            break
        count *= 2
    best = seconds
    for _ in range(4):
        start = time.perf_counter()
        for _ in range(count):
            f(x, y)
        best = min(best, time.perf_counter() - start)
    return best / count * 1e6


def main():
    print(f"{'function':10}" + "".join(f"{p:>12}" for p in PRECISIONS))
    for name, f in FUNCTIONS.items():
        times = []
        for prec in PRECISIONS:
            ctx.prec = prec
            x, y = 1 / arb(3).sqrt(), 1 / arb(5).sqrt()
            times.append(microseconds(f, x, y))
        print(f"{name:10}" + "".join(f"{t:12.3f}" for t in times))


if __name__ == "__main__":
    main()

"""Elementary functions at 200 bits, rounded to doubles: writes exact_math.json.

Run from this folder: python exact_math.py (mpmath 1.3).

A row is [function, x, value], or ["power", base, exponent, value].
"""

import json
import math

from mpmath import mp, mpf

mp.prec = 200

FUNCTIONS = {"exp": mp.exp, "log": mp.log, "log1p": mp.log1p, "cos": mp.cos, "sin": mp.sin}
COUNT = 60


def fraction(i: int) -> float:
    """A number in (0, 1) with all its digits, other for each i."""
    return math.sqrt(i * math.sqrt(2) + 1) % 1


def inputs(name: str) -> list[float]:
    units = [fraction(i) for i in range(1, COUNT)]
    small = [units[i] * 2.0 ** -i for i in range(COUNT - 1)]
    if name == "exp":
        return [0.0] + [1400 * u - 700 for u in units] + small + [-30 * u for u in units]
    if name == "log":
        near = [1 + (u - 0.5) * 2.0 ** -(i % 50) for i, u in enumerate(units)]
        wide = [u * 2.0 ** (36 * i - 1070) for i, u in enumerate(units)]
        return [1.0, 2.0, 5e-324, 1.7976931348623157e308] + units + near + wide
    if name == "log1p":
        return units + small
    quarters = [n * math.pi / 2 for n in range(1, 9)]
    return quarters + [2 * math.pi * u for u in units] + [1e6 * (u - 0.5) for u in units] + small


rows = [
    [name, x, float(function(mpf(x)))] for name, function in FUNCTIONS.items() for x in inputs(name)
]
powers = [(0.9, t) for t in range(1, 40)] + [(0.999, 97 * t) for t in range(1, 60)]
powers += [(1e4, fraction(i)) for i in range(1, COUNT)]
rows += [["power", x, y, float(mp.power(mpf(x), mpf(y)))] for x, y in powers]

with open("exact_math.json", "w", encoding="utf-8") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")

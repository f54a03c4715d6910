#!/usr/bin/env python3
"""Writes src/engine/serving/histogram_bounds.h: where the buckets of a Histogram begin.

A bucket that begins at `low` is estimated by e = low + low // 100 (at most 1 % above each of its values) and ends
with the largest value of which e is at most 1 % below: e * 100 // 99. Whole numbers only, so the table is the same
on every machine. Run once; stored histograms depend on it, and histogram_test.cc pins it.

Usage: make_histogram_bounds.py > src/engine/serving/histogram_bounds.h
"""

VALUE_MAX = 2**63  # the magnitude of the smallest int64


def bounds():
    low = 1
    while low <= VALUE_MAX:
        yield low
        estimate = low + low // 100
        low = estimate * 100 // 99 + 1


def main():
    lows = list(bounds())
    print("// Written by tools/make_histogram_bounds.py; stored histograms depend on it: never change a number.")
    print("#pragma once\n\n#include <array>\n#include <cstdint>\n\nnamespace wonjang::serving {\n")
    print("// The smallest magnitude of each bucket.")
    print("// clang-format off")
    print(f"inline constexpr std::array<std::uint64_t, {len(lows)}> kHistogramBounds{{")
    line = "   "
    for low in lows:
        if len(line) + len(f" {low}U,") > 110:
            print(line)
            line = "   "
        line += f" {low}U,"
    print(line + "\n};")
    print("// clang-format on\n\n}  // namespace wonjang::serving")


if __name__ == "__main__":
    main()

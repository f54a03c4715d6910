#!/usr/bin/env python3
"""No floating point near money, and no hidden clock or dice: reads the C++ files below src/.

- domain/ and engine/ have no `float` and no `double`, outside of comments and literals.
- "Now" comes from the Clock port and randomness from an Rng&, so only adapters/ and app/ (and testing/) read the
  system's clock or its randomness. Tests of the other folders keep to this too.

Usage: check_no_float.py [SRC]; says file:line and the rule, exits 1.
"""

import pathlib
import re
import sys

import cxx_text

FLOAT = re.compile(r"\b(?:float|double|float_t|double_t)\b")
FLOAT_FOLDERS = ("domain", "engine")

HIDDEN_INPUT = re.compile(
    r"\b(?:system_clock|steady_clock|high_resolution_clock|file_clock)\s*::\s*now\b"
    r"|\b(?:clock_gettime|gettimeofday|random_device)\b"
    r"|\bstd\s*::\s*(?:time|rand|srand)\s*\("
)
HIDDEN_INPUT_ALLOWED = ("adapters", "app", "testing")


def check(root):
    found = []
    count = 0
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cc") and p.is_file()):
        count += 1
        name = path.relative_to(root).as_posix()
        folder = name.split("/")[0]
        text = cxx_text.without_comments_and_literals(path.read_text(encoding="utf-8"))
        for number, line in cxx_text.numbered_lines(text):
            if folder in FLOAT_FOLDERS and (match := FLOAT.search(line)):
                found.append(f"{root.name}/{name}:{number}: {match[0]}: no floating point in {folder}/")
            if folder not in HIDDEN_INPUT_ALLOWED and (match := HIDDEN_INPUT.search(line)):
                what = re.sub(r"\s", "", match[0]).rstrip("(")
                found.append(f"{root.name}/{name}:{number}: {what}: time comes from the Clock port, chance from an Rng&")
    return found, count


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent / "src")
    found, count = check(root)
    for line in found:
        print(line)
    if count == 0:
        print(f"{root}: no source file here, so nothing was checked")
        return 1
    print(f"no_float: {count} files, {len(found)} broken rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Expects the compiler's no, and at the marked line.

A file of src/testing/must_not_compile/ holds one mistake between `#ifdef WJ_MISTAKE` and `#endif`, in a line that
ends with `// no`. Two runs:

    must_not_compile.py twin FILE COMPILER FLAGS...      without the mistake: must compile, without a word
    must_not_compile.py mistake FILE COMPILER FLAGS...   with it: must fail, with errors in the marked lines only

The twin keeps a test from passing for another reason (a header that is gone, a misspelt name); so does the line.
"""

import re
import subprocess
import sys

MARK = re.compile(r"//\s*no\s*$")


def marked_lines(path):
    with open(path, encoding="utf-8") as file:
        return {number for number, line in enumerate(file, start=1) if MARK.search(line)}


def compile_it(path, compiler, flags):
    return subprocess.run(
        [compiler, *flags, "-fsyntax-only", path], capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    )


def check_twin(path, compiler, flags):
    done = compile_it(path, compiler, flags)
    if done.returncode != 0 or done.stderr:
        return f"{path}: without its mistake it must compile, but:\n{done.stderr}"
    return None


def check_mistake(path, compiler, flags):
    marked = marked_lines(path)
    if not marked:
        return f"{path}: no line is marked with // no"
    done = compile_it(path, compiler, [*flags, "-DWJ_MISTAKE"])
    if done.returncode == 0:
        return f"{path}: it compiles, and must not"
    errors = re.findall(r"^(.*?):(\d+):(?:\d+:)? (?:fatal )?error: ", done.stderr, re.MULTILINE)
    refused = {int(line) for file, line in errors if file == path}
    elsewhere = [f"{file}:{line}" for file, line in errors if file != path or int(line) not in marked]
    if elsewhere or refused != marked:
        return f"{path}: expected a no in each of the lines {sorted(marked)} and nowhere else, but:\n{done.stderr}"
    return None


def main(arguments):
    which, path, compiler, *flags = arguments
    complaint = {"twin": check_twin, "mistake": check_mistake}[which](path, compiler, flags)
    if complaint:
        print(complaint)
    return 1 if complaint else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

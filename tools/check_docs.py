#!/usr/bin/env python3
"""What the repository shows to a reader is there: links, folder pages, sizes, no machine's private paths.

- Every relative link of every *.md (<a href> and <img src>, too) leads to a file or folder; a #fragment in a *.md to a heading.
- Every folder below src/ that has a CMakeLists.txt has a README.md.
- No file is over 1 MB: generated things are generated, data sets are fetched.
- No text names a path of the machine it was written on.
- A test that docs/testing.md names (`Suite.what_it_promises`) is in some *_test.cc.

Looks at the files git knows or would add; without git, at all files but build/. Usage: check_docs.py [ROOT].
"""

import pathlib
import re
import subprocess
import sys

SIZE_MAX = 1_000_000
# Taken apart, so that this file may be read by itself.
PRIVATE_PATHS = re.compile(r"(?<![\w.~/-])/" + r"(?:work/|tmp/bash_jobs\b)")

TEST_NAMED = re.compile(r"`([A-Z]\w+)\.([a-z0-9]+(?:_[a-z0-9]+)+)`")
TEST_WRITTEN = re.compile(r"TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")

FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)[^`\n]+?\1")
LINK = re.compile(
    r"\[[^\]\[]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)"
    r"|<(?:a|img)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"",
    re.MULTILINE,
)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def files_of(root):
    # The owner of a checkout in CI is often another user; that is no reason not to list it.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
        files = [root / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = [p for p in root.rglob("*") if p.relative_to(root).parts[0] not in ("build", ".git")]
    return sorted({p for p in files if p.is_file()})


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def anchors_of(text):
    """The names that headings get on the usual code hosts."""
    anchors = set()
    for match in HEADING.finditer(FENCE.sub(blank, text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1]).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        name, count = slug, 0
        while name in anchors:
            count += 1
            name = f"{slug}-{count}"
        anchors.add(name)
    return anchors


def check_links(root, path):
    text = path.read_text(encoding="utf-8")
    prose = CODE.sub(blank, FENCE.sub(blank, text))
    for match in LINK.finditer(prose):
        link = match[1] or match[2] or match[3]
        if ELSEWHERE.match(link):
            continue
        line = prose.count("\n", 0, match.start(match.lastindex)) + 1
        target, _, fragment = link.partition("#")
        to = path if not target else (root / target[1:] if target.startswith("/") else path.parent / target)
        if not to.exists():
            yield line, f"the link {link} leads nowhere"
        elif fragment and to.suffix == ".md" and fragment not in anchors_of(to.read_text(encoding="utf-8")):
            yield line, f"the link {link} names no heading of {to.name}"


def check_tests_named(path, written):
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        for match in TEST_NAMED.finditer(line):
            if match.groups() not in written:
                yield number, f"there is no test {match[1]}.{match[2]}"


def tests_in(files):
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files if path.name.endswith(".cc"))
    return {match.groups() for text in texts for match in TEST_WRITTEN.finditer(text)}


def check(root):
    found = []
    files = files_of(root)
    for path in files:
        name = path.relative_to(root).as_posix()
        size = path.stat().st_size
        if size > SIZE_MAX:
            found.append(f"{name}:1: {size} bytes, over {SIZE_MAX}")
            continue
        if name == "docs/testing.md":
            found += [f"{name}:{line}: {what}" for line, what in check_tests_named(path, tests_in(files))]
        if path.suffix == ".md":
            found += [f"{name}:{line}: {what}" for line, what in check_links(root, path)]
        if name.startswith("src/") and path.name == "CMakeLists.txt" and not (path.parent / "README.md").is_file():
            found.append(f"{name}:1: this folder has no README.md: why it exists, what belongs here, where to start")
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), start=1):
            if match := PRIVATE_PATHS.search(line):
                found.append(f"{name}:{number}: {match[0]}... is a path of one machine")
    return found, len(files)


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent)
    found, count = check(root)
    for line in found:
        print(line)
    if count == 0:
        print(f"{root}: no file here, so nothing was checked")
        return 1
    print(f"docs: {count} files, {len(found)} broken rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

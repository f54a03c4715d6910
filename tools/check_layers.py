#!/usr/bin/env python3
"""The folders are the architecture: reads the #include lines below src/ and refuses what crosses a border.

    base(0) -> domain(1) -> ports(2) -> {engine | adapters}(3) -> app(4)

A file includes its own layer and lower numbers. engine/ and adapters/ never see each other, an adapter keeps to
its own folder, so does an engine's folder. testing/ sees everything below app and is seen by tests alone.
verify/, the separate verifier, sees nothing of the project but itself. A library is included in the one adapter
that wraps it (or in app/), and no other folder gets to see it through that adapter's headers.

There are no exceptions and no list of them. Usage: check_layers.py [SRC]; says file:line and the rule, exits 1.
"""

import collections
import pathlib
import re
import sys

import cxx_text

LAYERS = {"base": 0, "domain": 1, "ports": 2, "engine": 3, "adapters": 3, "app": 4}

# The folders below src/ that may include a library, by how its headers begin. A new library is a line here and
# an ADR in docs/adr/.
LIBRARIES = {
    "rocksdb/": ("adapters/rocksdb",),
    "isa-l/": ("adapters/rocksdb",),
    "google/protobuf/": ("adapters/protobuf",),
    "openssl/": ("adapters/openssl", "app", "verify"),
    "boost/": ("adapters/acquirer", "app"),
    "spdlog/": ("app",),
    "fmt/": ("app",),
    "CLI/": ("app",),
    "toml++/": ("app",),
    "prometheus/": ("app",),
    "xxhash.h": ("adapters/xxhash",),
    "utf8proc.h": ("adapters/utf8proc", "app"),
}
GENERATED = "google/protobuf/"  # whoever may include this may include *.pb.h
TEST_LIBRARIES = ("gtest/", "gmock/")

STANDARD = frozenset(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
    climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef
    cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list
    fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list
    locale map memory memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex
    scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf
    string string_view syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
    unordered_set utility valarray variant vector version""".split()
)
# The operating system is an outside thing too: it belongs behind a port.
SYSTEM = re.compile(
    r"(sys|netinet|arpa|linux)/\w+\.h|(unistd|fcntl|poll|signal|pthread|sched|dirent|spawn|netdb|time|errno|endian"
    r"|strings|termios|execinfo|dlfcn|getopt|malloc|immintrin|nmmintrin|x86intrin|cpuid|cxxabi)(\.h)?"
)
SYSTEM_LAYERS = ("adapters", "app", "testing", "verify")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
Include = collections.namedtuple("Include", "line path quoted")


class Source:
    """One file below src/, by its path from there."""

    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        parts = self.name.split("/")
        self.layer = parts[0]
        self.folder = "/".join(parts[:2]) if len(parts) > 2 else parts[0]
        # What tests share among themselves is named for it, or stands in a folder that holds nothing else.
        self.is_test = self.name.endswith(("_test.cc", "_fuzz.cc")) or "_test_" in self.name or path.parent.name == "e2e"
        text = cxx_text.without_comments(path.read_text(encoding="utf-8"))
        self.includes = [
            Include(text.count("\n", 0, match.start(match.lastindex)) + 1, match[match.lastindex], match.lastindex == 1)
            for match in INCLUDE.finditer(text)
        ]


def library_of(path):
    if path.endswith(".pb.h"):
        return GENERATED
    return next((library for library in LIBRARIES if path.startswith(library)), None)


def is_within(folder, owners):
    return any(folder == owner or folder.startswith(owner + "/") for owner in owners)


def project_rule(source, path):
    """The rule that `source` breaks by including the project's file `path`, or None."""
    target = path.split("/")[0]
    target_folder = "/".join(path.split("/")[:2]) if path.count("/") > 1 else target

    if target == "testing" and (source.layer == "testing" or source.is_test):
        return None
    if target == "testing":
        return "testing/ is for tests: the product never includes it"
    if target == "verify" or source.layer == "verify":
        return None if target == source.layer else "verify/ shares nothing with the project, so that it can judge it"
    if source.layer == "testing":
        return "testing/ sees everything below app/, not app/ itself" if target == "app" else None
    if source.layer == "app":
        return None
    if LAYERS[target] > LAYERS[source.layer]:
        return f"{source.layer}/ is below {target}/ and does not see it"
    if LAYERS[target] == LAYERS[source.layer] and target != source.layer:
        return f"{source.layer}/ and {target}/ never see each other; they meet in ports/"
    if target == "adapters" and target_folder != source.folder:
        return f"an adapter keeps to its own folder, {source.folder}/"
    if target == "engine" and target_folder != source.folder:
        return f"an engine keeps to its own folder, {source.folder}/"
    return None


def outside_rule(source, path):
    """The rule that `source` breaks by including `path` of the standard library, a library or the system."""
    if path in STANDARD:
        return None
    if path.startswith(TEST_LIBRARIES):
        return None if source.is_test or source.layer == "testing" else "test libraries are for tests"
    library = library_of(path)
    if library is not None:
        owners = LIBRARIES[library]
        if is_within(source.folder, owners):
            return None
        kind = "generated protobuf headers are" if path.endswith(".pb.h") else f"{library} is"
        return f"{kind} included in {' and '.join(owner + '/' for owner in owners)} only"
    if SYSTEM.fullmatch(path):
        if source.layer in SYSTEM_LAYERS or source.is_test:
            return None
        return f"{source.layer}/ includes the standard library only; the system is behind a port"
    return "no folder owns this header: name its library in tools/check_layers.py and write an ADR"


def rule_broken(source, include, known):
    if source.layer not in LAYERS and source.layer not in ("testing", "verify"):
        return f"src/{source.layer} is no layer: name it in tools/check_layers.py"
    top = include.path.split("/")[0]
    if include.quoted and not include.path.endswith(".pb.h") and (top in known or "/" not in include.path):
        if top not in known:
            return 'the project\'s files are included from src/ on: "folder/file.h"'
        return project_rule(source, include.path)
    if not include.quoted and top in known:
        return "the project's files are included in quotes"
    return outside_rule(source, include.path)


def headers_that_leak(sources):
    """Adapter headers that include a library's header, themselves or through a neighbour: {name: library}."""
    leaks = {}
    headers = [s for s in sources if s.layer == "adapters" and s.name.endswith(".h")]
    before = -1
    while before != len(leaks):
        before = len(leaks)
        for source in headers:
            for include in source.includes:
                library = library_of(include.path) or leaks.get(include.path)
                if library and source.name not in leaks:
                    leaks[source.name] = library
    return leaks


def check(root):
    paths = sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cc", ".hpp", ".cpp", ".inc") and p.is_file())
    sources = [Source(root, path) for path in paths]
    known = set(LAYERS) | {"testing", "verify"}
    leaks = headers_that_leak(sources)
    found = []
    for source in sources:
        for include in source.includes:
            rule = rule_broken(source, include, known)
            if rule is None and include.path in leaks and not include.path.startswith(source.folder + "/"):
                rule = f"this adapter header brings {leaks[include.path]} along: keep it in the adapter's .cc files"
            if rule is not None:
                found.append(f"{root.name}/{source.name}:{include.line}: includes {include.path}: {rule}")
    return found, len(sources)


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent / "src")
    found, count = check(root)
    for line in found:
        print(line)
    if count == 0:
        print(f"{root}: no source file here, so nothing was checked")
        return 1
    print(f"layers: {count} files, {len(found)} broken rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

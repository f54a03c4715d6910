#!/usr/bin/env python3
"""compare.py DATA OURS... -- PEER...: the table of bench/views.sh; exit 1 when an answer differs.

OURS are the outputs of bench_views on the same world (the best of each query counts, as of a peer's rounds), PEER files
"name.txt" with the same lines. An answer that differs from ours takes the time away; which of the two is wrong is then
a question for the oracle (wonjang verify views), not for this table.
"""
import pathlib
import re
import sys

QUERY = re.compile(r"^query (.+?)\s+p50\s+([\d.]+) ms\s+p99\s+([\d.]+) ms")
data = pathlib.Path(sys.argv[1])
split = sys.argv.index("--")


class Output:
    def __init__(self, path):
        self.times, self.answers, self.facts = {}, {}, {}
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        for line in lines:
            if found := QUERY.match(line):
                self.times[found[1]] = (float(found[2]), float(found[3]))
        for line in lines:
            word, _, rest = line.strip().partition(" ")
            if word == "answer":
                name = max((n for n in self.times if rest.startswith(n + " ")), key=len, default=None)
                if name is None:  # not asked: --only
                    continue
                self.answers.setdefault(name, []).append(rest[len(name) + 1 :].split())
            elif word in ("bytes", "version", "load", "failed"):
                self.facts[word] = rest


def read_sort_keys(path, wanted):
    """How many payments there are, and of those wanted id -> (requested_at, amount)."""
    keys, count = {}, 0
    with open(path, encoding="utf-8") as rows:
        for row in rows:
            count += 1
            cells = row.split("\t", 18)
            if cells[1] in wanted:
                keys[cells[1]] = (int(cells[17]), int(cells[9]))
    return keys, count


def page(answer, which, length):
    """Of payments with the same time or amount any order is right, and at the end of a page any of them."""
    keys = [(sort_keys[one][which], one) for one in answer[0][1:]][:length]
    last = keys[-1][0] if keys else None
    return [key for key, _ in keys], {key for key in keys if key[0] != last}


def same(name, ours, theirs):
    if name[:2] in ("R1", "R2", "R5") or name[0] == "S":
        if name[0] == "S" and len(ours[0]) < len(theirs[0]) < 51:
            return False
        if name[0] == "R" and len(ours[0]) != len(theirs[0]):
            return False
        # Ours may have found some of the 50 by depositor, whom the peers don't have: then the rest must agree.
        length = len(ours[0]) - 1
        which = 1 if name.startswith("R5") else 0
        return page(ours, which, length) == page(theirs, which, length)
    return sorted(ours) == sorted(theirs)


ours = [Output(path) for path in sys.argv[2:split]]
best = {name: tuple(map(min, zip(*(one.times[name] for one in ours)))) for name in ours[0].times}
for one in ours[1:]:
    assert one.answers == ours[0].answers, "our own runs differ"
peers = {pathlib.Path(path).stem: Output(path) for path in sys.argv[split + 1 :]}

everybody = [ours[0], *peers.values()]
words = {word for one in everybody for answer in one.answers.values() for line in answer for word in line}
sort_keys, payments = read_sort_keys(data / "payments.tsv", words)

wrong = 0
print("| query | ours p50 / p99 ms |", " | ".join(f"{p} p50 / p99" for p in peers), "| best peer / ours |")
print("|---" * (len(peers) + 3) + "|")
details = []
for name, (p50, p99) in best.items():
    row, fastest = [], None
    for peer, output in peers.items():
        right, differs = [], False
        for variant in [n for n in output.times if n.split(" / ")[0] == name]:
            if name == "R7 by payment id" or same(name, ours[0].answers[name], output.answers.get(variant, [])):
                right.append((*output.times[variant], variant))
                details.append((peer, variant, output.times[variant]))
            else:
                wrong += 1
                differs = True
                print(f"{peer}: {variant} differs from ours: {output.answers[variant]}"[:300], file=sys.stderr)
        missing = "wrong" if differs else "failed" if "failed" in output.facts else "-"
        row.append("{:.3f} / {:.3f}".format(*min(right)) if right else missing)
        if right:
            fastest = min(fastest or min(right)[0], min(right)[0])
    print(f"| {name} | **{p50:.3f}** / {p99:.3f} |", " | ".join(row), f"| {fastest / p50:.1f} |" if fastest else "| |")
sizes = [f"{int(p.facts['bytes']) / payments:.0f}" if "bytes" in p.facts else "?" for p in peers.values()]
print(f"| bytes on disk per payment | **{int(ours[0].facts['bytes']) / payments:.0f}** |", " | ".join(sizes), "| |")
print("\n`-`: ours alone, see bench/peers/views; `failed`: the peer went no further (its last line is below).")
print("\nEach way a peer was asked, p50 / p99 ms:\n")
for peer, variant, (p50, p99) in details:
    if " / " in variant:
        print(f"  {peer:<12} {variant:<36} {p50:9.3f} / {p99:.3f}")
for peer, output in peers.items():
    end = f", failed: {output.facts['failed']}" if "failed" in output.facts else ""
    print(f"  {peer:<12} {output.facts.get('version')}, loaded in {output.facts.get('load')}{end}")
sys.exit(1 if wrong else 0)

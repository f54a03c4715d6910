#!/usr/bin/env python3
"""sizes.py FILE TRANSACTIONS MERCHANTS WORKERS SECONDS PEAK_MIB: adds a run to FILE, one JSON object a line, and prints the newest of
every size with its time per million. Linear: that stays as it is when the size grows."""
import json
import pathlib
import sys

FIELDS = ("transactions", "merchants", "workers", "seconds", "peak_mib")


def main():
    file = pathlib.Path(sys.argv[1])
    values = [float(v) if name == "seconds" else int(v) for name, v in zip(FIELDS, sys.argv[2:])]
    with file.open("a") as out:
        out.write(json.dumps(dict(zip(FIELDS, values))) + "\n")
    newest = {}
    for line in file.read_text().splitlines():
        run = json.loads(line)
        newest[tuple(run[name] for name in FIELDS[:3])] = run
    print(f"{'transactions':>12} {'merchants':>9} {'workers':>7} {'seconds':>8} {'per million':>11} {'peak MiB':>8}")
    for _, run in sorted(newest.items()):
        per_million = run["seconds"] * 1e6 / run["transactions"]
        print(f"{run['transactions']:12,} {run['merchants']:9,} {run['workers']:7} {run['seconds']:8.2f} {per_million:11.2f} {run['peak_mib']:8,}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""peak_memory.py SECONDS_BETWEEN PID...: the most memory (proportional set size, so that shared pages count once) that these
processes and their descendants held together, in MiB, looked at again and again until SIGTERM; then it is printed."""
import pathlib
import signal
import sys
import time


def descendants(roots):
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(after_name[1])
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found


def held_kib(pid):
    try:
        for line in open(f"/proc/{pid}/smaps_rollup"):
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def main():
    pause, roots = float(sys.argv[1]), [int(pid) for pid in sys.argv[2:]]
    peak = 0
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    while not ended:
        peak = max(peak, sum(map(held_kib, descendants(roots))))
        time.sleep(pause)
    print(peak // 1024)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""our_run.py RUN.json SECONDS PEAK_MIB TRANSACTIONS: the run as one line of JSON; exit 1 unless it has settled every transaction."""
import json
import sys


def main():
    run, seconds, peak_mib, transactions = json.load(open(sys.argv[1])), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    lines = sum(row["lines"] for row in run["totals"])
    failed = sum(row["failed"] for row in run["totals"])
    profile = [
        {"stage": s["stage"], "ms": s["us"] // 1000, "cpu_ms": s.get("cpuUs", 0) // 1000, "waited_ms": s.get("waitedUs", 0) // 1000,
         "rows": s.get("rows", 0)}
        for s in run["profile"]
    ]
    print(json.dumps({
        "seconds": seconds, "lines": lines, "failed": failed, "peak_mib": peak_mib,
        "peak_mib_as_the_run_saw_it": run.get("memoryPeakBytes", 0) >> 20, "cpu_seconds": run.get("cpuUs", 0) / 1e6, "profile": profile,
    }))
    if run["state"] != "COMPLETED" or failed or lines != transactions:
        sys.exit(f"the run is {run['state']} with {lines} lines and {failed} failures of {transactions} transactions")


if __name__ == "__main__":
    main()

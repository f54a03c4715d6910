#!/usr/bin/env python3
"""ask_postgres.py PAYMENT_ID SCRATCH: asks the server that PGHOST names; answers by psql, latencies by pgbench."""
import pathlib
import subprocess
import sys
import time

import queries

payment_id, scratch = sys.argv[1], pathlib.Path(sys.argv[2])


def psql(sql):
    out = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql],
        check=True, capture_output=True, text=True,
    ).stdout
    return [line.split("\t") for line in out.splitlines()]


def pgbench(sql, count):
    """Latencies in ms. The log's third column is microseconds of one run of the script."""
    script = scratch / "query.sql"
    script.write_text(sql + ";\n", encoding="utf-8")
    for old in scratch.glob("latency.*"):
        old.unlink()
    subprocess.run(
        ["pgbench", "-n", "-M", "prepared", "-c", "1", "-t", str(count + 3), "-l", "--log-prefix=latency", "-f", str(script)],
        check=True, capture_output=True, cwd=scratch,
    )
    lines = [line for log in scratch.glob("latency.*") for line in log.read_text().splitlines()]
    return [int(line.split()[2]) / 1_000 for line in lines][2:]  # the first ones plan


for name, kind, sql in queries.everything(payment_id=payment_id):
    psql(sql)
    start = time.perf_counter()
    rows = psql(sql)
    first = (time.perf_counter() - start) * 1_000
    count = queries.times(first)
    queries.show(name, [pgbench(sql, count) for _ in range(queries.ROUNDS)])
    queries.answer(name, kind, rows)
    if kind == "one" and [row[1] for row in rows] != [payment_id]:
        sys.exit(f"PostgreSQL: R7 answered {rows}")
    if kind == "ids" and name.startswith("S"):
        plan = [row[0].strip() for row in psql("explain " + sql)]
        print("plan", name, next((line for line in plan if "Scan" in line), ""))

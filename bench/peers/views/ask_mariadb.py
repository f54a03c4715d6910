#!/usr/bin/env python3
"""ask_mariadb.py PAYMENT_ID SOCKET yes|no: answers and server-side durations; texts through Mroonga if `yes`."""
import os
import subprocess
import sys

import queries

payment_id, socket, mroonga = sys.argv[1:4]


def client(sql):
    out = subprocess.run(
        ["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-S", socket, "-u", "root", "-N", "-B", "-r", "-D", "views"],
        input=sql, check=True, capture_output=True, text=True,
    ).stdout
    return [line.split("\t") for line in out.splitlines()]


def durations(sql, count):
    """In ms, by the server's profiles, which keep the last hundred statements of a session."""
    count = min(count, 98)
    asked = "set profiling_history_size = 100; set profiling = 1;\n" + (sql + ";\n") * count + "set profiling = 0;\n"
    rows = client(asked + "select 'took', sum(duration) * 1000 from information_schema.profiling group by query_id;\n")
    took = [float(row[1]) for row in rows if row[0] == "took"]
    return took[-count:] if len(took) >= count else sys.exit(f"{len(took)} profiles of {count} statements")


def through_mroonga(name, column, pattern):
    columns = ", ".join("p." + column for column in queries.COLUMNS.split(", "))
    found = (
        f"select no, requested_at from texts where match({column}) against('+\"{pattern}\"' in boolean mode) "
        "order by requested_at desc limit 50"
    )
    sql = f"select {columns} from ({found}) t join payments p on p.no = t.no order by t.requested_at desc, p.id"
    return (name + " / Mroonga", "ids", sql)


asked = queries.everything(payment_id=payment_id)
asked = [(name + " / LIKE" if name[0] == "S" else name, kind, sql) for name, kind, sql in asked]
if mroonga == "yes":
    asked += [through_mroonga(*each) for each in queries.PATTERNS if os.environ.get("VIEWS_ONLY", "") in each[0]]
for name, kind, sql in asked:
    rows = client(sql)
    first = durations(sql, 1)[0]  # the client's start isn't the query's time
    if first < queries.SLOW_MS:
        first = min(durations(sql, 3))
    count = queries.times(first)
    queries.show(name, [durations(sql, count) for _ in range(queries.rounds(first))])
    queries.answer(name, kind, rows)
    if kind == "one" and [row[1] for row in rows] != [payment_id]:
        sys.exit(f"MariaDB: R7 answered {rows}")

#!/usr/bin/env python3
"""ask_postgres.py PAYMENT_ID: asks the server that PGHOST names, with prepared statements, through libpq itself.

Not pgbench: its log gives 0 us for a statement that is answered before pgbench looks at the socket (it keeps the time it
last read), which half of these quick ones are. The clock here stands around PQexecPrepared, rows received and not unpacked.
"""
import ctypes
import sys
import time

import queries

pq = ctypes.CDLL("libpq.so.5")
pointer, text = ctypes.c_void_p, ctypes.c_char_p
for name, result, arguments in (
    ("PQconnectdb", pointer, [text]),
    ("PQprepare", pointer, [pointer, text, text, ctypes.c_int, pointer]),
    ("PQexecPrepared", pointer, [pointer, text, ctypes.c_int, pointer, pointer, pointer, ctypes.c_int]),
    ("PQexec", pointer, [pointer, text]),
    ("PQresultStatus", ctypes.c_int, [pointer]),
    ("PQresultErrorMessage", text, [pointer]),
    ("PQntuples", ctypes.c_int, [pointer]),
    ("PQnfields", ctypes.c_int, [pointer]),
    ("PQgetvalue", text, [pointer, ctypes.c_int, ctypes.c_int]),
    ("PQclear", None, [pointer]),
):
    getattr(pq, name).restype, getattr(pq, name).argtypes = result, arguments
COMMAND_OK, TUPLES_OK = 1, 2

server = pq.PQconnectdb(b"")


def checked(result, wanted):
    if pq.PQresultStatus(result) != wanted:
        sys.exit("PostgreSQL: " + pq.PQresultErrorMessage(result).decode())
    return result


def rows_of(result):
    columns = range(pq.PQnfields(result))
    return [[pq.PQgetvalue(result, row, column).decode() for column in columns] for row in range(pq.PQntuples(result))]


def prepare(sql):
    pq.PQclear(checked(pq.PQexec(server, b"deallocate all"), COMMAND_OK))
    pq.PQclear(checked(pq.PQprepare(server, b"q", sql.encode(), 0, None), COMMAND_OK))


def ask():
    return checked(pq.PQexecPrepared(server, b"q", 0, None, None, None, 0), TUPLES_OK)


def clock():
    start = time.perf_counter_ns()
    result = ask()
    took = time.perf_counter_ns() - start
    pq.PQclear(result)
    return took / 1_000_000


payment_id = sys.argv[1]
for name, kind, sql in queries.everything(payment_id=payment_id):
    prepare(sql)
    rows = rows_of(ask())
    first = clock()
    count = queries.times(first)
    queries.show(name, [[clock() for _ in range(count)] for _ in range(queries.rounds(first))])
    queries.answer(name, kind, rows)
    if kind == "one" and [row[1] for row in rows] != [payment_id]:
        sys.exit(f"PostgreSQL: R7 answered {rows}")
    if name.startswith("S"):
        plan = [row[0].strip() for row in rows_of(checked(pq.PQexec(server, b"explain " + sql.encode()), TUPLES_OK))]
        print("plan", name, next((line for line in plan if "Scan" in line), ""), flush=True)

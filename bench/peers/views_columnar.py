#!/usr/bin/env python3
"""DuckDB and ClickHouse (chdb) beside the serving views: views_columnar.py duckdb|clickhouse DATA SCRATCH

DATA is what `bench_views --export` and peers/views/prepare.py wrote. Prints "query", "answer" and "bytes" lines as
bench_views does. Both get two threads, tables sorted by (merchant, requested_at), a merchant-day rollup, and what their
manuals offer for a look-up by id and for `contains`. The clock stands around the call from Python, in process: no
socket, and the rows are made into Python values (DuckDB) or text (ClickHouse).
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "views"))
import queries  # noqa: E402

NUMBERS = "no merchant amount gross canceled balance requested_at approved_at version day month payment_no moved_at".split()
NAMES = queries.COLUMNS.split(", ") + ["day", "month", "texts", "initials"]
MOVES = queries.MOVES.split(", ") + ["day"]
ROLLUP = """select merchant, day, currency, method, status, count(*) as count, sum(gross) as gross,
  sum(canceled) as canceled from payments group by merchant, day, currency, method, status"""
MONTHS = """select organisation, month, currency, method, status, count(*) as count, sum(gross) as gross,
  sum(canceled) as canceled from payments group by organisation, month, currency, method, status"""
MOVE_DAYS = """select merchant, day, currency, kind, count(*) as count, sum(amount) as amount
  from movements group by merchant, day, currency, kind"""


class DuckDb:
    def __init__(self, data, scratch):
        import duckdb

        print("version DuckDB", duckdb.__version__)
        self.path = scratch / "payments.duckdb"
        self.db = duckdb.connect(str(self.path), config={"threads": 2})
        self.load("payments", data / "load.tsv", NAMES, "merchant, requested_at")
        self.load("movements", data / "movements.tsv", MOVES, "merchant, moved_at")
        self.db.execute(f"create table merchant_day as select * from ({ROLLUP}) order by merchant, day")
        self.db.execute(f"create table organisation_month as select * from ({MONTHS}) order by organisation, month")
        self.db.execute(f"create table movement_day as select * from ({MOVE_DAYS}) order by merchant, day")
        self.db.execute("create unique index payments_id on payments (id)")
        self.db.execute("checkpoint")

    def load(self, table, path, names, order):
        types = ", ".join(f"'{n}': '{'BIGINT' if n in NUMBERS else 'VARCHAR'}'" for n in names)
        self.db.execute(
            f"create table {table} as select * from read_csv('{path}', delim='\t', header=false, quote='', "
            f"escape='', nullstr='\\N', columns={{{types}}}) order by {order}"
        )

    def contains(self, column, pattern):
        return f"contains({column}, '{pattern}')"

    def prepare(self, sql):
        self.db.execute(f"prepare q as {sql}")
        return lambda: self.db.execute("execute q").fetchall()

    def bytes(self):
        return self.path.stat().st_size


class ClickHouse:
    def __init__(self, data, scratch):
        from chdb import session

        self.path = scratch / "clickhouse"
        self.db = session.Session(str(self.path))
        print("version ClickHouse", str(self.db.query("select version()")).strip().strip('"'), "(chdb)")
        columns = ", ".join(f"{n} {'Int64' if n in NUMBERS else self.text_type(n)}" for n in NAMES)
        self.db.query(
            f"""create table payments ({columns},
              index by_id id type bloom_filter(0.001) granularity 1,
              index by_texts texts type text(tokenizer = ngrams(2)),
              index by_initials initials type text(tokenizer = ngrams(2)))
              engine = MergeTree order by (merchant, requested_at) settings index_granularity = 2048"""
        )
        self.db.query(
            f"insert into payments select * from file('{data}/load.tsv', TSVRaw, "
            f"'{', '.join(n + (' Int64' if n in NUMBERS else ' String') for n in NAMES)}')"
        )
        self.db.query("optimize table payments final")
        self.db.query(f"create table merchant_day engine = MergeTree order by (merchant, day) as {ROLLUP}")
        self.db.query("optimize table merchant_day final")
        moves = ", ".join(f"{n} {'Int64' if n in NUMBERS else self.text_type(n)}" for n in MOVES)
        self.db.query(
            f"create table movements ({moves}) engine = MergeTree order by (merchant, moved_at) settings index_granularity = 2048"
        )
        given = ", ".join(n + (" Int64" if n in NUMBERS else " String") for n in MOVES)
        self.db.query(f"insert into movements select * from file('{data}/movements.tsv', TSVRaw, '{given}')")
        self.db.query("optimize table movements final")
        self.db.query(f"create table organisation_month engine = MergeTree order by (organisation, month) as {MONTHS}")
        self.db.query(f"create table movement_day engine = MergeTree order by (merchant, day) as {MOVE_DAYS}")
        self.db.query("optimize table movement_day final")

    @staticmethod
    def text_type(name):
        few = "organisation method issuer status channel currency kind".split()
        return "LowCardinality(String)" if name in few else "String"

    def contains(self, column, pattern):
        return f"{column} like '%{pattern}%'"

    def prepare(self, sql):
        sql += " settings max_threads = 2, use_query_condition_cache = 0"

        def ask():
            text = str(self.db.query(sql, "TSVRaw"))
            return [line.split("\t") for line in text.splitlines()]

        return ask

    def bytes(self):
        parts = "select sum(bytes_on_disk) from system.parts where active and database = currentDatabase()"
        return int(str(self.db.query(parts, "TSVRaw")).strip())


def measure(peer, sql):
    ask = peer.prepare(sql)
    ask()
    start = time.perf_counter()
    rows = ask()
    first = (time.perf_counter() - start) * 1_000
    count = queries.times(first)
    rounds = [[clock(ask) for _ in range(count)] for _ in range(queries.rounds(first))]
    return rows, rounds


def clock(ask):
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1_000


def main():
    engine, data, scratch = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    scratch.mkdir(parents=True)
    with open(data / "load.tsv", encoding="utf-8") as rows:
        payment_id = rows.readline().split("\t")[1]
    start = time.monotonic()
    peer = {"duckdb": DuckDb, "clickhouse": ClickHouse}[engine](data, scratch)
    print(f"load {time.monotonic() - start:.1f} s")
    for name, kind, sql in queries.everything(peer.contains, payment_id):
        rows, rounds = measure(peer, sql)
        queries.show(name, rounds)
        queries.answer(name, kind, rows)
        if kind == "one" and [row[1] for row in rows] != [payment_id]:
            sys.exit(f"{engine}: R7 answered {rows}")
    print("bytes", peer.bytes())


main()

"""The questions of the read side in SQL that every peer speaks, and how often each is asked.

A query is (name, kind, sql). The names are those of bench/view_queries.cc; a suffix after " / " is another way to get the
same answer, of which the faster counts. Kinds: ids (the page's payments, in order), sums (currency, count, gross,
canceled), rows (timed, then compared as numbers).
"""
import os

DAY = 86_400_000_000
SEOUL = 9 * 3_600_000_000
# The world's period in microseconds, as bench_views printed it: whole days in Seoul.
FROM, UNTIL = (int(at) for at in os.environ["VIEWS_PERIOD"].split())
DAYS = f"day >= {(FROM + SEOUL) // DAY} and day < {(UNTIL + SEOUL) // DAY}"
ROUNDS = 3  # the best is shown: other work on the machine only ever makes a round slower
COLUMNS = (
    "no, id, merchant, organisation, method, issuer, status, channel, currency, amount, gross, canceled, balance, "
    "buyer, phone, product, order_id, requested_at, approved_at, version"
)
TWO = "status in ('CANCELED', 'PARTIAL_CANCELED') and method = 'CARD'"
NEWEST = "order by requested_at desc, id limit 50"
PATTERNS = (
    ("S1 2 syllables", "texts", "민준"),
    ("S1 2 syllables, rare", "texts", "규림"),
    ("S2 1 syllable", "texts", "민"),
    ("S3 3 syllables", "texts", "김민준"),
    ("S4 no hit", "texts", "띔띔띔"),
    ("S6 initials", "initials", "ㄱㅁㅈ"),
)


def lists(merchant):
    who = f" merchant {merchant}"
    period = f"merchant = {merchant} and requested_at >= {FROM} and requested_at < {UNTIL}"
    days = f"merchant = {merchant} and {DAYS}"
    page = f"select {COLUMNS} from payments where {period}"
    rows = "select currency, count(*), sum(gross), sum(canceled) from payments where"
    rollup = "select currency, sum(count), sum(gross), sum(canceled) from merchant_day where"
    by = "group by currency order by currency"
    daily = f"from merchant_day where {days} group by day, currency order by day, currency"
    return [
        ("R1" + who, "ids", f"{page} order by requested_at desc, id limit 50"),
        ("R2" + who, "ids", f"{page} and {TWO} order by requested_at desc, id limit 50"),
        ("R5" + who, "ids", f"{page} order by amount desc, id limit 50"),
        ("R6" + who + " / rollup", "sums", f"{rollup} {days} {by}"),
        ("R6" + who + " / rows", "sums", f"{rows} {period} {by}"),
        ("R6f" + who + " / rollup", "sums", f"{rollup} {days} and {TWO} {by}"),
        ("R6f" + who + " / rows", "sums", f"{rows} {period} and {TWO} {by}"),
        ("A1" + who + " / rollup", "rows", f"select day, currency, sum(count), sum(gross), sum(canceled) {daily}"),
        (
            "A1" + who + " / rows",
            "rows",
            f"select day, currency, count(*), sum(gross), sum(canceled) from payments where {period} "
            "group by day, currency order by day, currency",
        ),
    ]


def texts(condition=None):
    """`condition(column, pattern)` is the peer's own way to say contains."""
    contains = condition or (lambda column, pattern: f"{column} like '%{pattern}%'")
    return [
        (name, "ids", f"select {COLUMNS} from payments where {contains(column, pattern)} {NEWEST}")
        for name, column, pattern in PATTERNS
    ]


def by_id(payment_id):
    return ("R7 by payment id", "one", f"select {COLUMNS} from payments where id = '{payment_id}'")


def everything(condition=None, payment_id=""):
    return lists(0) + lists(40) + [by_id(payment_id)] + texts(condition)


def times(first_ms):
    """How often a query is asked in a round: enough for a p99 if it is quick, for about 0.8 s if it is not."""
    return max(4, min(200, int(800 / max(first_ms, 0.01))))


def show(name, rounds):
    """`rounds`: the latencies in ms of each round. Of p50 and of p99 the best round's."""
    ordered = [sorted(ms) for ms in rounds]
    p50 = min(ms[len(ms) // 2] for ms in ordered)
    p99 = min(ms[len(ms) * 99 // 100] for ms in ordered)
    runs = len(rounds[0])
    print(f"query {name:<36} p50 {p50:8.3f} ms  p99 {p99:8.3f} ms  runs {runs}", flush=True)


def answer(name, kind, rows):
    """`rows` as the engine gave them; the lines are those of bench/view_queries.cc."""
    if kind == "ids":
        print("answer", name, len(rows), *(row[1] for row in rows), flush=True)
    elif kind == "sums":
        for row in rows:
            print("answer", name, *(str(cell) for cell in row), flush=True)
    elif kind == "rows":
        totals = [sum(int(row[i]) for row in rows) for i in (2, 3, 4)]
        print("answer", name, len(rows), *totals, flush=True)

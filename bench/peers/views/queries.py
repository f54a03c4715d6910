"""The questions of the read side in SQL that every peer speaks, and how often each is asked.

A query is (name, kind, sql). The names are those of bench/view_queries.cc; a suffix after " / " is another way to get the
same answer, of which the faster counts. Kinds: ids (the page's payments, in order), sums (currency, count, gross,
canceled), rows (timed, then compared as numbers: two labels, then count, gross and canceled), moves (ids with versions),
tops (merchant and net).
"""
import os
import sys

DAY = 86_400_000_000
SEOUL = 9 * 3_600_000_000
# The world's period in microseconds, as bench_views printed it: whole days in Seoul.
FROM, UNTIL = (int(at) for at in os.environ["VIEWS_PERIOD"].split())
DAYS = f"day >= {(FROM + SEOUL) // DAY} and day < {(UNTIL + SEOUL) // DAY}"
SLOW_MS = float(os.environ.get("VIEWS_SLOW_MS", "2000"))
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
    ("S5 NFD", "texts", "민준"),  # whoever asks a peer composes what was typed
    ("S6 initials", "initials", "ㄱㅁㅈ"),
)
WITHIN = "민준"
WITHIN_DAYS = 30
MOVES = "payment_no, payment_id, version, merchant, kind, method, currency, amount, moved_at"


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


def movements(merchant):
    who = f" merchant {merchant}"
    period = f"m.merchant = {merchant} and m.moved_at >= {FROM} and m.moved_at < {UNTIL}"
    columns = ", ".join("m." + column for column in MOVES.split(", "))
    newest = "order by m.moved_at desc, m.payment_id, m.version limit 50"
    two = "m.kind = 'CANCEL' and p.status in ('CANCELED', 'PARTIAL_CANCELED')"
    sums = "sum(case when kind = 'APPROVAL' then {0} else 0 end), sum(case when kind = 'APPROVAL' then 0 else {0} end)"
    by = "group by currency order by currency"
    return [
        ("M1" + who, "moves", f"select {columns} from movements m where {period} {newest}"),
        (
            "M2" + who,
            "moves",
            f"select {columns} from movements m join payments p on p.no = m.payment_no where {period} and {two} {newest}",
        ),
        (
            "M6" + who + " / rollup",
            "sums",
            f"select currency, sum(count), {sums.format('amount')} from movement_day where merchant = {merchant} and {DAYS} {by}",
        ),
        (
            "M6" + who + " / rows",
            "sums",
            f"select currency, count(*), {sums.format('amount')} from movements m where {period} {by}",
        ),
    ]


def totals():
    """A2 and A3. A4 needs every state a payment once had, which these tables don't keep: ours alone answers it."""
    sums = "sum({}), sum(gross), sum(canceled), method, status, currency from {} group by organisation, month, method, status, currency"
    return [
        ("A2 organisation month / rollup", "rows", "select organisation, month, " + sums.format("count", "organisation_month")),
        ("A2 organisation month / rows", "rows", "select organisation, month, " + sums.format("1", "payments")),
        (
            "A3 top merchants",
            "tops",
            f"select merchant, sum(gross) - sum(canceled) as net from merchant_day where {DAYS} and currency = 'KRW' "
            "group by merchant order by net desc, merchant limit 100",
        ),
    ]


def texts(condition=None):
    """`condition(column, pattern)` is the peer's own way to say contains."""
    contains = condition or (lambda column, pattern: f"{column} like '%{pattern}%'")
    out = [
        (name, "ids", f"select {COLUMNS} from payments where {contains(column, pattern)} {NEWEST}")
        for name, column, pattern in PATTERNS
    ]
    for merchant in (0, 40):
        for name, begin in (("S7", FROM), ("S7 30 d", UNTIL - WITHIN_DAYS * DAY)):
            period = f"merchant = {merchant} and requested_at >= {begin} and requested_at < {UNTIL}"
            sql = f"select {COLUMNS} from payments where {period} and {contains('texts', WITHIN)} {NEWEST}"
            out.append((f"{name} merchant {merchant}", "ids", sql))
    return out


def by_id(payment_id):
    return ("R7 by payment id", "one", f"select {COLUMNS} from payments where id = '{payment_id}'")


def everything(condition=None, payment_id=""):
    asked = lists(0) + movements(0) + lists(40) + movements(40) + totals() + [by_id(payment_id)] + texts(condition)
    only = os.environ.get("VIEWS_ONLY", "")
    return [question for question in asked if only in question[0]]


def times(first_ms):
    """How often a query is asked in a round: enough for a p99 if it is quick, for about 0.8 s if it is not."""
    if first_ms > SLOW_MS:
        return 1
    return max(4, min(200, int(800 / max(first_ms, 0.01))))


def rounds(first_ms):
    """The best of three is shown: other work on the machine only ever makes a round slower. A slow one is asked once."""
    return 1 if first_ms > SLOW_MS else 3


def show(name, rounds):
    """`rounds`: the latencies in ms of each round. Of p50 and of p99 the best round's."""
    ordered = [sorted(ms) for ms in rounds]
    p50 = min(ms[len(ms) // 2] for ms in ordered)
    p99 = min(ms[len(ms) * 99 // 100] for ms in ordered)
    runs = len(rounds[0])
    line = f"query {name:<36} p50 {p50:8.3f} ms  p99 {p99:8.3f} ms  runs {runs}"
    print(line, flush=True)
    print("  " + line, file=sys.stderr, flush=True)


def answer(name, kind, rows):
    """`rows` as the engine gave them; the lines are those of bench/view_queries.cc."""
    if kind == "ids":
        print("answer", name, len(rows), *(row[1] for row in rows), flush=True)
    elif kind == "sums":
        for row in rows:
            print("answer", name, *(str(cell) for cell in row), flush=True)
    elif kind == "rows":
        sums = [sum(int(row[i]) for row in rows) for i in (2, 3, 4)]
        print("answer", name, len(rows), *sums, flush=True)
    elif kind == "moves":
        print("answer", name, len(rows), *(f"{row[1]}:{row[2]}" for row in rows), flush=True)
    elif kind == "tops":
        print("answer", name, len(rows), *(f"{row[0]}:{int(row[1])}" for row in rows), flush=True)

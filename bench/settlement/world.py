#!/usr/bin/env python3
"""The day that `./run bench settlement` settles: a pure function of the number of payments and merchants, so that Wonjang
and PostgreSQL get the same one.

    world.py tables DIR PAYMENTS MERCHANTS      transactions.csv and contracts.csv for COPY
    world.py feed URL KEYFILE PAYMENTS MERCHANTS DIR
                                                merchants, contracts and payments through the HTTP API; DIR/merchants.csv
                                                says which id each merchant number got

Payment n belongs to merchant n * 7919 mod MERCHANTS. Every 15th is cancelled on the same day, every second of those in
part. Amounts, cards and contracts follow from numbers alone.
"""
import concurrent.futures
import csv
import http.client
import json
import multiprocessing
import pathlib
import sys
import threading
import time
import urllib.parse

DAY = "2026-03-03"
LINES_PER_BODY = 5_000
CONNECTIONS = 32  # for merchants and contracts, one request each: as many as the ledger and the projection take in one go
TELL_EVERY_S = 10
FEEDERS = 2  # processes: one writes the next bodies while the server works on the other's


def merchant_of(n, merchants):
    return n * 7919 % merchants


def amount_of(n):
    return 1_000 + n * 2_654_435_761 % 4_294_967_296 % 200_000


def card_of(n):
    return "CHECK" if n % 3 == 0 else "CREDIT"


def time_of(n):
    second = n % 80_000
    return f"{DAY}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+09:00"


def cancel_of(n):
    """What of payment n is given back on the same day; 0: nothing."""
    if n % 15:
        return 0
    return amount_of(n) if n // 15 % 2 else amount_of(n) // 2


def contract_of(merchant):
    return {
        "credit_ppm": 8_000 + merchant % 20 * 1_000,
        "check_ppm": 5_000 + merchant % 11 * 500,
        "fixed": merchant % 5 * 10,
        "minimum": 50 if merchant % 10 == 0 else 0,
        "lag_days": 1 + merchant % 5,
    }


# ---- tables for PostgreSQL ----


def write_tables(folder, payments, merchants):
    with open(folder / "contracts.csv", "w", newline="") as out:
        for merchant in range(merchants):
            c = contract_of(merchant)
            out.write(f"{merchant},{c['credit_ppm']},{c['check_ppm']},{c['fixed']},{c['minimum']},{c['lag_days']}\n")
    with open(folder / "transactions.csv", "w", newline="") as out:
        for n in range(payments):
            merchant, amount, card = merchant_of(n, merchants), amount_of(n), card_of(n)
            out.write(f"{n},0,{merchant},{DAY},{card},{amount},{amount}\n")
            if back := cancel_of(n):
                out.write(f"{n},1,{merchant},{DAY},{card},{back},{amount}\n")


# ---- feeding Wonjang ----


class NotTaken(Exception):
    pass


class Api:
    def __init__(self, url, key):
        self.host = urllib.parse.urlparse(url).netloc
        self.key = key
        self.local = threading.local()

    def post(self, path, body, idempotency_key=None, content="application/json"):
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": content}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection(self.host)
        self.local.connection.request("POST", path, body, headers)
        answer = self.local.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise NotTaken(f"POST {path} answered {answer.status}: {text[:500].decode()}")
        return text


def contract_json(merchant, merchant_id):
    c = contract_of(merchant)
    rules = [
        {"name": "check", "kind": "BASE_RATE", "applies": {"cardType": "CHECK"}, "ratePpm": c["check_ppm"]},
        {"name": "credit", "kind": "BASE_RATE", "ratePpm": c["credit_ppm"]},
    ]
    if c["fixed"]:
        rules.append({"name": "per-slip", "kind": "FIXED_FEE", "amount": c["fixed"]})
    if c["minimum"]:
        rules.append({"name": "at-least", "kind": "MINIMUM", "amount": c["minimum"]})
    return {
        "merchantId": merchant_id,
        "currency": "KRW",
        "validFrom": "2026-01-01",
        "tier": "GENERAL",
        "fees": {"vat": "ADDED", "order": "SUPPLY_FIRST", "rounding": "HALF_UP", "rules": rules},
        "cycle": {"kind": "DAILY", "basis": "APPROVAL", "roll": "FORWARD", "lagDays": c["lag_days"], "policy": "BUSINESS_DAYS"},
        "calendar": "KR",
        "payoutAccount": f"acct-{merchant}",
    }


def register(api, merchant):
    body = json.dumps({"code": f"bench-{merchant}", "name": f"Merchant {merchant}"})
    return json.loads(api.post("/v1/merchants", body, f"bench-merchant-{merchant}"))["id"]


def propose(api, merchant, merchant_id):
    change = {"kind": "CONTRACT", "note": "bench", "contract": contract_json(merchant, merchant_id)}
    api.post("/v1/changes", json.dumps(change), f"bench-contract-{merchant}")


def told(what, results, total):
    """The results, with a line on stderr every few seconds."""
    began = last = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        now = time.monotonic()
        if now - last >= TELL_EVERY_S or done == total:
            last = now
            left = (total - done) * (now - began) / done
            print(f"world: {what} {100 * done / total:.1f} %, {now - began:.0f} s, about {left:.0f} s left", file=sys.stderr)


def payment_line(n, merchant_id):
    amount, at = amount_of(n), time_of(n)
    approval = (
        f'{{"method":"CARD","amount":{amount},"approvedAt":"{at}","approveNo":"{n % 100_000_000:08}",'
        f'"card":{{"issuerCode":"11","cardType":"{card_of(n)}"}}}}'
    )
    return (
        f'{{"op":"create","idempotencyKey":"b{n}","data":{{"merchantId":"{merchant_id}","orderId":"bench-{n}","orderName":"bench",'
        f'"currency":"KRW","totalAmount":{amount},"requestedAt":"{at}","approvals":[{approval}]}}}}\n'
    )


def cancel_line(n, merchant_id, back):
    return (
        f'{{"op":"cancel","idempotencyKey":"c{n}","merchantId":"{merchant_id}","orderId":"bench-{n}",'
        f'"data":{{"amount":{back},"reason":"bench","canceledAt":"{time_of(n)}"}}}}\n'
    )


def send(api, lines):
    answers = api.post("/v1/ingest", "".join(lines), content="application/x-ndjson")
    if answers.count(b'"status":20') == answers.count(b"\n") == len(lines):
        return
    bad = [a for a in answers.decode().splitlines() if '"status":20' not in a]
    raise NotTaken(f"{len(bad)} of {len(lines)} lines weren't taken, the first says {bad[:1]}")


def feed(url, key_file, payments, merchants, folder):
    key = pathlib.Path(key_file).read_text().strip()
    api = Api(url, key)
    api.post("/v1/changes", json.dumps({"kind": "CALENDAR", "note": "bench", "calendar": {"shipped": "KR"}}), "bench-calendar")
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        ids = list(told("merchants", pool.map(lambda m: register(api, m), range(merchants)), merchants))
        for _ in told("contracts", pool.map(lambda m: propose(api, m, ids[m]), range(merchants)), merchants):
            pass
    with open(folder / "merchants.csv", "w", newline="") as out:
        csv.writer(out).writerows(enumerate(ids))
    starts = range(0, payments, LINES_PER_BODY)
    with multiprocessing.Pool(FEEDERS, begin_feeding, (url, key, ids, payments)) as pool:
        for _ in told("payments", pool.imap_unordered(feed_some, starts), len(starts)):
            pass


def begin_feeding(url, key, ids, payments):
    global feeder
    feeder = (Api(url, key), ids, payments)


def feed_some(start):
    api, ids, payments = feeder
    creates, cancels = [], []
    for n in range(start, min(start + LINES_PER_BODY, payments)):
        merchant_id = ids[merchant_of(n, len(ids))]
        creates.append(payment_line(n, merchant_id))
        if back := cancel_of(n):
            cancels.append(cancel_line(n, merchant_id, back))
    send(api, creates)
    if cancels:
        send(api, cancels)


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "tables":
        write_tables(pathlib.Path(rest[0]), int(rest[1]), int(rest[2]))
    elif what == "feed":
        try:
            feed(rest[0], rest[1], int(rest[2]), int(rest[3]), pathlib.Path(rest[4]))
        except NotTaken as why:
            sys.exit(f"world: {why}")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

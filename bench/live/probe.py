"""Reads and freshness over HTTP while somebody else writes. Used by bench/live.sh.

probe.py reads URL KEYFILE SECONDS      percentiles of each query class, keep-alive connection, one at a time
probe.py freshness URL KEYFILE SECONDS  from a payment's durable answer to its being in the merchant's list, in search and in totals

Nothing is a sample before its answer is right: a list's page has its rows, a life its events; the list, the search and the totals must
show exactly the payments that were acknowledged. One JSON object goes to standard output.
"""

import datetime
import http.client
import json
import pathlib
import sys
import time
import urllib.parse

PROBE_PAUSE_S = 0.02
GIVE_UP_S = 10.0


class Api:
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)
        self.headers = {"Authorization": "Bearer " + key}

    def get(self, path):
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"probe: GET {path} answered {answer.status}: {text[:300].decode()}")
        return text

    def post(self, path, body, key):
        headers = {**self.headers, "Content-Type": "application/json", "Idempotency-Key": key}
        self.connection.request("POST", path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            sys.exit(f"probe: POST {path} answered {answer.status}: {text[:300].decode()}")
        return json.loads(text)


def percentiles(seconds):
    if not seconds:
        return {"samples": 0}
    ordered = sorted(seconds)
    at = lambda q: round(ordered[min(len(ordered) - 1, int(len(ordered) * q))] * 1000, 3)
    return {"samples": len(ordered), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": round(ordered[-1] * 1000, 3)}


def today():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).date()


def reads(api, seconds):
    top = json.loads(api.get(f"/v1/merchants/top?from={today()}&until={today() + datetime.timedelta(days=1)}&by=count"))
    merchants = [m["merchantId"] for m in top["merchants"]]
    first = json.loads(api.get(f"/v1/payments?merchantId={merchants[0]}&limit=50"))["payments"]
    payments = [p["id"] for p in first]
    day = f"from={today() - datetime.timedelta(days=1095)}&until={today() + datetime.timedelta(days=1)}"
    classes = {
        "R1 first page of 50": lambda n: (f"/v1/payments?merchantId={merchants[n % len(merchants)]}&limit=50&totals=false", "payments", 50),
        "R6 first page and totals": lambda n: (f"/v1/payments?merchantId={merchants[n % len(merchants)]}&limit=50", "payments", 50),
        "lifecycle": lambda n: (f"/v1/payments/{payments[n % len(payments)]}/lifecycle", "steps", 2),
        "A1 a merchant by day": lambda n: (f"/v1/totals/merchant_day?{day}&merchantId={merchants[n % len(merchants)]}&by=day", "rows", 1),
        "S1 two syllables, all merchants": lambda n: ("/v1/search?limit=50&q=" + urllib.parse.quote("아메"), "payments", 50),
    }
    samples = {name: [] for name in classes}
    end = time.monotonic() + seconds
    n = 0
    while time.monotonic() < end:
        for name, make in classes.items():
            path, part, least = make(n)
            began = time.perf_counter()
            text = api.get(path)
            took = time.perf_counter() - began
            if len(json.loads(text)[part]) < least:
                sys.exit(f"probe: {path} has fewer than {least} {part}: {text[:300].decode()}")
            samples[name].append(took)
        n += 1
    return {name: percentiles(took) for name, took in samples.items()}


def merchant_and_word():
    # A word that no other payment has: letters by the clock.
    n, word = time.time_ns(), ""
    while n:
        n, digit = divmod(n, 19 * 21)
        word += chr(0xAC00 + digit * 28)
    return f"probe-{time.time_ns()}", word


def waited(check, since):
    """Seconds from `since` until check() holds."""
    while not check():
        if time.perf_counter() - since > GIVE_UP_S:
            sys.exit("probe: not visible after 10 s")
    return time.perf_counter() - since


def freshness(api, seconds):
    code, _ = merchant_and_word()
    merchant = api.post("/v1/merchants", {"code": code, "name": "Probe"}, code)["id"]
    samples = {"list": [], "search": [], "totals": [], "skew": []}
    end, n = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        n += 1
        at = datetime.datetime.now(datetime.timezone.utc).isoformat()
        _, word = merchant_and_word()
        body = {
            "merchantId": merchant, "orderId": f"{code}-{n}", "orderName": word, "totalAmount": 1000, "currency": "KRW",
            "approvals": [{"method": "CARD", "amount": 1000, "approvedAt": at, "approveNo": f"{n:08}", "card": {"issuerCode": "11"}}],
        }
        payment = api.post("/v1/payments", body, f"{code}-{n}")["id"]
        since = time.perf_counter()
        day = today()
        checks = [
            ("list", lambda: payment.encode() in api.get(f"/v1/payments?merchantId={merchant}&limit=1&totals=false")),
            ("search", lambda: payment.encode() in api.get("/v1/search?limit=1&q=" + urllib.parse.quote(word))),
            ("totals", lambda: f'"grossAmount":{1000 * n},' in api.get(
                f"/v1/totals/merchant_day?from={day - datetime.timedelta(days=1)}&until={day + datetime.timedelta(days=1)}"
                f"&merchantId={merchant}").decode()),
        ]
        # Another one begins each time; the later ones were visible at the latest when they were first looked at.
        turned = checks[n % 3:] + checks[:n % 3]
        times = [waited(check, since) for _, check in turned]
        samples[turned[0][0]].append(times[0])
        samples["skew"].append(times[-1] - times[0])
        time.sleep(PROBE_PAUSE_S)
    return {name: percentiles(took) for name, took in samples.items()}


def main():
    what, url, key_file, seconds = sys.argv[1:5]
    api = Api(url, pathlib.Path(key_file).read_text().strip())
    print(json.dumps({"reads": reads, "freshness": freshness}[what](api, float(seconds)), ensure_ascii=False))


if __name__ == "__main__":
    main()

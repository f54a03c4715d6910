#!/usr/bin/env python3
"""our_sums.py URL KEYFILE DAY: every line of the day's run through the API, added up per merchant: id,lines,gross,fee,vat,net."""
import http.client
import json
import pathlib
import sys
import urllib.parse


def pages(url, key, day):
    connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)
    cursor = None
    while True:
        query = "limit=1000" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")
        connection.request("GET", f"/v1/settlement/runs/{day}/lines?{query}", headers={"Authorization": "Bearer " + key})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200:
            sys.exit(f"our_sums: {answer.status} {body}")
        yield body["items"]
        cursor = body.get("nextCursor")
        if not cursor:
            return


def main():
    url, key_file, day = sys.argv[1:4]
    sums = {}
    for items in pages(url, pathlib.Path(key_file).read_text().strip(), day):
        for line in items:
            sum_ = sums.setdefault(line["merchantId"], [0, 0, 0, 0, 0])
            for i, value in enumerate((1, line["gross"], line["fee"], line["feeVat"], line["net"])):
                sum_[i] += value
    for merchant, values in sums.items():
        print(merchant, *values, sep=",")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""prepare.py DIR: adds to DIR/payments.tsv what an engineer would store beside it for searching and for totals.

Writes DIR/load.tsv: the twenty columns, then
  day       the day in Seoul, as a number of days since 1970
  month     its month, as a number of months since 1970-01
  texts     buyer and product, composed (NFKC) and folded, parted by a space that no pattern has
  initials  the same with each syllable replaced by its first consonant
"""
import datetime
import functools
import sys
import unicodedata

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
BUYER, PRODUCT, REQUESTED_AT = 13, 15, 17
known = {}


@functools.cache
def month_of(day):
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    return (date.year - 1970) * 12 + date.month - 1


def forms(buyer, product):
    found = known.get((buyer, product))
    if found is None:
        text = unicodedata.normalize("NFKC", buyer + " " + product).casefold()
        initials = "".join(
            INITIALS[(ord(c) - 0xAC00) // 588] if 0xAC00 <= ord(c) <= 0xD7A3 else c for c in text
        )
        found = known[(buyer, product)] = text + "\t" + initials
    return found


with open(sys.argv[1] + "/payments.tsv", encoding="utf-8", newline="\n") as rows, open(
    sys.argv[1] + "/load.tsv", "w", encoding="utf-8", newline="\n"
) as out:
    for row in rows:
        row = row.rstrip("\n")
        cells = row.split("\t")
        day = (int(cells[REQUESTED_AT]) + 9 * 3_600_000_000) // 86_400_000_000
        out.write(f"{row}\t{day}\t{month_of(day)}\t{forms(cells[BUYER], cells[PRODUCT])}\n")

#!/usr/bin/env python3
"""compare.py OURS.csv THEIRS.csv MERCHANTS.csv: sums per merchant (lines, gross, fee, vat, net) agree, or the first difference and exit 1.

OURS: merchant id,lines,gross,fee,vat,net; THEIRS: merchant number,lines,gross,fee,vat,net."""
import csv
import sys


def sums(path, names=None):
    return {(names[row[0]] if names else row[0]): tuple(map(int, row[1:])) for row in csv.reader(open(path, newline=""))}


def main():
    names = {merchant_id: number for number, merchant_id in csv.reader(open(sys.argv[3], newline=""))}
    ours, theirs = sums(sys.argv[1], names), sums(sys.argv[2])
    for number in sorted(set(ours) | set(theirs), key=int):
        if ours.get(number) != theirs.get(number):
            sys.exit(f"merchant {number}: ours {ours.get(number)}, theirs {theirs.get(number)} (lines, gross, fee, vat, net)")
    print(f"{len(ours)} merchants, {sum(s[0] for s in ours.values())} lines, net {sum(s[4] for s in ours.values())}: equal")


if __name__ == "__main__":
    main()

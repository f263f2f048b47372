#!/usr/bin/env python3
"""Recomputes a draw of telephone numbers from its sealed record. One page, standard library only, no code of Fangxin.

  python3 audit_draw.py DRAW_FOLDER SECRET_FILE FRAME.csv [FRAME.csv ...] [--exclude NUMBERS.txt] [--is NUMBER ...]

DRAW_FOLDER: bundle.json (frozen before the dice), record.json (published), sample.csv (numbers, tickets, replicates).
Method fangxin-draw/v1:  C = SHA-256("v1|" hex S)     K = HMAC-SHA256(S, B "|" SHA-256(bundle.json))
  two stages only: segment i = SHA-256(hex K ",segment," i) mod M + 1, repeats skipped, in their old order
  draw i = SHA-256(hex K "," i) mod N + 1, repeats and excluded skipped     ticket = SHA-256(hex K "|" number)
Number k of a frame: segments sorted by prefix, 10,000 each; of a list (number, unit): its rows. Exit 0: all holds.
"""
import argparse
import csv
import hashlib
import hmac
import json
import sys

words = argparse.ArgumentParser(description="Recompute a draw.")
words.add_argument("folder")
words.add_argument("secret")
words.add_argument("frame", nargs="+")
words.add_argument("--exclude")
words.add_argument("--is", dest="asked", nargs="*", default=[])
given = words.parse_args()
failed = []


def check(what, holds):
    print(("holds   " if holds else "FAILS   ") + what)
    if not holds:
        failed.append(what)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def table(path):
    return csv.DictReader(read(path).decode("utf-8-sig").splitlines())


def sha(text):
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


S = bytes.fromhex(read(given.secret).decode().strip())
bundle_bytes = read(given.folder + "/bundle.json").rstrip(b"\n")
bundle, record = json.loads(bundle_bytes), json.loads(read(given.folder + "/record.json"))
sample = list(table(given.folder + "/sample.csv"))
segments, people, units = {}, [], []
for path in given.frame:
    for row in table(path):
        if "number" in row:
            units += [row["unit"]] if row["unit"] not in units else []
            people.append((row["number"], units.index(row["unit"])))
        else:
            fields = [row[name].strip() for name in ("prefix", "unit", "kind", "operator")]
            segments[fields[0]] = fields
order = sorted(segments)
excluded = set(read(given.exclude).decode().split()) if given.exclude else set()
barred = hmac.new(S, "\n".join(["exclusions", *sorted(excluded)]).encode(), "sha256").hexdigest()

print("compare with the signed paper:  C {commitment}\n  bundle {bundle}\n  B {randomness}".format(**record))
check("the secret is the one that was committed to", sha("v1|" + S.hex()) == record["commitment"])
check("the bundle is the one that was frozen", sha(bundle_bytes) == record["bundle"])
listed = "".join(["\n".join(["list", *units]), "\n", *("1%s:%d\n" % each for each in people)])
frame = sha(canonical({"v": 1, "digits": 4, "segments": [segments[prefix] for prefix in order]}))
frame = hmac.new(S, listed.encode(), "sha256").hexdigest() if people else frame
check("the frame is the one in the bundle", frame == bundle["frame"])
check("the do-not-call list is the one in the bundle", (barred if excluded else "") == bundle["exclusions"])

K = hmac.new(S, (record["randomness"] + "|" + record["bundle"]).encode(), "sha256").digest()
chosen, i = set(), 0
while bundle["segments"] and len(chosen) < bundle["segments"]:
    i += 1
    chosen.add(int(sha(K.hex() + ",segment," + str(i)), 16) % len(order))
order = [order[at] for at in sorted(chosen)] or order
N, seen, numbers, i = len(people) or len(order) * 10_000, set(), [], 0
while len(numbers) < bundle["n"] and len(seen) < N:
    i += 1
    item = int(sha(K.hex() + "," + str(i)), 16) % N + 1
    if item not in seen:
        seen.add(item)
        block, tail = divmod(item - 1, 10_000)
        number = people[item - 1][0] if people else order[block] + "%04d" % tail
        numbers += [] if number in excluded else [number]
tickets = {number: sha(K.hex() + "|" + number) for number in numbers}
ordered = sorted(numbers, key=tickets.get)
expected = [(number, tickets[number], str(at // bundle["replicate"] + 1)) for at, number in enumerate(ordered)]

published = (record["size"], record["skipped"])
check("numbers in the frame and draws skipped are as published", (N, i - len(numbers)) == published)
check("the numbers are the drawn ones, in ticket order", [row["number"] for row in sample] == ordered)
handed = [(row["number"], row["ticket"], row["replicate"]) for row in sample]
check("tickets and replicates are right", handed == expected)
for asked in given.asked:
    drawn = "drawn, place %d" % (ordered.index(asked) + 1) if asked in tickets else ""
    inside = "in the frame, not drawn" if asked[:-4] in segments or asked in dict(people) else "not in the frame"
    other = "excluded" if asked in excluded else inside
    print("number  " + asked + ": " + (drawn or other))
sys.exit(1 if failed else 0)

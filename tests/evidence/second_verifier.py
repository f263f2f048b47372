"""A second verifier, written from resources/docs/formats.md alone: Python's standard library, and `age` for what is sealed.

    python3 second_verifier.py ARCHIVE KEYS [--identity FILE] [--witness NOTE WITNESS_VKEY]

KEYS: a file with one vkey a line, from somebody who is not in the archive's chain of hands. Prints one line a fault; exit 0 = none.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
FAULTS = []


def fault(*words):
    FAULTS.append(" ".join(map(str, words)))


# RFC 8032, in extended coordinates so that a note takes milliseconds


def point(data):
    y = int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - square) % P == 0
    x = x if x & 1 == data[31] >> 7 else P - x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    total = (0, 1, 1, 0)
    while n:
        total, p, n = (add(total, p) if n & 1 else total), add(p, p), n >> 1
    return total


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(key, signature, message):
    try:
        s = int.from_bytes(signature[32:], "little")
        h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
        left, right = times(s, BASE), add(point(signature[:32]), times(h, point(key)))
        same = (
            (left[0] * right[2] - right[0] * left[2]) % P
            == 0
            == (left[1] * right[2] - right[1] * left[2]) % P
        )
        return len(signature) == 64 and s < Q and same
    except AssertionError:
        return False


class Keys:
    def __init__(self, lines):
        self.known = {}
        for line in filter(None, map(str.strip, lines)):
            name, short, key = line.split("+", 2)
            raw = base64.b64decode(key)
            assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == short, (
                f"misspelt key {name}"
            )
            self.known[name, short] = raw

    def open(self, path, data, *wanted):
        """The text of a note that all of these names have signed; None, and a fault, otherwise."""
        text, _, lines = data.decode("utf-8", "replace").rpartition("\n\n")
        text, good = text + "\n", set()
        for line in lines.splitlines():
            try:
                dash, name, encoded = line.split(" ")
                raw = base64.b64decode(encoded, validate=True)
            except ValueError:
                return fault(path, "is no signed note")
            key = self.known.get((name, raw[:4].hex()))
            if dash != "—" or key is None:
                continue
            stamp = raw[4:12] if key[0] == 4 else b""
            message = f"cosignature/v1\ntime {int.from_bytes(stamp, 'big')}\n{text}" if stamp else text
            if not signed(key[1:], raw[4 + len(stamp) :], message.encode()):
                return fault(path, "has a false signature of", name)
            good.add(name)
        return text if set(wanted) <= good else fault(path, "is not signed by", *(set(wanted) - good))


class Tree:
    """Roots of the first n leaves for every n that is asked for, in one pass."""

    def __init__(self):
        self.peaks, self.size, self.roots = [], 0, {0: hashlib.sha256(b"").digest()}

    def add(self, leaf, wanted):
        node, n = hashlib.sha256(b"\0" + leaf).digest(), self.size
        while n & 1:
            node, n = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest(), n >> 1
        self.peaks.append(node)
        self.size += 1
        if self.size in wanted:
            *rest, root = self.peaks
            for peak in reversed(rest):
                root = hashlib.sha256(b"\1" + peak + root).digest()
            self.roots[self.size] = root


def lines_of(path):
    data = path.read_bytes() if path.exists() else fault(path, "is missing") or b""
    if data and not data.endswith(b"\n"):
        fault(path, "stops in the middle of a line")
    return data.split(b"\n")[:-1]


def canonical(line):
    try:
        data = json.loads(line)
        same = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == line
        return data if same and isinstance(data, dict) else None
    except ValueError:
        return None


def note_sizes(folder):
    return {path: int(path.name[:12]) for path in sorted(folder.glob("*.note"))}


def check_journal(archive, name, keys, central, log_sizes):
    folder, events, tree, prev = archive / "journals" / name, [], Tree(), "0" * 64
    notes = {kind: note_sizes(folder / kind) for kind in ("checkpoints", "receipts")}
    wanted = {size for kind in notes.values() for size in kind.values()} | log_sizes
    for number, line in enumerate(lines_of(folder / "journal.jsonl")):
        data = canonical(line)
        if data is None or (data.get("seq"), data.get("prev")) != (number, prev):
            fault(folder.name, "line", number + 1, "does not follow from the one before it")
        prev = hashlib.sha256(line).hexdigest()
        tree.add(line, wanted)
        events.append(data or {})
    check_notes(name, notes, tree, keys, central)
    return events, tree


def check_notes(name, notes, tree, keys, central):
    device, newest = f"fangxin/{name.replace('.', '/')}", 0
    for kind, signers in (("checkpoints", (device,)), ("receipts", (device, central))):
        for path, size in notes[kind].items():
            text = keys.open(path, path.read_bytes(), *signers)
            if text is None:
                continue
            origin, told, root, *rest = text.split("\n")
            if rest != [""]:
                fault(path, "is no checkpoint")
                continue
            if int(told) != size or not origin.endswith("/" + name.replace(".", "/")):
                fault(path, "is about something else")
            elif size > tree.size:
                fault(name, "has", tree.size, "lines, but", size, "were signed")
            elif tree.roots[size] != base64.b64decode(root):
                fault(name, "first", size, "lines are not those that were signed")
            newest = max(newest, size)
    if newest < tree.size:
        fault(name, "lines after", newest, "are under no signature")
    if not notes["receipts"] or max(notes["receipts"].values()) < newest:
        fault(name, "has no receipt over", newest, "lines")


AROUND = {"rec.open", "rec.close", "rec.recovered", "call.interrupted"}


def check_calls(name, events):
    calls = {}
    for event in events:
        calls.setdefault(event.get("call"), {}).setdefault(event.get("type"), []).append(event)
    for call, said in calls.items():
        if call is None or "dial.start" not in said:
            if call is not None and said.keys() - AROUND:
                fault(name, "call", call, "has no beginning")
            continue
        if "call.interrupted" not in said and not {"dial.end", "outcome.commit"} <= said.keys():
            fault(name, "call", call, "has no end or no outcome")
        if not {"rec.close", "rec.recovered"} & said.keys():
            fault(name, "call", call, "has no recording")
        latest = max(event.get("at", 0) for each in said.values() for event in each)
        if "rec.close" in said and said["rec.close"][0]["samples"] < latest:
            fault(name, "call", call, "is longer than its recording")


NAMES = {"dial.start": ["contact"], "rec.close": ["sha256"], "interview.close": ["object"]}
NAMES["rec.recovered"] = ["age_sha256", "tail_sha256"]


def check_places(archive):
    for path in filter(Path.is_symlink, archive.rglob("*")):
        fault(path, "is a link")
    for path in archive.glob("study/*.study"):
        text = zipfile.ZipFile(path).read("manifest.note").decode()
        if path.stem != "-".join(text.split("\n")[1:3]):
            fault(path, "is another study, or another version")


def check_objects(archive, keys, events):
    named = {
        event[field] for event in events for field in NAMES.get(event.get("type"), []) if event.get(field)
    }
    for note in archive.glob("batches/*/*.note"):
        origin = "/" + note.parent.name.replace(".", "/")
        text = keys.open(note, note.read_bytes(), "fangxin" + origin)
        head = text.split("\n")[:2] if text is not None else ["fangxin-batch/v1", origin]
        if head[0] != "fangxin-batch/v1" or not head[1].endswith(origin):
            fault(note, "is no manifest of this journal")
        named |= set(
            re.findall(r"^([0-9a-f]{64}) [0-9]+ [a-z-]+$", note.read_text("utf-8", "replace"), re.MULTILINE)
        )
    here = set()
    for path in sorted((archive / "objects").iterdir()):
        here.add(path.name)
        sha = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                sha.update(block)
        if sha.hexdigest() != path.name:
            fault(path, "was altered")
    for name in sorted(named ^ here):
        fault("objects/" + name, "is missing" if name in named else "is named by no line")


def check_answers(archive, events, identity):
    given = {}
    for event in events:
        if event.get("type") in ("answer.commit", "answer.amend"):
            told = (event["question"], event["call"], event["at"], event["commit"])
            given.setdefault(event["interview"], []).append(told)
        if event.get("type") == "interview.close":
            command = ["age", "--decrypt", "--identity", identity, archive / "objects" / event["object"]]
            opened = subprocess.run(command, capture_output=True, check=False)
            if opened.returncode:
                fault("objects/" + event["object"], "does not open")
                continue
            found = []
            for each in json.loads(opened.stdout)["trail"]:
                value = json.dumps(each["value"], ensure_ascii=False).encode()
                commit = hashlib.sha256(bytes.fromhex(each["salt"]) + value).hexdigest()
                found.append((each["question"], each["call"], each["at"], commit))
            if sorted(found) != sorted(given.get(event["interview"], [])):
                fault("interview", event["interview"], "is not what was answered during the call")


def check_receipts_in_log(archive, entries, trees):
    logged = {(entry["journal"], entry["size"]) for entry in entries}
    for name in trees:
        receipts = [path.stem for path in (archive / "journals" / name / "receipts").glob("*.note")]
        newest = max((int(stem) for stem in receipts if stem.isdecimal()), default=0)
        if newest and (name, newest) not in logged:
            fault("central's log does not say that it has signed for", newest, "lines of", name)


def check_log(archive, log, trees):
    for number, line in enumerate(log, 1):
        entry = canonical(line)
        if entry is None or entry.get("seq") != number - 1:
            fault("log line", number, "was altered")
        elif entry["type"] == "checkpoint":
            tree = trees.get(entry["journal"])
            if tree is None or tree.size < entry["size"]:
                fault("log line", number, "speaks of lines that are not here")
            elif tree.roots[entry["size"]].hex() != entry["root"]:
                fault(entry["journal"], "is not what central had signed for")


def check_witness(archive, log, note, vkey):
    text = Keys([vkey]).open(note, Path(note).read_bytes(), vkey.split("+")[0])
    if text is not None:
        tree, size = Tree(), int(text.split("\n")[1])
        for line in log:
            tree.add(line, {size})
        if tree.roots.get(size) != base64.b64decode(text.split("\n")[2]):
            fault("history was rewritten since the witness saw it, or", size, "lines of the log are not here")


def main(archive, keys, *options):
    archive, keys = Path(archive), Keys(Path(keys).read_text().splitlines())
    central = (archive / "central.vkey").read_text().partition("+")[0]
    log = lines_of(archive / "log" / "entries.jsonl") if (archive / "log").exists() else []
    entries = [entry for entry in map(canonical, log) if entry and entry.get("type") == "checkpoint"]
    everything, trees = [], {}
    for folder in sorted((archive / "journals").iterdir()):
        sizes = {entry["size"] for entry in entries if entry["journal"] == folder.name}
        events, trees[folder.name] = check_journal(archive, folder.name, keys, central, sizes)
        check_calls(folder.name, events)
        everything += events
    check_places(archive)
    check_objects(archive, keys, everything)
    check_log(archive, log, trees)
    if not log:
        fault("central's log is not here")
    check_receipts_in_log(archive, entries, trees)
    if "--identity" in options:
        check_answers(archive, everything, options[options.index("--identity") + 1])
    if "--witness" in options:
        at = options.index("--witness")
        check_witness(archive, log, *options[at + 1 : at + 3])
    print("\n".join(FAULTS) or "nothing was altered, and nothing is missing")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The witness at work: a real central over the network, the sheet of the day, and the sheet read back against the archive years later."""

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from app.__main__ import main
from app.clock import VirtualClock, seeded
from app.errors import EvidenceError, SyncError
from app.evidence.audit.logged import Witnessed
from app.evidence.merkle import leaf_hash
from app.evidence.note import Checkpoint, Verifier, open_note, sign
from app.evidence.stamp import certificates
from app.evidence.verify import check_history
from app.evidence.witnessing import read_witness, scanned
from app.witness.keeper import Keeper
from app.witness.round import Central, look
from app.witness.sheet import html, pdf, sheet_of, write_sheet
from app.witness.stamps import stamp_newest
from tests.sync.world import NOW, World, round_of


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "world") as world:
        yield world


class Watch:
    """A central with one workstation, and a witness that watches it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.folder = folder
        self.central = world.central()
        self.station = world.workstation()
        self.client = world.enrolled(self.station, self.central)
        self.stores = self.central.stores
        self.keeper = Keeper.open(folder / "witness", self.log, VirtualClock(NOW + 5000), seeded("w"))
        self.wire = Central(self.central.url)
        self.stores.index.set_settings({"witnesses": self.keeper.signer.vkey})

    @property
    def log(self) -> Verifier:
        return self.stores.log.signer.verifier

    def call(self, number: int) -> None:
        self.station.call(number)
        round_of(self.station, self.client)

    def close(self) -> None:
        self.wire.close()
        self.keeper.close()


@pytest.fixture
def watch(world: World, tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(world, tmp_path)
    yield watch
    watch.close()


def test_every_receipt_stands_in_the_log_and_the_witness_cosigns_it(watch: Watch) -> None:
    watch.call(1)
    seen = look(watch.keeper, watch.wire)
    assert (seen.size, seen.new, seen.alarm) == (3, 3, "")  # the device, its checkpoint, its batch
    watch.call(2)
    assert look(watch.keeper, watch.wire).new == 2
    assert look(watch.keeper, watch.wire).new == 0
    (kept,) = (watch.stores.folder / "log" / "cosigned").glob("*5.note")
    opened = open_note(kept.read_bytes(), [watch.log, watch.keeper.signer.verifier])
    assert len(opened.signatures) == 2


def test_central_takes_no_cosignature_of_a_stranger(watch: Watch) -> None:
    watch.stores.index.set_settings({"witnesses": ""})
    watch.call(1)
    with pytest.raises(SyncError, match=r"no cosignature of this witness .* in the study package"):
        look(watch.keeper, watch.wire)
    assert not (watch.stores.folder / "log" / "cosigned").exists()
    watch.stores.index.set_settings({"witnesses": watch.keeper.signer.vkey})
    assert look(watch.keeper, watch.wire).alarm == ""  # it had remembered, and hands it in the next time
    assert (watch.stores.folder / "log" / "cosigned").exists()


def another_history(watch: Watch) -> Callable[[httpx2.Request], httpx2.Response]:
    """A central that has rewritten its log from the second line on, with its true key."""
    lines = [b"{}" if n else watch.stores.log.entries(0, 1)[0] for n in range(9)]
    from app.evidence.merkle import Tree

    tree = Tree()
    for line in lines:
        tree.append(leaf_hash(line))
    signer = watch.stores.log.signer

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path.endswith("checkpoint"):
            return httpx2.Response(200, text=sign(Checkpoint(signer.name, 9, tree.root()).text, signer))
        if "consistency" in path:
            import base64

            proof = tree.consistency(int(path.split("/")[-2]), 9)
            return httpx2.Response(200, text="".join(base64.b64encode(x).decode() + "\n" for x in proof))
        start = int(path.split("/")[-2])
        return httpx2.Response(200, content=b"".join(line + b"\n" for line in lines[start:]))

    return answer


def test_a_central_that_rewrites_its_log_is_refused_and_convicted(watch: Watch) -> None:
    watch.call(1)
    look(watch.keeper, watch.wire)
    before = watch.keeper.newest_note
    lying = Central("http://central.test", httpx2.MockTransport(another_history(watch)))
    seen = look(watch.keeper, lying)
    assert "does not begin with the 3 lines" in seen.alarm
    assert watch.keeper.newest_note == before
    assert len(watch.keeper.alarms()) == 1
    lying.close()


def test_a_central_that_was_set_back_is_told(watch: Watch) -> None:
    old = watch.stores.log.checkpoint()
    watch.call(1)
    look(watch.keeper, watch.wire)
    back = Central("http://central.test", httpx2.MockTransport(lambda _: httpx2.Response(200, text=old)))
    assert "rolled back" in look(watch.keeper, back).alarm
    back.close()


def test_a_login_page_is_no_log(watch: Watch) -> None:
    page = Central("http://central.test", httpx2.MockTransport(lambda _: httpx2.Response(200, text="<html>")))
    assert "not its log" in look(watch.keeper, page).alarm
    page.close()


# The sheet


def days_work(watch: Watch) -> None:
    for number in range(3):
        watch.call(number)
    assert look(watch.keeper, watch.wire).alarm == ""


def test_the_sheet_counts_what_the_log_says(watch: Watch) -> None:
    days_work(watch)
    sheet = sheet_of(watch.keeper, NOW)
    (row,) = sheet.rows
    assert (row.journal, row.lines, row.today, row.objects) == ("0badcafe.1", 9, 9, 6)
    tomorrow = sheet_of(watch.keeper, NOW + 24 * 3_600_000)
    assert tomorrow.rows[0].today == 0
    assert pdf(sheet) == pdf(sheet)
    page = html(sheet)
    assert "0badcafe.1" in page
    command = re.sub("<[^>]*>", "", page).split("fangxin ", 1)[1].split("\n", 1)[0]
    assert command == "witness check scanned.txt ARCHIVE --witness-key KEY", "whole, on a line of its own"
    assert not re.search(r"src=|@import|url\(|https?://(?!www\.w3\.org/2000/svg)", page)
    (drawing,) = re.findall(r"<svg[^>]*>", page)
    assert "viewBox" in drawing, "the style's size scales it"
    assert "width" not in drawing, "a size of its own would be cut to the style's"


def test_before_anything_was_cosigned_there_is_no_sheet(watch: Watch) -> None:
    with pytest.raises(EvidenceError, match="cosigned nothing"):
        sheet_of(watch.keeper, NOW)


def needs(*tools: str) -> None:
    """Skip where a program is not installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"the program {tool} is not installed")


def code_on(sheet: Path) -> bytes:
    """What a scanner reads on a printed sheet of one page."""
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", sheet, sheet.with_name("page")], check=True)
    (picture,) = sheet.parent.glob("page*.png")
    scan = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture]
    return subprocess.run(scan, capture_output=True, check=True).stdout


@pytest.mark.real
def test_a_scanner_reads_the_printed_code_and_it_still_proves_the_archive(
    watch: Watch, tmp_path: Path
) -> None:
    needs("pdftoppm", "zbarimg")
    days_work(watch)
    sheet = tmp_path / "sheet.pdf"
    write_sheet(sheet, sheet_of(watch.keeper, NOW))
    words = subprocess.run(
        ["pdftotext", "-layout", sheet, "-"], capture_output=True, check=True
    ).stdout.decode()
    # What proves something is set in letters that every reader has, whatever typefaces for Chinese there are.
    assert re.search(r"0badcafe\.1 +9 +9 +6", words)
    assert "— witness" in words
    text = tmp_path / "scanned.txt"
    text.write_bytes(code_on(sheet))
    watch.call(9)  # the archive has grown since
    archive, key = watch.stores.folder, watch.keeper.signer.vkey
    assert main(["witness", "check", str(text), str(archive), "--witness-key", key]) == 0
    journal = archive / "journals" / "0badcafe.1" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"samples":8000', b'"samples":9000'))
    assert main(["witness", "check", str(text), str(archive), "--witness-key", key]) == 1


@pytest.mark.real
@pytest.mark.parametrize(("desks", "alarms"), [(33, 0), (34, 1), (60, 7)])
def test_however_many_desks_and_alarms_there_are_nothing_is_printed_on_the_code(
    watch: Watch, tmp_path: Path, desks: int, alarms: int
) -> None:
    needs("pdftoppm", "zbarimg")
    days_work(watch)
    plain, printed = sheet_of(watch.keeper, NOW), tmp_path / "sheet.pdf"
    (row,) = plain.rows
    said = tuple(
        f"Central's log of {n} lines does not begin with the {10**8 + n} lines that were accepted before"
        for n in range(alarms)
    )
    rows = tuple(replace(row, journal=f"{n:08x}.1") for n in range(desks))
    sheet = replace(plain, rows=rows, alarms=said)
    write_sheet(printed, sheet)
    assert code_on(printed).decode().strip() == sheet.note.strip()
    told = subprocess.run(["pdftotext", printed, "-"], capture_output=True, check=True).stdout.decode()
    words = re.sub(r"\s+", "", told)
    assert [each for each in said[:5] if re.sub(r"\s+", "", each) not in words] == []
    assert ("2more,onthewitness" in words) is (alarms == 7)
    shown = [f"{n:08x}.1" for n in range(desks) if f"{n:08x}.1" in words]
    left = desks - len(shown)
    assert (f"+{left}" in words) is bool(left)


@pytest.mark.real
def test_a_scanner_reads_the_code_of_the_page_that_a_browser_prints(watch: Watch, tmp_path: Path) -> None:
    needs("chromium", "pdftoppm", "zbarimg")
    days_work(watch)
    page, printed, sheet = tmp_path / "sheet.html", tmp_path / "sheet.pdf", sheet_of(watch.keeper, NOW)
    write_sheet(page, sheet)
    browser = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'browser'}",
    ]
    subprocess.run(
        [*browser, f"--print-to-pdf={printed}", page.as_uri()], check=True, capture_output=True, timeout=120
    )
    assert code_on(printed).decode().strip() == sheet.note.strip()


def test_what_scanners_and_editors_do_to_the_text_does_no_harm(watch: Watch) -> None:
    watch.call(1)
    look(watch.keeper, watch.wire)
    note = sheet_of(watch.keeper, NOW).note
    for spoilt in (
        note.replace("\n", "\r\n"),
        note.rstrip("\n"),
        "\ufeff" + note + "\n\n",
        note.replace("— ", "- "),
        note.replace("— ", "– "),
    ):
        assert scanned(spoilt.encode()) == note
    for encoding in ("gb18030", "utf-16", "utf-8-sig"):  # as a Chinese notepad saves it
        assert scanned(note.replace("\n", "\r\n").encode(encoding)) == note


def test_a_changed_letter_does(watch: Watch) -> None:
    watch.call(1)
    look(watch.keeper, watch.wire)
    note = sheet_of(watch.keeper, NOW).note.replace("\n3\n", "\n4\n")
    witnessed = Witnessed({"sheet": note}, [watch.keeper.signer.verifier])
    assert not check_history(watch.stores.folder, witnessed).ok


# Time stamps, from a local authority made with openssl

_CONFIG = """
[ tsa ]
default_tsa = here
[ here ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
tsa_name = yes
ess_cert_id_alg = sha256
[ ext ]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
"""


class Authority:
    """An RFC 3161 authority on loopback: every request is answered by openssl."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("the program openssl is not installed")
        folder.mkdir()
        self.folder, config = folder, folder / "tsa.cnf"
        config.write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._openssl(
            *new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "30"
        )
        self._openssl(*new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
        issue = [
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "30",
        ]
        self._openssl(*issue, "-out", "tsa.pem", "-extfile", "tsa.cnf", "-extensions", "ext")
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                (authority.folder / "q").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
                authority._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q", "-out", "r")
                token = (authority.folder / "r").read_bytes()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(token)))
                self.end_headers()
                self.wfile.write(token)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, check=True, timeout=60)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    authority = Authority(tmp_path_factory.mktemp("authority") / "tsa")
    yield authority
    authority.close()


@pytest.mark.real
def test_an_authority_certifies_the_log_and_openssl_agrees(
    watch: Watch, authority: Authority, tmp_path: Path
) -> None:
    days_work(watch)
    trusted = certificates(authority.certificate.read_bytes())
    found = stamp_newest(watch.keeper, authority.url, trusted)
    assert found is not None
    assert "Test TSA" in found[1].authority
    assert stamp_newest(watch.keeper, authority.url, trusted) is None
    folder, key = watch.keeper.folder, watch.keeper.signer.verifier
    witnessed = read_witness([folder], [key], [authority.certificate])
    verdict = check_history(watch.stores.folder, witnessed)
    assert verdict.ok, verdict.text()
    assert verdict.counts["time stamps"] == 1
    assert any(
        "Test TSA certifies that the first 7 lines" in each.what.replace("CN=", "")
        for each in verdict.completeness
    )
    text = tmp_path / "text"
    text.write_bytes((watch.keeper.newest_note.rpartition("\n\n")[0] + "\n").encode())
    subprocess.run(
        ["openssl", "ts", "-verify", "-data", text, "-in", found[0], "-CAfile", authority.certificate],
        capture_output=True,
        check=True,
    )


@pytest.mark.real
def test_a_token_that_does_not_hold_is_named(watch: Watch, authority: Authority, tmp_path: Path) -> None:
    days_work(watch)
    trusted = certificates(authority.certificate.read_bytes())
    found = stamp_newest(watch.keeper, authority.url, trusted)
    assert found is not None
    folder, keys = watch.keeper.folder, [watch.keeper.signer.verifier]
    unchecked = check_history(watch.stores.folder, read_witness([folder], keys))
    assert "timestamp.unchecked" in {each.rule for each in unchecked.completeness}
    data = bytearray(found[0].read_bytes())
    data[-20] ^= 1
    found[0].write_bytes(data)
    verdict = check_history(watch.stores.folder, read_witness([folder], keys, [authority.certificate]))
    assert [each.rule for each in verdict.integrity if each.spoils] == ["timestamp.false"]
    other = Authority(tmp_path / "other")
    other.close()
    found[0].unlink()
    with pytest.raises(EvidenceError, match="does not hold"):
        stamp_newest(watch.keeper, authority.url, certificates(other.certificate.read_bytes()))
    assert not found[0].exists()


# The commands


def test_the_commands_run_once_write_a_sheet_and_sound_the_alarm(
    watch: Watch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch.keeper.close()
    watch.call(1)
    data = ["--data", str(watch.keeper.folder)]
    asked = ["--central", watch.central.url, "--log-key", str(watch.stores.folder / "log.vkey"), "--once"]
    assert main(["witness", "key", *data]) == 0
    assert capsys.readouterr().out.strip() == watch.keeper.signer.vkey
    assert main(["witness", "run", *data, *asked]) == 0
    assert "3 lines, 3 of them new" in capsys.readouterr().out
    assert main(["witness", "sheet", *data, "--out", str(tmp_path / "day.html")]) == 0
    assert main(["witness", "sheet", *data, "--out", str(tmp_path / "day.txt")]) == 2
    capsys.readouterr()
    nobody = tmp_path / "nobody"
    assert main(["witness", "sheet", "--data", str(nobody), "--out", str(tmp_path / "none.html")]) == 2
    assert "There is nothing of a witness here" in capsys.readouterr().err
    assert not nobody.exists()
    asked[3] = watch.keeper.signer.vkey  # the key of another
    capsys.readouterr()
    assert main(["witness", "run", *data, *asked]) == 1
    assert "watches a log with another key" in capsys.readouterr().err
    assert main(["witness", "run", "--data", str(tmp_path / "new"), *asked]) == 1
    assert "ALARM: What answers at central's address is not its log" in capsys.readouterr().err

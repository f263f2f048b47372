"""fangxin centre split · drill · lock · signatory · request · sign · release: who holds the centre's keys, and what leaves its hands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.centre import Centre, read_identity, read_recipient, read_signer, signer_text
from app.centre_journal import RELEASES, journal_signer
from app.clock import SystemClock, system_entropy
from app.commands.invocation import ask_passphrase, extra, identities, verifiers
from app.commands.speech import announce, prompt
from app.custody.release import ReleaseRoom, request_for
from app.custody.request import approve, role_of
from app.errors import StorageError, UsageError
from app.evidence.age import Identity, Recipient
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.locked import Passphrase, is_locked, lock
from app.evidence.note import Signer

Keys = Annotated[Path, typer.Argument(help="Folder of `centre keygen`.")]
Role = Annotated[str, typer.Option(metavar="centre|contact", help="Which key.")]
Sheets = Annotated[
    list[Path] | None, typer.Option(help="File with a custodian's words. Not given: they are typed, unseen.")
]
Identities = Annotated[
    list[Path] | None, typer.Option(help="Private key file, or the folder of `centre keygen`.")
]
Split = Annotated[
    Path | None, typer.Option(help="Folder of `centre keygen` whose centre's key the custodians have.")
]


def register(cli: typer.Typer) -> None:
    """Add these commands to `fangxin centre`."""
    for command in (split, drill, signatory, request, sign, release):
        cli.command()(command)
    cli.command(name="lock")(lock_command)


def split(
    keys: Keys,
    out: Annotated[Path, typer.Option(help="New folder for the sheets; print them, then destroy it.")],
    role: Role = "centre",
    needed: Annotated[int, typer.Option(help="How many sheets open the key together.")] = 2,
    of: Annotated[int, typer.Option(help="How many sheets there are.")] = 3,
) -> None:
    """Put a private key into several hands: one sheet of words for each custodian."""
    with extra("centre"):
        from app.custody import shares  # SLIP-39: the centre's, not the workstation's
    sheets = shares.split(
        read_identity(keys / f"{role}.key", ask_passphrase), role=role, needed=needed, of=of
    )
    files = [out / f"{role}-{sheet.number}.txt" for sheet in sheets]
    with storage_errors(out):
        make_folder(out)
        for path in files:  # before any is written: sheets of two ceremonies do not fit together
            if path.exists():
                raise StorageError("There is a sheet already", where=str(path), todo="Choose a new folder.")
        for path, sheet in zip(files, sheets, strict=True):
            write_file(path, sheet.text.encode())
    announce(
        f"{of} sheets are in {out}. Print each for one custodian, then try them: fangxin centre drill {keys} --role {role} --forget"
    )


def drill(
    keys: Keys,
    sheet: Sheets = None,
    role: Role = "centre",
    forget: Annotated[
        bool,
        typer.Option(
            "--forget", help="If they do, delete the private key's file, so that only the sheets have it."
        ),
    ] = False,
) -> None:
    """Try whether the custodians' sheets give the key. Opens nothing, writes nothing."""
    recipient = read_recipient(keys / f"{role}.pub")
    joined(sheet or [], recipient)
    announce(f"These sheets together give the private key to {recipient}")
    if forget:
        path = keys / f"{role}.key"
        with storage_errors(path):
            path.unlink()
        announce(f"{path} is deleted. Now the sheets are all there is.")


def lock_command(
    key: Annotated[Path, typer.Argument(help="Private key file: the team lead's, or a signatory's.")],
) -> None:
    """Put a private key under a passphrase. `age -d` opens the file with it too."""
    with storage_errors(key):
        secret = key.read_bytes()
    if is_locked(secret):
        raise UsageError("This key is locked already", where=str(key))
    passphrase = prompt("New passphrase", unseen=True, twice=True)
    locked = lock(secret, Passphrase(passphrase), system_entropy)
    with storage_errors(key):
        write_file(key, locked)
    announce(f"{key} is locked. Nobody can help whoever forgets the passphrase.")


def signatory(
    name: Annotated[
        str, typer.Argument(metavar="role/person", help="Role and person: analyst/wang, supervisor/li.")
    ],
    out: Annotated[Path, typer.Option(help="Where the private key goes; lock it then.")],
) -> None:
    """Make the key with which somebody signs requests for release; prints its public half for the list of signatories."""
    role_of(name)
    signer = Signer(name, system_entropy(32))
    if out.exists():
        raise UsageError("There is a file already", where=str(out), todo="Keys are never overwritten.")
    with storage_errors(out):
        make_folder(out.parent)
        write_file(out, signer_text(signer).encode())
        write_file(out.with_suffix(".vkey"), f"{signer.vkey}\n".encode())
    typer.echo(signer.vkey)


def request(
    call: Annotated[str, typer.Argument(help="The call's id.")],
    archive: Annotated[Path, typer.Option(help="Central's folder, or a copy of it.")],
    to: Annotated[str, typer.Option(help="The receiver's public key (age1…), or the file that holds it.")],
    reason: Annotated[str, typer.Option(help="Why he is to have it: one line, kept for ever.")],
    out: Annotated[Path, typer.Option(help="The request to write.")],
) -> None:
    """Write a request to hand a call's recording to somebody. It counts when two roles have signed it."""
    if out.exists():  # perhaps signed already
        raise StorageError("There is a file already", where=str(out), todo="Choose another name.")
    receiver = read_recipient(Path(to)) if Path(to).is_file() else Recipient.parse(to)
    made = request_for(archive, call, receiver, reason, SystemClock(), system_entropy)
    with storage_errors(out):
        write_file(out, made.text.encode())
    typer.echo(made.text, nl=False)


def sign(
    note: Annotated[Path, typer.Argument(metavar="request", help="The request.")],
    key: Annotated[Path, typer.Option(help="Your signing key.")],
) -> None:
    """Sign a request for release, after reading it."""
    with storage_errors(note):
        text = note.read_text(encoding="utf-8", errors="replace")
    signed = approve(text, read_signer(key, ask_passphrase))
    with storage_errors(note):
        write_file(note, signed.encode())
    typer.echo(signed, nl=False)


def release(
    note: Annotated[Path, typer.Argument(metavar="request", help="The request, signed by two roles.")],
    archive: Annotated[Path, typer.Option(help="Central's folder, or a copy of it.")],
    keys: Annotated[Path, typer.Option(help="Folder of `centre keygen`.")],
    signatories: Annotated[list[str], typer.Option(help="Signatories' public keys, or a file of them.")],
    log: Annotated[Path, typer.Option(help="Folder of the centre's journal of releases.")],
    out: Annotated[Path, typer.Option(help="The recording for the receiver, to write.")],
    sheet: Sheets = None,
    identity: Annotated[
        list[Path] | None,
        typer.Option(help="Private key file, where the key was never split. Then no words are asked for."),
    ] = None,
) -> None:
    """Hand a recording to whom a request names. The key is joined from the sheets in memory, for this alone; the journal tells of it."""
    with storage_errors(note):
        text = note.read_text(encoding="utf-8", errors="replace")
    publisher = Centre.read(keys).publisher
    room = ReleaseRoom(
        log, journal_signer(publisher, RELEASES), SystemClock(), system_entropy, verifiers(signatories)
    )
    opened = identities(identity) if identity else [joined(sheet or [], read_recipient(keys / "centre.pub"))]
    done = room.release(text, archive, opened, out)
    names = " and ".join(each.name for each in done.by)
    announce(f"{out}: call {done.request.call} for {done.request.receiver}, asked for by {names}")


def keys_of(identity: list[Path] | None, split: Path | None, sheet: list[Path] | None) -> list[Identity]:
    """The private keys that a command was given. Raises UsageError when there is none."""
    keys = identities(identity or [])
    if split is not None:
        keys.append(joined(sheet or [], read_recipient(split / "centre.pub")))
    if not keys:
        raise UsageError("No key was named", todo="Give --identity, or --split and the custodians' words.")
    return keys


def joined(sheets: Sequence[Path], recipient: Recipient) -> Identity:
    """The key of these sheets, or of as many as it needs that are typed now; in memory only."""
    with extra("centre"):
        from app.custody import shares  # as above
    texts = []
    for path in sheets:
        with storage_errors(path):
            texts.append(path.read_text(encoding="utf-8", errors="replace"))
    words = [shares.parse_words(text) for text in texts]
    needed = 0 if words else 1
    while len(words) < needed:  # a slip is told at once, not after the next custodian has typed his words too
        words.append(shares.parse_words(prompt(f"Words of sheet {len(words) + 1}", unseen=True)))
        needed = shares.needed_by(words[-1], len(words))
    return shares.join(words, recipient)

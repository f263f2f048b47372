"""What a telephone exchange does, as sipp scenarios: small steps put together."""

import itertools

_LABELS = itertools.count()
TAG = ";tag=[pid]fx[call_number]"
HEADERS = f"""[last_Via:]
[last_From:]
[last_To:]{TAG}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:exchange@[local_ip]:[local_port];transport=[transport]>"""
LATE = HEADERS.replace("[last_Via:]", "Via:[$via]").replace("[last_CSeq:]", "CSeq: [$cseq] INVITE")
LATE = LATE.replace("[last_To:]", "To: [$callee]")
SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=exchange 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv"""


def scenario(*steps: str) -> str:
    """A whole scenario."""
    body = "\n".join(steps)
    if 'assign_to="caller"' in body:  # sipp refuses variables that a scenario does not use
        body += '\n<Reference variables="caller,callee,contact,cseq,via"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="exchange">\n{body}\n</scenario>\n'


def takes(request: str, **attributes: str) -> str:
    """Wait for a request. attributes: sipp's own (optional="true", next="label", timeout="8000" …)."""
    return f'<recv request="{request}"{_said(attributes)}/>'


def says(
    status: str,
    *,
    sdp: bool = False,
    reason: str = "",
    more: str = "",
    retrans: bool = False,
    late: bool = False,
) -> str:
    """Answer the last request: "486 Busy Here". late: answer the INVITE although another request came after it."""
    headers = LATE if late else HEADERS
    lines = [f"SIP/2.0 {status}", headers]
    lines += [f"Reason: {reason}"] if reason else []
    lines += [more] if more else []
    lines += [SDP if sdp else "Content-Length: 0\n"]
    # A final answer to an INVITE is repeated by the exchange until the ACK comes.
    again = _said({"retrans": "500"} if retrans else {})
    return f"<send{again}><![CDATA[\n" + "\n".join(lines) + "\n]]></send>"


def ends(status: str, reason: str = "", *, late: bool = False) -> str:
    """A refusal, with its ACK."""
    return says(status, reason=reason, retrans=True, late=late) + acknowledged()


def answers(*, late: bool = False) -> str:
    """Somebody takes the call."""
    return says("200 OK", sdp=True, retrans=True, late=late) + acknowledged()


def acknowledged() -> str:
    """The ACK comes, after whatever was asked more than once while a loaded machine held the exchange up: sipp knows a repeated request
    for what it is only until it has answered it twice, and would end the call."""
    label = f"again{next(_LABELS)}"
    again = (takes(request, optional="true", next=label) for request in ("INVITE", "CANCEL", "PRACK"))
    return f'<label id="{label}"/>{"".join(again)}{takes("ACK")}'


def agrees(request: str) -> str:
    """Take a request within a call, and agree to it."""
    return takes(request) + says("200 OK").replace(f"[last_To:]{TAG}", "[last_To:]")


def let_go() -> str:
    """The caller hangs up in a call, and is let go."""
    return agrees("BYE")


def given_up() -> str:
    """The caller gives up while it rings, and is let go."""
    return takes("CANCEL") + says("200 OK") + ends("487 Request Terminated", late=True)


def hangs_up(reason: str = "") -> str:
    """The exchange says good-bye in a call that it took."""
    more = (*([f"Reason: {reason}"] if reason else []), "Content-Length: 0\n")
    return _asks("1 BYE", *more) + '<recv response="200"/>'


def calls_us() -> str:
    """A whole scenario: somebody calls the softphone, and is told that it is busy."""
    head = [
        "INVITE sip:1001@[remote_ip]:[remote_port] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        "From: <sip:stranger@[local_ip]:[local_port]>;tag=[pid]s[call_number]",
        "To: <sip:1001@[remote_ip]:[remote_port]>[peer_tag_param]",
        "Call-ID: [call_id]",
    ]
    contact = "Contact: <sip:stranger@[local_ip]:[local_port]>"
    invite = [*head, "CSeq: 1 INVITE", contact, "Max-Forwards: 70", SDP]
    ack = [*head, "CSeq: 1 ACK", "Max-Forwards: 70", "Content-Length: 0\n"]
    ack[0] = ack[0].replace("INVITE", "ACK")
    ways = '<recv response="100" optional="true"/><recv response="486"/>'
    send = "<send{}><![CDATA[\n{}\n]]></send>".format
    return scenario(send(' retrans="500"', "\n".join(invite)), ways, send("", "\n".join(ack)))


def moves_the_sound() -> str:
    """The exchange sends the sound another way (re-INVITE), as it does when it steps out of the way of the voices."""
    contact = "Contact: <sip:exchange@[local_ip]:[local_port];transport=[transport]>"
    done = '<recv response="100" optional="true"/><recv response="200"/>'
    return _asks("2 INVITE", contact, SDP) + done + _asks("2 ACK", "Content-Length: 0\n", again=False)


def _asks(cseq: str, *more: str, again: bool = True) -> str:
    """A request of the exchange within the call."""
    lines = [
        f"{cseq.split()[1]} [$contact] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        "From: [$callee];tag=[pid]fx[call_number]",
        "To: [$caller]",
        "[last_Call-ID:]",
        f"CSeq: {cseq}",
        "Max-Forwards: 70",
        *more,
    ]
    return (
        f"<send{_said({'retrans': '500'} if again else {})}><![CDATA[\n" + "\n".join(lines) + "\n]]></send>"
    )


def called(ends_in: tuple[str, ...] = ()) -> str:
    """The INVITE comes; who calls whom is kept for a BYE of ours, and in which of these digits his number ends, for goes()."""
    keep = [
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>',
        '<ereg regexp="&lt;?sip:[^;&gt;]*&gt;?" search_in="hdr" header="To:" assign_to="callee"/>',
        '<ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" assign_to="contact"/>',
        '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>',
        '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>',
    ]
    keep += [
        f'<ereg regexp="{digit}@" search_in="hdr" header="To:" check_it="false" assign_to="digit{digit}"/>'
        for digit in ends_in
    ]
    return f'<recv request="INVITE"><action>{"".join(keep)}</action></recv>'


def goes(place: str, if_ends_in: str = "") -> str:
    """Go on at a label."""
    return f'<nop next="{place}"{_said({"test": f"digit{if_ends_in}"} if if_ends_in else {})}/>'


def asks_for_password(user: str, password: str) -> str:
    """A registrar: it challenges, and takes only who knows the password."""
    challenge = 'WWW-Authenticate: Digest realm="pbx", nonce="8f00", algorithm=MD5\nContent-Length'
    check = f'<verifyauth assign_to="good" username="{user}" password="{password}"/>'
    return "".join(
        (
            takes("REGISTER"),
            says("401 Unauthorized").replace("Content-Length", challenge),
            f'<recv request="REGISTER"><action>{check}</action></recv>',
            '<nop next="good" test="good"/>',
            says("403 Forbidden"),
            '<nop next="end"/><label id="good"/>',
            says("200 OK"),
            '<label id="end"/>',
        )
    )


def plays(file: str) -> str:
    """Play raw A-law once."""
    return f'<nop><action><exec rtp_stream="{file},1,8,PCMA/8000"/></action></nop>'


def waits(milliseconds: int) -> str:
    """Nothing for a while."""
    return f'<pause milliseconds="{milliseconds}"/>'


def _said(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())

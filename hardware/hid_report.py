"""HID report descriptors (Device Class Definition for HID 1.11, §6.2.2): which bit of which report means what. Only what a headset needs:
items, usages by list and range, report ids; collections are walked through. Broken descriptors raise ValueError, nothing else.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_LARGEST = 4096
"""Bits of a report that are believed; real ones have at most 512."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value in a report. page, usage: its meaning; at: first bit after the report id; bits: width. relative: each report counts by
    itself (a mute key says "change over"), otherwise the value holds. array: it holds the number of a usage; base is that number."""

    report: int
    page: int
    usage: int
    at: int
    bits: int
    relative: bool = False
    array: bool = False
    base: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies. numbered: reports begin with their id."""

    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    numbered: bool = False
    sizes: Mapping[int, int] = field(default_factory=dict)
    """Bits of each output report."""

    def read(self, report: bytes) -> Iterator[tuple[Field, int]]:
        """The values in an input report (as hidapi gives it: with the id in front if there are ids)."""
        if not report:
            return
        identity, body = (report[0], report[1:]) if self.numbered else (0, report)
        whole = int.from_bytes(body, "little")
        for each in self.inputs:
            if each.report != identity or each.at + each.bits > 8 * len(body):
                continue
            value = whole >> each.at & ((1 << each.bits) - 1)
            yield each, int(value == each.base) if each.array else value

    def write(self, values: Mapping[tuple[int, int], int]) -> list[bytes]:
        """Output reports, id in front (0 where there are none, as hidapi wants it): (page, usage) → value. Only those that carry one."""
        bodies: dict[int, int] = defaultdict(int)
        for each in self.outputs:
            if (each.page, each.usage) in values and not each.array:
                value = values[each.page, each.usage] & ((1 << each.bits) - 1)
                bodies[each.report] |= value << each.at
        return [
            bytes([identity]) + body.to_bytes((self.sizes[identity] + 7) // 8, "little")
            for identity, body in bodies.items()
        ]


@dataclass(slots=True)
class _State:
    """Global and local items as they stand."""

    page: int = 0
    size: int = 0
    count: int = 0
    report: int = 0
    minimum: int = 0
    usages: list[tuple[int, int]] = field(default_factory=list)
    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None

    def meanings(self) -> list[tuple[int, int]]:
        """(page, usage) of the fields to come, in order."""
        found = [(page or self.page, usage) for page, usage in self.usages]
        if self.first and self.last:
            page = self.first[0] or self.page
            if self.last[1] - self.first[1] > _LARGEST:
                raise ValueError("a range of usages without end")
            found += [(page, usage) for usage in range(self.first[1], self.last[1] + 1)]
        return found

    def forget(self) -> None:
        """Local items hold for one main item only."""
        self.usages, self.first, self.last = [], None, None


def parse(descriptor: bytes) -> Layout:
    """The layout that a report descriptor tells. ValueError when it is cut off or beyond reason."""
    state, stack = _State(), list[_State]()
    ends: dict[str, dict[int, int]] = {"in": defaultdict(int), "out": defaultdict(int)}
    fields: dict[str, list[Field]] = {"in": [], "out": []}
    numbered = False
    for tag, value, width in _items(descriptor):
        match tag:
            case 0x80 | 0x90:
                way = "in" if tag == 0x80 else "out"
                fields[way] += _fields(state, value, ends[way])
                state.forget()
            case 0xA0 | 0xC0 | 0xB0:
                state.forget()
            case 0x84:
                numbered, state.report = True, value
            case 0xA4:
                stack.append(_State(state.page, state.size, state.count, state.report, state.minimum))
            case 0xB4:
                if not stack:
                    raise ValueError("more is taken back than was put aside")
                state = stack.pop()
            case _:
                _note(state, tag, value, width)
    return Layout(tuple(fields["in"]), tuple(fields["out"]), numbered, dict(ends["out"]))


def _note(state: _State, tag: int, value: int, width: int) -> None:
    """An item that describes the fields to come."""
    usage = (value >> 16, value & 0xFFFF) if width == 4 else (0, value)
    match tag:
        case 0x04:
            state.page = value
        case 0x14:
            state.minimum = value
        case 0x74:
            state.size = value
        case 0x94:
            state.count = value
        case 0x08:
            state.usages.append(usage)
        case 0x18:
            state.first = usage
        case 0x28:
            state.last = usage


def _fields(state: _State, flags: int, ends: dict[int, int]) -> Iterator[Field]:
    """What one Input or Output item adds. Bit 0 constant (padding), bit 1 variable (else array), bit 2 relative."""
    begin = ends[state.report]
    ends[state.report] = begin + state.size * state.count
    if ends[state.report] > _LARGEST:
        raise ValueError("a report larger than any")
    meanings = state.meanings()
    if flags & 1 or not state.size or not meanings:
        return
    if not flags & 2 and state.count * len(meanings) > _LARGEST:
        raise ValueError("more choices than any")
    relative = bool(flags & 4)
    for number in range(state.count):
        at = begin + number * state.size
        if flags & 2:
            page, usage = meanings[min(number, len(meanings) - 1)]  # the last usage holds for the rest
            yield Field(state.report, page, usage, at, state.size, relative)
        else:
            for choice, (page, usage) in enumerate(meanings):
                yield Field(
                    state.report,
                    page,
                    usage,
                    at,
                    state.size,
                    relative,
                    array=True,
                    base=state.minimum + choice,
                )


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int]]:
    """(tag with type, value, bytes of the value) of each short item; long items are skipped."""
    at = 0
    while at < len(descriptor):
        head = descriptor[at]
        if head == 0xFE:
            if at + 2 > len(descriptor) - 1:
                raise ValueError("cut off")
            at += 3 + descriptor[at + 1]
            continue
        width = (0, 1, 2, 4)[head & 3]
        if at + 1 + width > len(descriptor):
            raise ValueError("cut off")
        yield head & 0xFC, int.from_bytes(descriptor[at + 1 : at + 1 + width], "little"), width
        at += 1 + width

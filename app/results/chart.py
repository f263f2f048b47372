"""Small drawings of intervals on one common scale, as inline SVG. Pure."""

from collections.abc import Iterable
from math import ceil, floor

from app.results.index import Estimate
from app.results.markup import interval

_WIDTH, _HEIGHT, _EDGE = 208, 24, 8


class Axis:
    """Draws intervals on one common scale, from whole tens to whole tens between 0 and 100."""

    def __init__(self, estimates: Iterable[Estimate], city: Estimate | None) -> None:
        points = [p for e in estimates for p in (e.value, e.low, e.high) if p is not None] or [0.0, 100.0]
        self._low = max(0, floor(min(points) / 10) * 10)
        self._high = min(100, ceil(max(points) / 10) * 10)
        if self._high - self._low < 20:
            self._low, self._high = max(0, self._high - 20), max(20, self._high)
        self._city = city.value if city else None

    def ticks(self) -> str:
        """The scale's head: its ends and its middle."""
        marks = ((self._low, "start"), ((self._low + self._high) / 2, "middle"), (self._high, "end"))
        nudge = {
            "start": -_EDGE,
            "middle": 0,
            "end": _EDGE,
        }  # outer numbers stand flush with the drawing, not beyond it
        texts = (
            f'<text x="{self._x(at) + nudge[to]:.1f}" y="17" text-anchor="{to}">{at:g}</text>'
            for at, to in marks
        )
        return _svg("".join(texts), f"刻度{self._low}至{self._high}")

    def bar(self, estimate: Estimate | None) -> str:
        """One interval with its point, the city's value as a dashed line behind."""
        parts = [self._line("grid", at) for at in range(self._low, self._high + 1, 10)]
        if self._city is not None:
            parts.append(self._line("city", self._city))
        if estimate is None or estimate.value is None:
            return _svg("".join(parts), "无数据")
        middle = _HEIGHT / 2
        if estimate.low is not None and estimate.high is not None:
            left, right = self._x(estimate.low), self._x(estimate.high)
            parts.append(
                f'<line class="reach" x1="{left:.1f}" x2="{right:.1f}" y1="{middle:g}" y2="{middle:g}"/>'
            )
        parts.append(f'<circle class="dot" cx="{self._x(estimate.value):.1f}" cy="{middle:g}" r="4"/>')
        return _svg("".join(parts), f"指数{estimate.value:.1f}，区间{interval(estimate)}")

    def _x(self, at: float) -> float:
        share = (min(max(at, self._low), self._high) - self._low) / (self._high - self._low)
        return _EDGE + share * (_WIDTH - 2 * _EDGE)

    def _line(self, kind: str, at: float) -> str:
        return f'<line class="{kind}" x1="{self._x(at):.1f}" x2="{self._x(at):.1f}" y1="0" y2="{_HEIGHT}"/>'


def _svg(inside: str, label: str) -> str:
    return f'<svg width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{inside}</svg>'

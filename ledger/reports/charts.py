"""Charts as inline SVG: bars in parts and lines, drawn without a script and mirrored where needed.

A chart is drawn for a width of 360 and scaled by the page. It has a name for a screen reader, and
its numbers stand in a table beside it; colours have a contrast of at least 3 to 1 with white, and
lines differ by their dashes too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.reports.html import escaped_html

WIDTH: Final = 360
_ROW: Final = 38
_BAR: Final = 14
_LONGEST: Final = 46
"""How many characters of a name and its value fit side by side."""
_PLOT: Final = 180

COLORS: Final = {
    "delivered": "#12633f",
    "committed": "#2a6fb8",
    "held": "#a86a00",
    "open": "#e3e7eb",
}
LINES: Final = (("#0b5394", ""), ("#a3420a", "6 3"), ("#2e6b2f", "2 3"), ("#6a2c91", "8 3 2 3"))
"""The colour and the dashes of each line."""

STYLE: Final = """\
figure { margin: .5rem 0 1rem; max-width: 30rem; }
figure svg { display: block; width: 100%; height: auto; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  fill: #1c2530; }
svg text.s { fill: #566270; font-size: 11px; }
ul.key { list-style: none; margin: 0 0 .5rem; padding: 0; display: flex; flex-wrap: wrap;
  gap: .25rem 1rem; font-size: .85rem; }
ul.key svg { display: inline-block; width: 1.6rem; height: .8rem; vertical-align: baseline;
  margin-inline-end: .35rem; }
@media print { figure { break-inside: avoid; max-width: 24rem; }
  svg rect, svg line, svg path { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
"""The style of charts, for a page that has any."""


class BarLine(NamedTuple):
    """One bar: its name, its value as text, and its parts as shares of the longest bar."""

    name: str
    value: str
    parts: Sequence[tuple[str, Decimal]]


class Series(NamedTuple):
    """One line: its name, and a share of one for each point in time, None where unknown."""

    name: str
    shares: Sequence[Decimal | None]


def bar_chart(bars: Sequence[BarLine], label: str, *, rtl: bool = False) -> Iterator[str]:
    """Draw bars below each other, each under its name and its value."""
    height = len(bars) * _ROW + 2
    yield from _begin(height, label)
    start, end = (WIDTH - 2, 2) if rtl else (2, WIDTH - 2)
    for place, bar in enumerate(bars):
        y = place * _ROW
        yield _text(start, y + 14, _cut(bar.name, _LONGEST - len(bar.value)), "start", rtl=rtl)
        yield _text(end, y + 14, bar.value, "end", rtl=rtl)
        yield (
            f'<rect x="2" y="{y + 20}" width="{WIDTH - 4}" height="{_BAR}" fill="#fff" '
            'stroke="#8a95a1"/>\n'
        )
        yield from _parts(bar.parts, y + 20, rtl=rtl)
    yield "</svg></figure>\n"


def _parts(parts: Iterable[tuple[str, Decimal]], y: int, *, rtl: bool) -> Iterator[str]:
    at = Decimal(0)
    for name, share in parts:
        wide = min(share, 1 - at) * (WIDTH - 4)
        x = 2 + at * (WIDTH - 4)
        if wide > 0:
            left = WIDTH - x - wide if rtl else x
            yield (
                f'<rect x="{left:.1f}" y="{y}" width="{wide:.1f}" height="{_BAR}" '
                f'fill="{COLORS[name]}"/>\n'
            )
        at += max(min(share, 1 - at), Decimal(0))


def line_chart(
    series: Sequence[Series], ends: tuple[str, str], grid: Sequence[str], label: str, *, rtl: bool
) -> Iterator[str]:
    """Draw shares of one over time; `ends` names the first and the last point.

    `grid` are the labels of the shares 0, a half and 1. Time runs in the direction of writing.
    """
    yield from _begin(_PLOT + 30, label)
    left, right = 44, WIDTH - 8
    for share, words in zip((Decimal(0), Decimal("0.5"), Decimal(1)), grid, strict=True):
        y = _height(share)
        x1, x2 = (WIDTH - right, WIDTH - left) if rtl else (left, right)
        yield f'<line x1="{x1}" x2="{x2}" y1="{y}" y2="{y}" stroke="#d5dbe1"/>\n'
        yield _text(WIDTH - 2 if rtl else left - 6, int(y) + 4, words, "end")
    first, last = (WIDTH - left, WIDTH - right) if rtl else (left, right)
    yield _text(first, _PLOT + 24, ends[0], "end" if rtl else "start", soft=True)
    yield _text(last, _PLOT + 24, ends[1], "start" if rtl else "end", soft=True)
    for place, one in enumerate(series):
        color, dashes = LINES[place % len(LINES)]
        yield from _line(one.shares, (first, last), color, dashes)
    yield "</svg></figure>\n"


def _line(
    shares: Sequence[Decimal | None], ends: tuple[int, int], color: str, dashes: str
) -> Iterator[str]:
    """Draw one line, broken where a share is unknown, with a dot at each point."""
    steps = max(len(shares) - 1, 1)
    points: list[tuple[Decimal, str] | None] = [
        None
        if share is None
        else (ends[0] + Decimal(ends[1] - ends[0]) * place / steps, _height(share))
        for place, share in enumerate(shares)
    ]
    path, before = "", False
    for point in points:
        if point is not None:
            path += f"{'L' if before else 'M'}{point[0]:.1f} {point[1]} "
        before = point is not None
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    yield f'<path d="{path.strip()}" fill="none" stroke="{color}" stroke-width="2"{dashed}/>\n'
    for point in points:
        if point is not None:
            yield f'<circle cx="{point[0]:.1f}" cy="{point[1]}" r="2.5" fill="{color}"/>\n'


def _height(share: Decimal) -> str:
    return f"{10 + (_PLOT - 10) * (1 - min(share, Decimal(1))):.0f}"


def key_html(names: Iterable[tuple[str, str]], *, lines: bool = False) -> str:
    """Write what the parts of bars, or the lines of a chart, stand for."""
    items = []
    for place, (name, words) in enumerate(names):
        if lines:
            color, dashes = LINES[place % len(LINES)]
            mark = f'<line x1="0" x2="32" y1="8" y2="8" stroke="{color}" stroke-width="3"'
            mark += f' stroke-dasharray="{dashes}"/>' if dashes else "/>"
        else:
            mark = f'<rect x="1" y="1" width="30" height="14" fill="{COLORS[name]}"'
            mark += ' stroke="#8a95a1"/>'
        svg = f'<svg viewBox="0 0 32 16" aria-hidden="true">{mark}</svg>'
        items.append(f"<li>{svg}{escaped_html(words)}</li>")
    return f'<ul class="key">{"".join(items)}</ul>\n'


def _begin(height: int, label: str) -> Iterator[str]:
    yield (
        f'<figure><svg viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escaped_html(label)}">\n'
    )


def _text(x: int, y: int, text: str, anchor: str, *, rtl: bool = False, soft: bool = False) -> str:
    """Write a text at its side; in a page from right to left the start of a text is its right."""
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" direction="{"rtl" if rtl else "ltr"}"'
    kind = ' class="s"' if soft else ""
    return f"<text {place}{kind}>{escaped_html(text)}</text>\n"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"

"""Draws docs/performance.svg from bench/results/throughput.json: events a second by request, on a log scale.

    python bench/_chart.py

A mark each for the floor, the fsync-only server, what Piste acknowledges at most, and what it sustains until
queryable, the one with a figure. Limits: one chart; run after `throughput`, and not by `make bench`.
"""

import json
import math
from html import escape
from pathlib import Path
from typing import Any

from _processes import HERE, RESULTS

TARGET = HERE.parent / "docs" / "performance.svg"
WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 880, 272, 40, 64, 30, 58
SERIES = (
    ("floor", "bare server (floor)"),
    ("fsync", "fsync-only server"),
    ("piste", "Piste, acknowledged at most"),
    ("sustained", "Piste, sustained until queryable"),
)
STYLE = """
  .ground { fill: #ffffff } text { fill: #24292f; font: 13px system-ui, sans-serif }
  .small { font-size: 12px } .line { stroke: #d0d7de } .axis { stroke: #57606a }
  .floor { fill: none; stroke: #8c959f; stroke-width: 2 } .fsync { fill: #8c959f }
  .piste { fill: none; stroke: #0969da; stroke-width: 2 } .sustained { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .line { stroke: #30363d } .axis { stroke: #8b949e }
    .piste { stroke: #58a6ff } .sustained { fill: #58a6ff }
  }
"""


def figures(case: dict[str, Any]) -> dict[str, float]:
    return {**case["acks_per_second"], "sustained": case["sustained_per_second"]}


def draw(cases: list[dict[str, Any]]) -> str:
    values = [value for case in cases for value in figures(case).values() if value > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    height = TOP + ROW * len(cases) + BOTTOM
    floor = TOP + ROW * len(cases)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(value) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"',
        ' aria-label="Events a second by kind of request">',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
    ]
    for number, (name, title) in enumerate(SERIES):
        left = 20 + 208 * number
        parts.append(_mark(name, left, 24))
        parts.append(_text(left + 12, 28, title, "start", "small"))
    for power in range(low, high + 1):
        for step in (1, 2, 5) if power < high else (1,):
            at = x(step * 10**power)
            parts.append(
                f'<line class="line" x1="{at:.1f}" y1="{TOP - 10}" x2="{at:.1f}" y2="{floor}"/>'
            )
            parts.append(_text(at, floor + 18, f"{step * 10**power:,.0f}", "middle", "small"))
    for number, case in enumerate(cases):
        y = TOP + ROW * number + ROW / 2 - 4
        parts.append(_text(LEFT - 14, y + 4, _title(case), "end"))
        found = figures(case)
        for name, _ in SERIES:
            if found[name] > 0:
                parts.append(_mark(name, x(found[name]), y))
        if (sustained := found["sustained"]) > 0:
            parts.append(_text(x(sustained) - 10, y + 4, f"{sustained:,.0f}", "end", "small"))
    parts.append(f'<line class="axis" x1="{LEFT}" y1="{floor}" x2="{WIDTH - RIGHT}" y2="{floor}"/>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, floor + 42, "events a second (logarithmic)", "middle"))
    return "\n".join([*parts, "</svg>", ""])


def _title(case: dict[str, Any]) -> str:
    return f"{case['shape']}, {case['events_per_post']} a POST"


def _mark(name: str, x: float, y: float) -> str:
    return f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    attributes = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    if kind:
        attributes += f' class="{kind}"'
    return f"<text {attributes}>{escape(text)}</text>"


def main(source: Path = RESULTS / "throughput.json", target: Path = TARGET) -> None:
    target.write_text(draw(json.loads(source.read_text())["cases"]))
    print(target)


if __name__ == "__main__":
    main()

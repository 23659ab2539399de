"""The results as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Result = dict[str, Any]


def table(results: Iterable[Result]) -> str:
    """A line for each result; times and rates as they come, ratios with two places."""
    rows = [("", "ours", "other", "ratio", "target", "")]
    for found in results:
        bound = "≤" if found["name"].endswith("(lower is better)") else "≥"
        rows.append(
            (
                found["name"],
                f"{found['ours']:,.4g}" if found["ours"] < 100 else f"{found['ours']:,.0f}",
                f"{found['other']:,.4g}" if found["other"] < 100 else f"{found['other']:,.0f}",
                f"{found['ratio']:.2f}",
                f"{bound} {found['target']:g}",
                "held" if found["held"] else "MISSED",
            )
        )
    widths = [max(len(row[n]) for row in rows) for n in range(6)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n in (0, 5) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )

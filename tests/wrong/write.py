"""Write down what is said of each mistake: ``python -m tests.wrong.write``; then read it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.wrong.mistakes import HERE, Mistake, made, mistakes, told

TOLD = HERE / "told.toml"


def said(mistake: Mistake, folder: Path) -> dict[str, list[str]]:
    """What is said of a mistake, in Chinese and English; each code once."""
    made(mistake, folder)
    first = {problem.code: problem for problem in reversed(told(mistake, folder))}
    problems = [*reversed(first.values())]
    return {
        "zh": [problem.told("zh").replace(f"{folder}/", "") for problem in problems],
        "en": [problem.told("en").replace(f"{folder}/", "") for problem in problems],
    }


def main() -> None:
    """Write them all."""
    blocks = ["# What is said of each mistake. Written by tests/wrong/write.py, read by people."]
    for mistake in mistakes():
        with tempfile.TemporaryDirectory() as folder:
            words = said(mistake, Path(folder))
        lines = [f"[{mistake.name}]"]
        for lang, texts in words.items():
            held = "".join(f"  {json.dumps(text, ensure_ascii=False)},\n" for text in texts)
            lines.append(f"{lang} = [\n{held}]")
        blocks.append("\n".join(lines))
    TOLD.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The public interface as text, a line for each name: what the reference documents is promised.

``python -m tests.api`` writes ``tests/golden/api.txt`` anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden" / "api.txt"
DOCUMENTED = re.compile(r"^\.\. auto(?:module|class|data):: (whistle_engine\.\S+)$", re.MULTILINE)


def documented() -> tuple[str, ...]:
    """Modules and single names that the pages of the reference show."""
    pages = sorted((ROOT / "docs" / "reference").glob("*.md"))
    return tuple(
        sorted({name for page in pages for name in DOCUMENTED.findall(page.read_text("utf-8"))})
    )


def lines() -> tuple[str, ...]:
    """Every public name with its signature, sorted."""
    spec = find_spec("whistle_engine")
    assert spec is not None
    assert spec.origin is not None
    package = griffe.load(
        "whistle_engine", search_paths=[Path(spec.origin).parent.parent], allow_inspection=False
    )
    found: set[str] = set()
    for name in documented():
        shown = package[name.removeprefix("whistle_engine.")]
        assert isinstance(shown, griffe.Object)
        found.update(_of(shown) if isinstance(shown, griffe.Module) else _told(shown))
    return tuple(sorted(found))


def _of(module: griffe.Module) -> Iterator[str]:
    named = module.exports
    for name, member in module.members.items():
        wanted = name in named if named is not None else not name.startswith("_")
        if not wanted or isinstance(member, griffe.Module):
            continue
        if isinstance(member, griffe.Alias):
            if named is not None and member.target_path.startswith("whistle_engine."):
                yield f"{module.path}.{name} = {member.target_path}"
                if "._" in member.target_path:  # nothing else shows it
                    yield from _told(member.final_target)
        else:
            yield from _told(member)


def _told(shown: griffe.Object | griffe.Alias) -> Iterator[str]:
    if isinstance(shown, griffe.Function):
        yield f"{shown.path}{_signature(shown)}"
    elif isinstance(shown, griffe.Class):
        bases = ", ".join(str(base) for base in shown.bases)
        yield f"class {shown.path}({bases})"
        for name, member in shown.members.items():
            if isinstance(member, griffe.Object) and (name == "__init__" or name[0] != "_"):
                yield from _told(member)
    elif isinstance(shown, griffe.Attribute):
        kind = shown.annotation if shown.annotation is not None else "…"
        optional = " = …" if shown.value is not None else ""
        yield f"{shown.path}: {kind}{optional}"


def _signature(function: griffe.Function) -> str:
    parts: list[str] = []
    keyword_only = False
    for each in function.parameters:
        if each.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            keyword_only = True
            parts.append("*")
        told = each.name if each.annotation is None else f"{each.name}: {each.annotation}"
        parts.append(told if each.default is None else f"{told} = {each.default}")
    result = "" if function.returns is None else f" -> {function.returns}"
    return f"({', '.join(parts)}){result}"


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(lines()) + "\n", encoding="utf-8")

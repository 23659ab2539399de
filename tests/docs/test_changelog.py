"""The changelog is made of the fragments, and a version that is out is never written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from docs import _changelog as changelog
else:  # mutmut copies the sources and the tests, not the documentation
    changelog = pytest.importorskip("docs._changelog")

HEAD = "# Changelog\n\n" + changelog.MARK
OLD = "## 0.0.9 (2026-01-02)\n\n- Old. (#1)\n"
COMING = "## 0.1.0 (unreleased)\n\n- New. (#2)\n"


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    text = changelog.CHANGELOG.read_text("utf-8")
    assert text.partition(changelog.MARK)[2].strip().startswith(f"## {changelog.version()} (")


def test_an_unreleased_section_is_written_anew() -> None:
    once = changelog.put(HEAD + "\n" + OLD, COMING)
    assert once == f"{HEAD}\n{COMING}\n{OLD}"
    assert changelog.put(once, COMING) == once
    dated = changelog.put(once, COMING.replace("unreleased", "2026-12-01"))
    assert "unreleased" not in dated
    assert dated.index("2026-12-01") < dated.index("0.0.9")


def test_what_is_released_is_left_alone() -> None:
    with pytest.raises(ValueError, match=r"0\.0\.9 is released"):
        changelog.put(HEAD + OLD, OLD)
    with pytest.raises(ValueError, match="has no line"):
        changelog.put(OLD, COMING)

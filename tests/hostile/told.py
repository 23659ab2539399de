"""What comes of an input, in a word."""

from __future__ import annotations

Outcome = str
"""What an input was read as, or the name of its error."""


def told(error: Exception) -> Outcome:
    """The error in a word; it has to say something."""
    assert str(error).strip(), f"{type(error).__name__} says nothing"
    return type(error).__name__

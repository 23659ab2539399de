"""What codes are called in a reader's language, and instants as the city's clocks show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from whistle_engine.model import Label
from whistle_engine.rules import Rules
from whistle_engine.texts import Lang, label, title


def chosen(accepted: str) -> Lang:
    """The language by a header ``Accept-Language``; Chinese where it names neither."""
    wanted = {"zh": 0.0, "en": 0.0}
    for part in accepted.lower().replace(" ", "").split(","):
        tag, _, quality = part.partition(";q=")
        lang = tag.partition("-")[0]
        if lang in wanted:
            wanted[lang] = max(wanted[lang], _number(quality or "1"))
    return "en" if wanted["en"] > wanted["zh"] else "zh"


def _number(quality: str) -> float:
    try:
        return float(quality)
    except ValueError:
        return 0.0


@dataclass(frozen=True)
class Titles:
    """One language, and the rules whose titles count."""

    rules: Rules
    lang: Lang

    def pick(self, title: Label) -> str:
        """A title in the language."""
        return title.zh if self.lang == "zh" else title.en

    def code(self, member: Enum | None) -> dict[str, str] | None:
        """A code of the engine with its label."""
        return None if member is None else {"code": member.value, "label": label(member, self.lang)}

    def unit(self, code: str | None) -> str | None:
        """A unit, as the directory calls it."""
        return None if code is None else title("unit", code, self.lang, rules=self.rules)

    def kind(self, code: str) -> str:
        """A kind of whistle, as the policy calls it."""
        return title("kind", code, self.lang, rules=self.rules)

    def category(self, code: str | None) -> str | None:
        """A category, as the catalogue calls it."""
        return None if code is None else title("category", code, self.lang, rules=self.rules)

    def local(self, at: datetime | None) -> str | None:
        """An instant in ISO 8601, with the city's offset."""
        return None if at is None else self.rules.policy.local(at).isoformat(timespec="seconds")

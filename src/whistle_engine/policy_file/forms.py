"""Forms of values: what a value of a file should be, in words, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, time, timedelta
from enum import Enum
from typing import Any, Final, Generic, TypeAlias, TypeVar

from attrs import evolve, frozen

from whistle_engine.commands import NAMES
from whistle_engine.directory import Shift
from whistle_engine.model import Affair, Label, LimitUnit, Party, StepAction, UnitKind, What
from whistle_engine.problems import listed, nearest
from whistle_engine.sources import ORIGIN

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

FORMAT_NUMBER: Final = 1
"""The only format of the files that there is so far."""
RUNGS = (
    StepAction.REMIND,
    StepAction.URGE,
    StepAction.SUPERVISE,
    StepAction.CALL_BACK,
    StepAction.ESCALATE,
)
"""What a rung of the ladder may do; the rest are fallbacks, which the engine sets."""
FARTHEST = timedelta(hours=14)
"""No place on earth is further from UTC."""
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Days outside are slips of the pen, and reckoning with them would overflow."""
LONGEST = 366
"""No range of days off is longer, in days."""
MOST = 9999
"""No count is larger."""


Titles: TypeAlias = Collection[tuple[str, str]]
"""What names are called, each title with its name."""


class Near(ValueError):  # noqa: N818  it is caught at once, and never seen
    """A value is wrong, and these are the values that were probably meant; of most, one."""


@frozen
class Form(Generic[T]):
    """What a value should be, in words, and how it is read.

    Attributes:
        says: what it should be, as the end of "it should be …".
        read: raises an error if the value is of another form; :class:`Near` names what was meant.
        kind: the type that TOML gives it.
        names: the names that it may have, if they are few and known.
    """

    says: Label
    read: Callable[[Any], T]
    kind: type = str
    names: tuple[str, ...] = ()


def exactly(zh: str, en: str, kind: type[T], test: Callable[[T], bool] = lambda _: True) -> Form[T]:
    """A form for one type of TOML's, and the values of it that pass a test."""

    def read(value: Any) -> T:
        # A boolean is an integer to isinstance, and an instant a date: not here.
        if type(value) is not kind or not test(value):
            raise ValueError
        return value

    return Form(Label(zh, en), read, kind)


def one_of(
    names: Iterable[str], what: Label | None = None, *, called: Callable[[], Titles] = dict
) -> Form[str]:
    """A form for a name among those that are known; ``what`` says what they are, if many.

    ``called`` gives what they are called in Chinese: who writes that is told the name.
    """
    known = dict.fromkeys(names)
    says = what or Label(f"{listed(known, 'zh')}之一", f"one of {listed(known, 'en')}")
    if not known:
        says = Label(
            "已声明的代码（目前一个也没有声明）", "one of those declared, and there are none"
        )

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Near(by_title(value, called()) or nearest(value, known))
        return value

    return Form(says, read, str, () if what else tuple(known))


def by_title(value: object, called: Titles) -> str:
    """The one name that is called so, or is the only one whose title has the words."""
    if not isinstance(value, str) or len(value) < 2:  # noqa: PLR2004  one sign is in many
        return ""
    exact = [name for title, name in called if title == value]
    found = exact or [name for title, name in called if value in title]
    return found[0] if len(set(found)) == 1 else ""


def member(members: Iterable[E]) -> Form[E]:
    """A form for the value of a member of an enumeration."""
    by_name = {found.value: found for found in members}
    names = one_of(by_name, called=lambda: _titles(by_name.values()))
    return Form(names.says, lambda value: by_name[names.read(value)], str, names.names)


def _titles(members: Iterable[Enum]) -> Titles:
    from whistle_engine.texts import label  # noqa: PLC0415  only mistakes need it

    return [(label(found, "zh"), str(found.value)) for found in members]


def _offset(value: Any) -> timedelta:
    found = re.fullmatch(r"([+-])([01]\d):([0-5]\d)", value, re.ASCII)
    if found is None:
        raise ValueError
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if size > FARTHEST:
        raise ValueError
    return -size if found[1] == "-" else size


def _shift(value: Any) -> Shift:
    found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", value, re.ASCII)
    if found is None:
        meant = _shift_meant(value)
        _ = _shift(meant) if meant else None  # it may be no time, or past midnight
        raise Near(meant)
    start = time.fromisoformat(found[1])
    end = time.min if found[2] == "24:00" else time.fromisoformat(found[2])
    if start >= end != time.min:
        raise Near(*(() if start == end else (f"{found[1]}-24:00", f"00:00-{found[2]}")))
    return Shift(start=start, end=end)


_HOUR = r"\s*([0-9]{1,2})[:：.点时]([0-9]{2})?分?\s*"


def _shift_meant(value: str) -> str:
    """Hours as people write them: 6:00-20:00, 8：30—12：00, 8点至17点30分."""
    found = re.fullmatch(rf"{_HOUR}[-–—~～至到]+{_HOUR}", value)
    if found is None:
        return ""
    opens, shuts = (f"{int(found[n]):02}:{found[n + 1] or '00'}" for n in (1, 3))
    return f"{opens}-{shuts}"


def _day(value: Any) -> date:
    if type(value) is not date or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError
    return value


def _days(value: Any) -> tuple[date, ...]:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?", value) is None:
        raise Near(_day_meant(value))
    first, _, last = value.partition("/")
    start, end = _day(date.fromisoformat(first)), _day(date.fromisoformat(last or first))
    if end < start:
        raise Near(f"{last}/{first}")
    if end - start > timedelta(days=LONGEST):
        raise ValueError
    return tuple(start + timedelta(days=n) for n in range((end - start).days + 1))


def _day_meant(value: str) -> str:
    found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", value)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found is not None else ""


_UNITS = {
    "hours": r"小时|个小时|h|hrs?|钟头",
    "work hours": r"工作小时|个工作小时|工作时|business hours?|working hours?",
    "days": r"天|日|自然日|个自然日|d|calendar days?",
    "working days": r"工作日|个工作日|工作天|business days?|work days?|workdays?|wd",
}
"""How people write units of time, so that the right one can be named."""


def _amount(least: int) -> Callable[[Any], tuple[int, LimitUnit]]:
    def read(value: Any) -> tuple[int, LimitUnit]:
        found = re.fullmatch(r"([0-9]{1,4}) (working[ _]day|work[ _]hour|day|hour)s?", value)
        if found is None or int(found[1]) < least:
            raise Near(_meant(value))
        return int(found[1]), LimitUnit(found[2].replace(" ", "_") + "s")

    return read


def _meant(value: str) -> str:
    found = re.fullmatch(r"\s*([0-9]{1,4})[\s_]*(\D+?)\s*", value)
    if found is None or int(found[1]) < 1:
        return ""
    written = found[2].lower().replace("_", " ")
    for unit, others in _UNITS.items():
        if re.fullmatch(others, written) or written in (unit, unit.removesuffix("s")):
            return f"{int(found[1])} {unit.removesuffix('s') if int(found[1]) == 1 else unit}"
    unit = nearest(written, _UNITS)
    return (
        f"{int(found[1])} {unit.removesuffix('s') if int(found[1]) == 1 else unit}" if unit else ""
    )


TEXT = exactly("非空文字", "a text that is not empty", str, lambda text: bool(text.strip()))
CODE = exactly(
    "编码（小写字母开头，由小写字母、数字、_、-组成，至多64个字符）",
    "a code of small letters, digits, _ and - that begins with a letter, 64 of them at most",
    str,
    lambda text: re.fullmatch(ORIGIN, text) is not None,
)
_ADDRESSEES = {
    ("承办单位", "holder"),
    ("责任单位", "holder"),
    ("督办单位", "supervisor"),
    ("社区", "community"),
    ("街道", "street"),
    ("热线", "hotline"),
    ("统筹协调单位", "coordinator"),
}


def _addressee(value: Any) -> str:
    try:
        return CODE.read(value)
    except ValueError:
        raise Near(by_title(value, _ADDRESSEES)) from None


FILE_NAME = exactly(
    "同一文件夹内的文件名，如“categories.csv”",
    'the name of a file in the same folder, such as "categories.csv"',
    str,
    lambda text: (
        text.isprintable()
        and re.fullmatch(r'[^.\/\\:*?"<>|][^/\\:*?"<>|]{0,89}\.csv', text) is not None
    ),
)
FORMAT = exactly(
    f"{FORMAT_NUMBER}（本版本只认这一种格式）",
    f"{FORMAT_NUMBER}, the only format that this version reads",
    int,
    lambda number: number == FORMAT_NUMBER,
)
COUNT = exactly(
    f"0至{MOST}的整数，不加引号",
    f"a whole number from 0 to {MOST}, without quotes",
    int,
    lambda n: n in range(MOST + 1),
)
FROM_ONE = exactly(
    f"1至{MOST}的整数，不加引号",
    f"a whole number from 1 to {MOST}, without quotes",
    int,
    lambda n: n in range(1, MOST + 1),
)
PERCENT = exactly(
    "1至100的整数，不加引号",
    "a whole number from 1 to 100, without quotes",
    int,
    lambda n: n in range(1, 101),
)
YEAR = exactly(
    "年份，如2024，不加引号",
    "a year such as 2024, without quotes",
    int,
    lambda year: year in range(2000, LAST_YEAR + 1),
)
YES_NO = exactly("true（是）或false（否），不加引号", "true or false, without quotes", bool)
DAY = Form(
    Label(
        f"{FIRST_YEAR}年至{LAST_YEAR}年间的日期，如2024-01-31，不加引号",
        f"a day such as 2024-01-31, from {FIRST_YEAR} to {LAST_YEAR}, without quotes",
    ),
    _day,
    date,
)
LIST: Form[list[Any]] = exactly("方括号[ ]中的列表", "a list in [ ]", list)
TABLE: Form[dict[str, Any]] = exactly("一张表（[表名]或{ }）", "a table", dict)
OFFSET = Form(Label("与UTC的时差，如“+08:00”", 'an offset from UTC such as "+08:00"'), _offset)
SHIFT = Form(
    Label(
        "时段，如“08:30-12:00”，先起后止，跨零点的分成两段",
        'hours such as "08:30-12:00", the beginning first; past midnight they are two',
    ),
    _shift,
)
DAYS = Form(
    Label(
        "一天（如“2024-01-31”）或一段（如“2024-02-10/2024-02-17”，先起后止）",
        'a day such as "2024-01-31", or a range such as "2024-02-10/2024-02-17"',
    ),
    _days,
)
LIMIT = Form(
    Label(
        "期限，从1起的整数加单位，如“24 hours”（小时）、“4 work hours”（工作小时）、"
        "“5 days”（自然日）、“1 working day”（工作日）",
        'a limit, a whole number from 1 on and a unit: "24 hours", "4 work hours", "5 days" or '
        '"1 working day"',
    ),
    _amount(1),
)
AFTER = Form(
    Label(
        "时长：整数加单位，如“0 hours”“4 work hours”“2 working days”",
        'a length such as "0 hours", "4 work hours" or "2 working days"',
    ),
    _amount(0),
)
ADDRESSEE = evolve(CODE, read=_addressee)
UNIT_KIND = member(UnitKind)
AFFAIR = member(Affair)
WHAT = member(What)
PARTY = member(Party)
BLOWER = member((Party.STREET, Party.COMMUNITY))
GRANTER = member((Party.STREET, Party.COORDINATOR))
RUNG = member(RUNGS)
COMMAND = one_of(sorted(NAMES.values()), Label("一项命令的名称", "the name of a command"))

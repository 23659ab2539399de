"""Files that were made to do harm, or that something broke: an error with a code, soon."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.wrong.mistakes import HERE
from whistle_engine.errors import PolicyError
from whistle_engine.policy_file import Files, load_directory, load_policy, load_rules, unpacked
from whistle_engine.policy_file.csv_rows import MOST_ROWS, read_rows
from whistle_engine.policy_file.files import safe_name
from whistle_engine.policy_file.places import Places
from whistle_engine.policy_file.toml_text import MOST_BYTES
from whistle_engine.problems import MOST_PROBLEMS

BASE = (HERE / "base.toml").read_text("utf-8")
ROWS = (HERE / "base.categories.csv").read_text("utf-8")


def codes(data: bytes | str) -> list[str]:
    """The codes that are told of a policy's bytes; each once, in order."""
    source = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    with pytest.raises(PolicyError) as raised:
        load_policy(source)
    found = raised.value.problems
    assert len(found) <= MOST_PROBLEMS + 1
    assert len(raised.value.told("zh")) < 1000 * len(found)
    lines = source.split(b"\n")
    for problem in found:
        assert problem.told("zh").isprintable(), problem
        assert problem.told("en").isprintable(), problem
        if problem.spot is not None and problem.spot.file == "policy.toml":
            assert 1 <= problem.spot.line <= len(lines)
            assert 1 <= problem.spot.column <= len(lines[problem.spot.line - 1]) + 1
    return list(dict.fromkeys(problem.code for problem in found))


# ---------------------------------------------------------------- bytes that are no text

ENCODED: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "missing"),
    "gbk": (BASE.encode("gb18030"), "file_gbk"),
    "utf-16 le": (BASE.encode("utf-16-le"), "file_utf16"),
    "utf-16 be": (BASE.encode("utf-16-be"), "file_utf16"),
    "utf-16 with mark": (BASE.encode("utf-16"), "file_utf16"),
    "utf-32": (BASE.encode("utf-32"), "file_utf16"),
    "latin-1": ("# caf\xe9 au lait".encode("latin-1"), "file_not_utf8"),
    "lone surrogate": (b"a = '\xed\xa0\x80'", "file_not_utf8"),
    "cut off": (BASE.encode()[: BASE.encode().index("区".encode()) + 1], "file_not_utf8"),
    "zeros": (bytes(1000), "file_utf16"),
    "one zero": (b"a = 1\n\0", "file_nul"),
    "marks": (b"\xef\xbb\xbf\xef\xbb\xbf" + BASE.encode(), "toml_character"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "file_not_utf8"),
    "zip": (b"PK\x03\x04" + bytes(range(1, 256)), "file_office"),
    "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "file_office"),
    "old line ends": (BASE.replace("\n", "\r").encode(), "toml_line_ends"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_bytes_that_are_no_text(name: str) -> None:
    data, code = ENCODED[name]
    assert codes(data)[0] == code


def test_a_place_behind_a_byte_order_mark_is_counted_without_it() -> None:
    with pytest.raises(PolicyError) as raised:
        load_policy(b"\xef\xbb\xbfab\xff")
    assert [str(problem.spot) for problem in raised.value.problems] == ["policy.toml:1:3"]


# ---------------------------------------------------------------- text that is hard to read

DEEP: Mapping[str, str] = {
    "lists": "a = " + "[" * 10_000,
    "closed lists": "a = " + "[" * 10_000 + "]" * 10_000,
    "tables": "a = " + "{a=" * 10_000,
    "dotted keys": "a." * 10_000 + "a = 1",
    "spaced keys": "a . " * 10_000 + "a = 1",
    "quoted keys": '"a".' * 10_000 + "a = 1",
    "headers": "[" + "a." * 10_000 + "a]",
    "headers of lists": "[[" + "'a'." * 10_000 + "a]]",
}


@pytest.mark.parametrize("name", DEEP)
def test_what_goes_too_deep(name: str) -> None:
    assert codes(DEEP[name]) == ["toml_too_deep"]


def test_dots_in_texts_are_no_depth() -> None:
    assert "toml_too_deep" not in codes('a = "' + "1.2." * 100 + '"')


VALUES = (
    "-" + "9" * 4000,
    "9" * 4000,
    "0x" + "f" * 5000,
    "1e999999999",
    "-inf",
    "nan",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00:00+23:59",
    "23:59:60",
    '"\\u0000"',
    '"\\u202e\\u0007"',
    "[[[[]]]]",
    "{ a = { b = {} } }",
    "'''" + "x" * 1_000_000 + "'''",
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:20])
@pytest.mark.parametrize(
    "key", ["rank", "report_in", "may_blow", "urgent", "zh", "source", "nosuch"]
)
def test_values_of_other_kinds(key: str, value: str) -> None:
    text = BASE.replace('[tables]\ncategories = "base.categories.csv"\n', "categories = []\n")
    begin = text.index("[kinds.quick]")
    at = text.find(f"\n{key} = ", begin)
    if at < 0:
        text = text.replace("[kinds.quick]", f"[kinds.quick]\n{key} = {value}")
    else:
        text = text[:at] + f"\n{key} = {value}" + text[text.index("\n", at + 1) :]
    assert codes(text)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:20])
@pytest.mark.parametrize(
    "key", ["code", "in_force_from", "calendar", "rules", "facts", "tables", "messages"]
)
def test_values_of_other_kinds_at_the_top(key: str, value: str) -> None:
    assert codes(f"{key} = {value}")
    assert codes(f"calendar.{key} = {value}\ncalendar.year.{key} = {value}\nhours.shifts = {value}")


def test_a_year_is_written_in_plain_digits() -> None:
    text = '[calendar.year."２０２４"]\n[calendar.year."2_024"]\n[calendar.year." 2024"]\n'
    assert "bad_value" in codes(text)
    assert "bad_value" in codes(f"[calendar.year.{'9' * 5000}]")


def test_what_is_shown_is_short_and_can_be_seen() -> None:
    long = "x" * 1_000_000
    assert codes(f'"{long}" = 1\n"a\\nb" = 2\n"\\u202e" = 3')
    assert codes(f'[kinds."{long}"]\n[channels."\\u001b[31m"]\n[messages."\\n"."\\t"]')
    assert codes(f'[kinds."{long}"]\n[kinds."a\\nb"]\n[[categories]]\nkind = "x"')
    assert codes(f'[[rules]]\nid = "{long}"\nwhen = {{ "{long}" = ["{long}"] }}')
    assert codes(f'source = "{long}: {long}"\nversion = ""')
    assert codes(f'[tables]\ncategories = "{long}"\n[calendar]\nuse = ["{long}", "../x", "a\\nb"]')


# ---------------------------------------------------------------- paths


def test_a_file_that_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    (tmp_path / "file").write_text("x")
    wanted = {
        "pipe": "file_no_file",
        ".": "file_no_file",
        "gone": "file_missing",
        "none": "file_missing",
        "round": "file_unreadable",
        "file/inside": "file_unreadable",
        "x" * 300: "file_unreadable",
        "nul\0": "file_unreadable",
        "line\nend\x1b[31m😀": "file_missing",
        "lone \udcff": "file_missing",
    }
    for name, code in wanted.items():
        for load in (load_policy, load_directory):
            with pytest.raises(PolicyError) as raised:
                load(tmp_path / name)
            (problem,) = raised.value.problems
            assert problem.code == code, name
            assert problem.told("zh").isprintable()
            assert str(problem).encode()
    with pytest.raises(PolicyError):
        load_policy(Path("/dev/zero"))


def test_odd_names_are_packed_and_unpacked(tmp_path: Path) -> None:
    (tmp_path / "base.categories.csv").write_text(ROWS, "utf-8")
    for name in ("规则" * 40 + ".toml", "a\nb:\\c.toml", "😀.toml", "...toml", "\udcff.toml"):
        (tmp_path / name).write_text(BASE, "utf-8")
        loaded = load_policy(tmp_path / name)
        packed = loaded.files.packed()
        again = load_policy(packed)
        assert again.value == loaded.value
        assert again.digest == loaded.digest
        assert again.files.name == safe_name(name)
        assert again.files.write(tmp_path / safe_name(name).replace(".", ""))


def test_names_that_lead_elsewhere_are_refused(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    for name in ("../../etc/passwd", "/etc/passwd", "a/b.csv", "..", "", "c:\\b.csv", "a\tb.csv"):
        written = json.dumps(name)
        text = BASE.replace('"base.categories.csv"', written).replace('["cn"]', f"[{written}]")
        (tmp_path / "base.toml").write_text(text, "utf-8")
        with pytest.raises(PolicyError) as raised:
            load_policy(tmp_path / "base.toml")
        assert {problem.code for problem in raised.value.problems} <= {"bad_value", "year_unknown"}


def test_calendars_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    os.mkfifo(tmp_path / "calendars" / "pipe.toml")
    (tmp_path / "calendars" / "gone.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "calendars" / "bad.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "calendars" / "self.toml").write_text('[calendar]\nuse = ["self"]\n')
    (tmp_path / "base.categories.csv").write_text(ROWS, "utf-8")
    long = "x" * 64
    text = BASE.replace('["cn"]', f'["cn", "pipe", "gone", "bad", "self", "{long}", "cn"]')
    (tmp_path / "base.toml").write_text(text, "utf-8")
    with pytest.raises(PolicyError) as raised:
        load_policy(tmp_path / "base.toml")
    assert sorted(problem.code for problem in raised.value.problems) == [
        "file_missing", "file_no_file", "file_utf16", "listed_twice", "missing", "no_calendar",
        "unknown_key",
    ]  # fmt: skip


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "base.toml").open("wb") as large:
        large.truncate(50_000_000_000)
    with pytest.raises(PolicyError, match="file_too_large"):
        load_policy(tmp_path / "base.toml")
    with pytest.raises(PolicyError, match="file_too_large"):
        load_policy(b" " * (MOST_BYTES + 1))
    assert "file_too_large" not in codes(b"#" * MOST_BYTES)


# ---------------------------------------------------------------- archives


def archive(*members: tuple[str, bytes | str], form: int = tarfile.USTAR_FORMAT) -> bytes:
    """A tar file of members: bytes, or a kind of entry."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as tar:
        for name, held in members:
            entry = tarfile.TarInfo(name)
            if isinstance(held, bytes):
                entry.size = len(held)
                tar.addfile(entry, io.BytesIO(held))
            else:
                entry.type = held.encode()[:1]
                entry.linkname = "base.toml"
                tar.addfile(entry)
    return packed.getvalue()


MAIN = ("base.toml", BASE.encode())
HELD = ("base.categories.csv", ROWS.encode())


def _claims(size: int) -> bytes:
    entry = tarfile.TarInfo("base.toml")
    entry.size = size
    return entry.tobuf(tarfile.USTAR_FORMAT) + b"x" * 1024


ARCHIVES: Mapping[str, bytes] = {
    "cut off": archive(MAIN, HELD)[:5000],
    "cut off in the header": archive(MAIN, HELD)[:300],
    "no file": tarfile.TarInfo("a").tobuf()[:257] + b"ustar\0" + bytes(2000),
    "symlink": archive(MAIN, ("base.categories.csv", "2")),
    "hard link": archive(MAIN, ("base.categories.csv", "1")),
    "device": archive(MAIN, ("base.categories.csv", "3")),
    "pipe": archive(("base.toml", "6")),
    "folder": archive(MAIN, ("calendars", "5")),
    "absolute": archive(MAIN, ("/etc/passwd", b"")),
    "above": archive(MAIN, ("../x.csv", b"")),
    "calendar above": archive(MAIN, ("calendars/../../x.toml", b"")),
    "inside": archive(MAIN, ("a/b/c.csv", b"")),
    "backslash": archive(MAIN, ("a\\b.csv", b"")),
    "many": archive(*[(f"f{n}", b"") for n in range(10_000)]),
    "claims to be large": _claims(8_000_000_000),
    "large": archive(("base.toml", b"x" * (MOST_BYTES + 2))),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_was_not_packed_so(name: str) -> None:
    assert codes(ARCHIVES[name]) == ["archive_broken"]


def test_an_archive_without_what_it_needs() -> None:
    assert codes(archive(MAIN, ("x.csv", b""))) == ["file_not_given"]
    assert codes(archive(HELD, MAIN))  # the first is the main one
    other = archive(MAIN, HELD, form=tarfile.GNU_FORMAT)
    assert "file_not_given" in codes(other)  # the calendar


def test_a_text_is_no_archive_because_of_a_word_in_it() -> None:
    data = b"#" + b"x" * 256 + b"ustar\n"
    assert unpacked(data, "a.toml") == Files((("a.toml", data),))


# ---------------------------------------------------------------- tables


def test_tables_that_are_hard_to_read() -> None:
    rows, wrong = read_rows(
        "a.csv", b"\xef\xbb\xbf\r\n,,\r\ncode \xe7\xbc\x96,zh,,\r\na,b,,\r\n,,\r\n"
    )
    assert [dict(row.cells) for row in rows] == [{"code": "a", "zh": "b"}]
    assert [row.spot.line for row in rows] == [4]
    assert wrong == ()
    rows, wrong = read_rows("a.csv", "a\u3000甲,b\x0c\na\u2028b\x0bc,\x85\n".encode())
    assert [dict(row.cells) for row in rows] == [{"a": "a\u2028b\x0bc"}]
    rows, _ = read_rows("a.csv", b"a,b\rc,d\re,f")
    assert [row.spot.line for row in rows] == [2, 3]
    for data, code in {
        b"": "csv_empty",
        b"\n\n,,,\n": "csv_empty",
        b"a,b\n\0": "file_nul",
        b'a,b\n"' + b"x" * 1_900_000: "csv_cell_long",
        b'a,b\n"' + b"x" * 1000: "csv_open_text",
        b"a,b\n" * (MOST_ROWS + 2): "csv_too_long",
        b"x" * 10_000_000: "file_too_large",
        b"," * 1_000_000 + b"code": "csv_too_wide",
    }.items():
        with pytest.raises(PolicyError) as raised:
            read_rows("a.csv", data)
        assert [problem.code for problem in raised.value.problems] == [code]


# ---------------------------------------------------------------- the parser that finds places


def test_places_in_text_that_the_second_parser_does_not_follow() -> None:
    places = Places("a.toml", "[a\nb = \n= 3\n[[c]]\nd = [1, , 2]\ne = {f = }\n\x01")
    assert places.value(("c", 0, "d")).line >= 1
    assert places.key(("nowhere",)).line == 1


def test_both_files_are_told_together() -> None:
    with pytest.raises(PolicyError) as raised:
        load_rules(b"a = 1", b"b = 2")
    assert {str(problem.spot).partition(":")[0] for problem in raised.value.problems} == {
        "policy.toml", "directory.toml"
    }  # fmt: skip

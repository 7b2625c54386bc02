"""What is printed, format by format; reporters are pure functions of findings and source."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from weakref import WeakSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint import __version__, links
from dbos_lint.diagnostic import Diagnostic, Level, Position, Rule, Scope, TraceStep
from dbos_lint.fix import Applicability, Fix, Replace
from dbos_lint.fixes import replacements
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.replacements import Replacement
from dbos_lint.paths import shown
from dbos_lint.reporters import FORMATS, render, statistics
from dbos_lint.reporters.json import dumps
from dbos_lint.reporters.report import Report
from dbos_lint.reporters.snippet import snippet
from dbos_lint.reporters.sources import reader, split
from dbos_lint.reporters.terminal import harmless, width
from dbos_lint.syntax.spans import Span

CLOCK = Rule("DBS201", "clock-in-workflow", Level.ERROR, Scope.PROJECT, "clock is read in a workflow", "python")
MAYBE = Rule("DBS311", "odd-retries", Level.WARNING, Scope.EXPR, "retries are odd", "python")
TASTE = Rule("DBS601", "taste", Level.ADVICE, Scope.EXPR, "a matter of taste", "python")

SOURCE = """\
import time
from dbos import DBOS


@DBOS.workflow()
def checkout(order):
    price(order, time.time())

    return order
"""

FOUND = Diagnostic(
    CLOCK,
    "/srv/shop/app.py",
    Position(7, 18),
    Position(7, 29),
    "time.time() is read while workflow 'checkout' runs; read it in a step",
    (
        TraceStep("checkout", "/srv/shop/app.py", 6),
        TraceStep("price", "/srv/shop/pricing/rules.py", 3),
        TraceStep("time.time()", "/elsewhere/clock.py", 12),
    ),
    (7, 7),
)
PLAIN = FOUND._replace(rule=MAYBE, start=Position(5, 1), end=Position(5, 17), message="odd", trace=(), statement=(5, 6))
NOTED = PLAIN._replace(rule=TASTE, filename="/elsewhere/x.py", message="100% of\ttaste", end=Position(6, 3))

URL = "https://docs.example/rules/DBS201/"


@pytest.fixture(autouse=True)
def documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A base address that no release changes."""
    monkeypatch.setattr(links, "DOCUMENTATION", "https://docs.example")


def report(*found: Diagnostic, source: str = SOURCE, color: bool = False) -> Report:
    return Report(found, "/srv/shop", lambda path: split(source.encode()), color)


def test_concise_is_one_line_a_finding() -> None:
    assert render(report(FOUND, PLAIN, NOTED), "concise") == (
        "app.py:7:18: DBS201 time.time() is read while workflow 'checkout' runs; read it in a step\n"
        "app.py:5:1: DBS311 odd\n"
        "/elsewhere/x.py:5:1: DBS601 100% of␉taste\n"
    )


def test_full_shows_the_source_the_chain_and_the_page() -> None:
    assert (
        render(report(FOUND), "full")
        == """\
DBS201 time.time() is read while workflow 'checkout' runs; read it in a step
 --> app.py:7:18
  |
5 | @DBOS.workflow()
6 | def checkout(order):
7 |     price(order, time.time())
  |                  ^^^^^^^^^^^
8 |
9 |     return order
  |
  = chain: checkout (app.py:6)
         → price (pricing/rules.py:3)
         → time.time() (/elsewhere/clock.py:12)
  = help: https://docs.example/rules/DBS201/

"""
    )


def test_full_leaves_out_empty_lines_at_the_edges_and_widens_its_margin() -> None:
    found = PLAIN._replace(start=Position(10, 1), end=Position(10, 4), statement=(10, 10))
    assert (
        render(report(found, source="\n" * 8 + "\nbad()\n\n\n"), "full")
        == """\
DBS311 odd
  --> app.py:10:1
   |
10 | bad()
   | ^^^
   |
   = help: https://docs.example/rules/DBS311/

"""
    )


def test_full_underlines_the_first_line_of_a_finding_of_several() -> None:
    text = render(report(FOUND._replace(end=Position(9, 5), trace=())), "full")
    assert "7 |     price(order, time.time())\n  |                  ^^^^^^^^^^^^\n" in text


@pytest.mark.parametrize("row", [0, 99])
def test_full_does_without_source_where_there_is_none(row: int) -> None:
    found = PLAIN._replace(start=Position(row, 1), end=Position(row, 1))
    expected = f"DBS311 odd\n --> app.py:{row}:1\n  = help: https://docs.example/rules/DBS311/\n\n"
    assert render(report(found), "full") == expected
    assert snippet(PLAIN._replace(start=Position(1, 1)), ()) is None


def underlined(line: str, start: int, end: int) -> tuple[str, str]:
    shown = snippet(PLAIN._replace(start=Position(1, start), end=Position(1, end)), [line])
    assert shown is not None
    return shown.rows[0][1], shown.underline


def test_the_underline_stands_below_tabs_wide_and_combining_characters() -> None:
    assert underlined("\tx = f()", 6, 9) == ("    x = f()", "        ^^^")
    assert underlined("s = '日本', f()", 11, 14) == ("s = '日本', f()", " " * 12 + "^^^")
    assert underlined("e\u0301 = f()", 6, 9) == ("e\u0301 = f()", "    ^^^")
    assert underlined("日本()", 1, 3) == ("日本()", "^^^^")
    assert underlined("x", 1, 1) == ("x", "^")
    assert underlined("x", 9, 12) == ("x", " " * 1 + "^")


def test_of_a_line_that_no_screen_holds_the_part_around_the_finding_is_shown() -> None:
    line = "a" * 5_000 + "BAD" + "b" * 5_000
    text, underline = underlined(line, 5_001, 5_004)
    assert text == "…" + "a" * 60 + "BAD" + "b" * 97 + "…"
    assert underline == " " * 61 + "^^^"
    text, underline = underlined(line, 1, 9_000)
    assert text == "a" * 160 + "…"
    assert underline == "^" * 160


def test_colour_is_only_added() -> None:
    import re

    found = (FOUND, PLAIN, NOTED)
    for output_format in ("concise", "full"):
        coloured = render(report(*found, color=True), output_format)
        assert "\x1b[1;31mDBS201\x1b[0m" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(report(*found), output_format)
    counts = statistics.render(report(*found, color=True), "full")
    assert re.sub(r"\x1b\[[0-9;]*m", "", counts) == statistics.render(report(*found), "full")


HOSTILE = "\x1b]0;owned\x07\x1b[2J\r\n::error::x\u202e\x9b31m\udcff\x7f"


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_lets_a_name_a_message_or_a_source_line_talk_to_the_terminal(output_format: str) -> None:
    step = TraceStep(HOSTILE, f"/srv/shop/{HOSTILE}.py", 1)
    found = FOUND._replace(filename=f"/srv/shop/{HOSTILE}.py", message=HOSTILE, trace=(step,))
    text = render(report(found)._replace(lines=lambda path: [HOSTILE] * 9), output_format)
    text.encode("utf-8")
    assert [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cs"}] == []
    assert "\u202e" not in text
    assert not any(line.startswith("::error::x") for line in text.splitlines())


@pytest.mark.parametrize(
    "name", ["::error::x.py", "::stop-commands::x/app.py", " ::error::x.py", "\u2003::error::x.py"]
)
@pytest.mark.parametrize("output_format", ["concise", "full"])
def test_no_name_of_a_file_is_a_command_of_github(output_format: str, name: str) -> None:
    text = render(report(FOUND._replace(filename=f"/srv/shop/{name}")), output_format)
    assert f"{name}:7:18" in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@given(st.text(st.characters()))
def test_harmless_text_has_no_control_characters_and_keeps_its_length(text: str) -> None:
    cleaned = harmless(text)
    assert len(cleaned) == len(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in cleaned)
    assert harmless(cleaned) == cleaned
    assert width(cleaned) >= 0


@given(st.binary(), st.tuples(*[st.integers(0, 9)] * 4))
def test_no_source_and_no_position_stop_a_report(source: bytes, place: tuple[int, int, int, int]) -> None:
    row, column, end_row, end_column = place
    found = FOUND._replace(start=Position(row, column), end=Position(end_row, end_column))
    for output_format in FORMATS:
        made = Report((found,), "/srv/shop", lambda path: split(source))
        assert render(made, output_format)


def test_json_has_the_shape_of_ruff_and_what_we_added() -> None:
    assert json.loads(render(report(FOUND), "json")) == [
        {
            "cell": None,
            "code": "DBS201",
            "end_location": {"column": 29, "row": 7},
            "filename": "/srv/shop/app.py",
            "fix": None,
            "confidence": "high",
            "level": "error",
            "location": {"column": 18, "row": 7},
            "message": "time.time() is read while workflow 'checkout' runs; read it in a step",
            "name": "clock-in-workflow",
            "noqa_row": 7,
            "trace": [
                {"label": "checkout", "filename": "/srv/shop/app.py", "row": 6},
                {"label": "price", "filename": "/srv/shop/pricing/rules.py", "row": 3},
                {"label": "time.time()", "filename": "/elsewhere/clock.py", "row": 12},
            ],
            "url": URL,
        }
    ]


def test_json_says_on_which_row_a_comment_silences_the_finding() -> None:
    rows = [found["noqa_row"] for found in json.loads(render(report(PLAIN, PLAIN._replace(statement=(0, 0))), "json"))]
    assert rows == [6, 5]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.lists(inside).map(tuple) | st.dictionaries(st.text(), inside),
)


@given(plain)
def test_json_is_laid_out_as_python_does(value: object) -> None:
    assert dumps(value) == json.dumps(value, indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("output_format", ["json", "json-lines", "sarif"])
def test_of_many_findings_one_is_taken_apart_at_a_time(output_format: str) -> None:
    class Content(str):
        """A text that tells whether it is still there."""

    there: WeakSet[Content] = WeakSet()
    most = 0

    def told(found: Diagnostic) -> tuple[Replacement, ...]:
        nonlocal most
        content = Content(f"x{found.start.row}")
        there.add(content)
        most = max(most, len(there))
        return (Replacement(content, found.start, found.end),)

    fix = Fix("mend", Applicability.SAFE, ())
    many = [PLAIN._replace(fix=fix, start=Position(row, 1)) for row in range(1, 20)]
    assert '"x19"' in render(report(*many)._replace(replacements=told), output_format)
    assert 0 < most <= 2


def test_how_to_mend_a_finding_is_told_without_writing_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    fix = Fix("mend", Applicability.SAFE, (Replace(Span(7, 17, 7, 28), "0"),))
    monkeypatch.setattr(Document, "bytes_with", None)
    (found,) = replacements.reader(lambda _: SOURCE.encode())(FOUND._replace(fix=fix))
    assert (found.content, found.start, found.end) == ("0", Position(7, 18), Position(7, 29))


def test_json_of_nothing_is_an_empty_list() -> None:
    assert render(report(), "json") == "[]\n"


def test_github_gets_annotations() -> None:
    assert render(report(FOUND, PLAIN, NOTED), "github").splitlines() == [
        "::error title=dbos-lint (DBS201),file=/srv/shop/app.py,line=7,col=18,endLine=7,endColumn=29::"
        "app.py:7:18: DBS201 time.time() is read while workflow 'checkout' runs; read it in a step"
        "%0Achain: checkout (app.py:6) → price (pricing/rules.py:3) → time.time() (/elsewhere/clock.py:12)"
        "%0Ahelp: https://docs.example/rules/DBS201/",
        "::warning title=dbos-lint (DBS311),file=/srv/shop/app.py,line=5,col=1,endLine=5,endColumn=17::"
        "app.py:5:1: DBS311 odd%0Ahelp: https://docs.example/rules/DBS311/",
        "::notice title=dbos-lint (DBS601),file=/elsewhere/x.py,line=5,endLine=6::"
        "/elsewhere/x.py:5:1: DBS601 100%25 of␉taste%0Ahelp: https://docs.example/rules/DBS601/",
    ]


def test_github_properties_are_escaped() -> None:
    text = render(report(PLAIN._replace(filename="/a,b:c%.py")), "github")
    assert "file=/a%2Cb%3Ac%25.py,line=5" in text


def test_sarif_describes_the_rules_and_points_at_the_places() -> None:
    made = json.loads(render(report(FOUND, PLAIN, FOUND._replace(trace=())), "sarif"))
    assert (made["version"], made["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = made["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("dbos-lint", __version__)
    assert driver["informationUri"] == "https://docs.example"
    assert [rule["id"] for rule in driver["rules"]] == ["DBS201", "DBS311"]
    assert driver["rules"][0] == {
        "id": "DBS201",
        "name": "clock-in-workflow",
        "shortDescription": {"text": "clock is read in a workflow"},
        "defaultConfiguration": {"enabled": True, "level": "error"},
        "helpUri": URL,
    }
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": "file:///srv/shop/"}}
    first, second, third = run["results"]
    assert [(found["ruleId"], found["ruleIndex"]) for found in run["results"]] == [
        ("DBS201", 0),
        ("DBS311", 1),
        ("DBS201", 0),
    ]
    assert (first["level"], second["level"]) == ("error", "warning")
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "app.py", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 7, "startColumn": 18, "endLine": 7, "endColumn": 29},
            }
        }
    ]
    links_of_chain = [
        {
            "message": {"text": label},
            "physicalLocation": {"artifactLocation": artifact, "region": {"startLine": row}},
        }
        for label, artifact, row in [
            ("checkout", {"uri": "app.py", "uriBaseId": "SRCROOT"}, 6),
            ("price", {"uri": "pricing/rules.py", "uriBaseId": "SRCROOT"}, 3),
            ("time.time()", {"uri": "file:///elsewhere/clock.py"}, 12),
        ]
    ]
    assert first["relatedLocations"] == [{"id": number, **link} for number, link in enumerate(links_of_chain, 1)]
    assert first["codeFlows"] == [{"threadFlows": [{"locations": [{"location": link} for link in links_of_chain]}]}]
    assert not {"relatedLocations", "codeFlows"} & set(third)


def test_sarif_names_files_by_valid_addresses() -> None:
    made = json.loads(render(report(PLAIN._replace(filename="/srv/shop/a b:ü\udcff.py")), "sarif"))
    location = made["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "a%20b%3A%C3%BC%FF.py"


def test_what_a_program_calls_so_is_no_link_in_sarif() -> None:
    named = "queue '[click](https://example.com)'; steps[0](order), [*] and (so)"
    made = json.loads(render(report(PLAIN._replace(message=named)), "sarif"))
    told = made["runs"][0]["results"][0]["message"]["text"]
    assert told == r"queue '\[click](https://example.com)'; steps\[0](order), [*] and (so)"


def test_sarif_of_nothing_is_still_a_run() -> None:
    (run,) = json.loads(render(report(), "sarif"))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_statistics_count_the_most_frequent_first() -> None:
    counted = report(PLAIN, *[FOUND] * 10, NOTED)
    assert statistics.render(counted, "full") == (
        "10\tDBS201\tclock-in-workflow\n 1\tDBS311\todd-retries\n 1\tDBS601\ttaste\n"
    )
    assert json.loads(statistics.render(counted, "json"))[0] == {
        "code": "DBS201",
        "count": 10,
        "level": "error",
        "name": "clock-in-workflow",
    }
    assert statistics.render(report(), "concise") == ""


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        (b"a\x0cb\nc", ["a\x0cb", "c"]),
        (b"\xef\xbb\xbfa\n", ["a", ""]),
        (b"# coding: latin-1\n\xe9", ["# coding: latin-1", "é"]),
        (b"# coding: nonsense\n\xff", ["# coding: nonsense", "\ufffd"]),
        (b"\xff\xfe\x00", ["\ufffd\ufffd\x00"]),
    ],
)
def test_source_has_the_lines_that_python_counts(source: bytes, lines: list[str]) -> None:
    assert split(source) == lines


def test_lines_come_from_the_file_or_the_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"on disk")
    lines = reader((str(tmp_path / "b.py"), b"from stdin"))
    assert list(lines(str(path))) == ["on disk"]
    assert list(lines(str(tmp_path / "b.py"))) == ["from stdin"]
    assert list(lines(str(tmp_path / "absent.py"))) == []
    assert list(lines(str(tmp_path))) == []


def test_names_are_shown_relative_to_the_working_folder_only_below_it() -> None:
    assert shown("/srv/shop/a/b.py", "/srv/shop") == "a/b.py"
    assert shown("/srv/shopping/b.py", "/srv/shop") == "/srv/shopping/b.py"
    assert shown("/b.py", "/") == "b.py"
    assert shown("-", "/work") == "-"

"""Every nasty text, through the library, the command and its standard input: each has its answer, which is the same."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint.cli import cli
from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings
from tests.nasty.sources import CLOCK, WORKFLOW, Nasty, sources

CORPUS = tuple(sources())
Answer = list[tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("nasty")
    for nasty in CORPUS:
        (root / f"{nasty.name}.py").write_bytes(nasty.source)
    return root


@pytest.fixture(scope="module")
def together(folder: Path) -> dict[str, Answer]:
    """What one run of the command says of each."""
    found: dict[str, Answer] = {nasty.name: [] for nasty in CORPUS}
    # With the edits of all fixes, which have to be found in the texts.
    for each in json.loads(command("check", "--isolated", "--output-format", "json", str(folder)).stdout):
        found[Path(each["filename"]).stem].append((each["location"]["row"], each["code"], each["message"]))
    return found


def command(*arguments: str, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(cli, arguments, input=stdin)
    assert isinstance(result.exception, SystemExit | None)
    assert result.exit_code in {0, 1}
    return result


def test_there_are_enough_of_them() -> None:
    assert len({nasty.name for nasty in CORPUS}) == len(CORPUS) >= 100


@pytest.mark.parametrize("nasty", CORPUS, ids=lambda nasty: nasty.name)
def test_every_text_has_its_answer(nasty: Nasty, tmp_path: Path, together: dict[str, Answer]) -> None:
    path = str(tmp_path / "app.py")
    result = lint_source(nasty.source, path, Settings(root=str(tmp_path)))
    assert result.tracebacks == ()
    answer = [(found.start.row, found.code, found.message) for found in result.diagnostics]
    assert_is(answer, nasty)
    assert together[nasty.name] == answer
    piped = command(
        "check", "--isolated", "-q", "--output-format", "github", "--stdin-filename", path, "-", stdin=nasty.source
    )
    assert [int(row) for row in re.findall(r"^::.*,line=(\d+),", piped.stdout, re.MULTILINE)] == [
        row for row, _, _ in answer
    ]


def test_a_number_that_python_does_not_print_is_no_option(tmp_path: Path) -> None:
    options = f"concurrency=0x{'9' * 10_000}, limiter={{'limit': 0x{'9' * 10_000}, 'period': -0x{'9' * 10_000}}}"
    text = f"from dbos import Queue\nQueue('q', {options})\n{WORKFLOW}    DBOS.enqueue_workflow('q', nightly, 1)\n"
    result = lint_source(text.encode(), str(tmp_path / "app.py"), Settings(root=str(tmp_path)))
    assert {"DBS001", "DBS201"} & {found.code for found in result.diagnostics} == {"DBS201"}


@pytest.mark.parametrize("output_format", ["full", "concise", "sarif"])
def test_every_text_can_be_reported(output_format: str, folder: Path, together: dict[str, Answer]) -> None:
    result = command("check", "--isolated", "-q", "--output-format", output_format, str(folder))
    codes = sorted(re.findall(r"\bDBS\d{3} |(?<=\"ruleId\": \")DBS\d{3}", result.stdout))
    assert [code.strip() for code in codes] == sorted(code for answer in together.values() for _, code, _ in answer)
    assert {unicodedata.category(character) for character in set(result.stdout) - {"\n"}} & {"Cc", "Cf", "Cs"} == set()


def assert_is(answer: Answer, nasty: Nasty) -> None:
    found = [(row, code) for row, code, _ in answer]
    expected = [(row, "DBS201") for row in nasty.rows]
    if not nasty.fault or (nasty.either and found == expected):
        assert found == expected
        return
    ((row, code, message),) = answer
    assert code == "DBS001"
    assert message.startswith("file is not linted")
    assert re.search(nasty.fault, message)
    assert row == nasty.fault_row or nasty.either


HALF = """\
from dbos import DBOS
@DBOS.workflow(name="\\ud800\\udc80")
def one(): ...
@DBOS.workflow(name="\\ud800\\udc80")
def two(): ...
"""


@pytest.mark.parametrize("output_format", ["full", "concise", "github", "json", "json-lines", "sarif"])
def test_half_a_character_in_a_message_is_shown_as_none(output_format: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(HALF, encoding="utf-8")
    printed = command("check", "--isolated", "--output-format", output_format, str(tmp_path)).stdout
    assert "\ufffd\ufffd" in (printed if "{" not in printed else printed.encode().decode("unicode_escape"))


QUOTED = """\
import time
from dbos import DBOS
@DBOS.workflow()
def greet(pattern: "Annotated[str, '\\\\d']", size: "1if x else 2", deep: "{deep}") -> "Pattern['\\\\q']":
    return time.time()
"""


@pytest.mark.parametrize("deep", ["x." * 150 + "x", "x." * 5_000 + "x", "x[" * 100 + "x" + "]" * 100])
def test_what_is_wrong_in_a_quoted_annotation_is_nothing_to_tell(deep: str, tmp_path: Path) -> None:
    source = QUOTED.replace("{deep}", deep).encode()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        result = lint_source(source, str(tmp_path / "app.py"), Settings(root=str(tmp_path)))
    assert [(found.start.row, found.code) for found in result.diagnostics] == [(CLOCK, "DBS201")]
    assert told == []


ENCODED = """\
# coding: {0}
import time
from dbos import DBOS
@DBOS.workflow()
def nightly(day: str) -> None:
    time.sleep(2)  # {1}
"""


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("iso2022_jp", b"\x1b\x80"), ("iso2022_kr", b"\x1b\x80"), ("idna", b"...x"), ("unicode_escape", rb"\d")],
)
def test_what_can_be_read_in_an_encoding_and_not_written_is_not_mended(
    encoding: str, text: bytes, tmp_path: Path
) -> None:
    source = ENCODED.format(encoding, "here").encode().replace(b"here", text)
    file = tmp_path / "app.py"
    file.write_bytes(source)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", ".*invalid escape")
        result = command("check", "--isolated", "--fix", "--unsafe-fixes", str(file))
    assert "DBS213" in result.stdout
    assert f"was not fixed: the text cannot be written in {encoding} again as it was" in result.stderr
    assert file.read_bytes() == source

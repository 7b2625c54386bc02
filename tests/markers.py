"""Fixtures as the tests see them: small projects, the options they ask for, and the lines that must fire."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"

_MARKER = re.compile(r"[ \t]*(?<!\S)#[ \t]*(?P<todo>todo:[ \t]*)?(?P<codes>DBS\d{3}(?:[ \t]*,[ \t]*DBS\d{3})*)[ \t]*$")
_OPTIONS = re.compile(r"#\s*options:\s*(?P<options>.*)$")


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """What a line is said to be: ``code`` fires at ``row``, or ought to one day when ``todo``."""

    path: str
    row: int
    code: str
    todo: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.row}: {self.code}"


@dataclass(frozen=True, slots=True)
class Fixture:
    """A fixture is a project: a folder, or one file that stands alone."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(FIXTURES).with_suffix("").as_posix()

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.path,) if self.path.is_file() else tuple(sorted(self.path.rglob("*.py")))

    def relative(self, file: Path) -> str:
        """The path of ``file`` inside the project."""
        return file.name if self.path.is_file() else file.relative_to(self.path).as_posix()

    def texts(self) -> dict[str, str]:
        """The files by their path inside the project. Latin-1 keeps the bytes of what is no UTF-8."""
        return {self.relative(file): file.read_bytes().decode("latin-1") for file in self.files}

    def markers(self) -> list[Marker]:
        return [marker for path, text in self.texts().items() for marker in markers(path, text)]

    def expected(self) -> list[Marker]:
        return sorted(marker for marker in self.markers() if not marker.todo)

    def options(self) -> dict[str, str | list[str] | bool]:
        """The ``# options:`` of the first lines, as keys of ``[tool.dbos-lint]``."""
        options: dict[str, str | list[str] | bool] = {}
        for text in self.texts().values():
            match = _OPTIONS.match(text.partition("\n")[0])
            if match:
                options.update(parse_options(match["options"]))
        return options

    def copy(self, target: Path) -> Path:
        """Lay the project out in ``target``, its options in a configuration file of its own."""
        if self.path.is_file():
            target.mkdir(parents=True)
            shutil.copyfile(self.path, target / self.path.name)
        else:
            shutil.copytree(self.path, target, ignore=shutil.ignore_patterns("__pycache__"))
        configuration = target / "pyproject.toml"
        text = configuration.read_text("utf-8") if configuration.exists() else ""
        if "[tool.dbos-lint]" not in text:
            rows = [f"{key} = {json.dumps(value)}" for key, value in self.options().items()]
            configuration.write_text("\n".join([text, "[tool.dbos-lint]", *rows, ""]), "utf-8")
        return target


def all_fixtures() -> list[Fixture]:
    return sorted(_fixtures(), key=lambda fixture: fixture.name)


def on_every(fixtures: Iterable[Fixture]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fixture", fixtures, ids=lambda fixture: fixture.name)


def parses(text: str) -> bool:
    """Whether Python reads the file whose bytes ``text`` holds as Latin-1."""
    try:
        ast.parse(text.encode("latin-1"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def of_revisions() -> list[Path]:
    """The folders whose ``before`` and ``after`` are two releases of one project, for ``dbos-lint diff``."""
    return sorted(path.parent for path in FIXTURES.glob("*/*/before"))


def _fixtures() -> Iterator[Fixture]:
    for entry in FIXTURES.glob("*/*"):
        if (entry / "before").is_dir():
            continue
        if entry.suffix == ".py" or (entry.is_dir() and any(entry.rglob("*.py"))):
            yield Fixture(entry)


def parse_options(text: str) -> dict[str, str | list[str] | bool]:
    """``dbos-version=2.31, select=DBS212, DBS220``: a part without a key goes on with the list of the key before."""
    values: dict[str, list[str]] = {}
    key = ""
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if equals:
            key = name.strip()
        values.setdefault(key, []).append((value if equals else part).strip())
    return {key: _typed(key, value) for key, value in values.items()}


def _typed(key: str, values: list[str]) -> str | list[str] | bool:
    if key in ("dbos-version", "preset"):
        return values[0]
    if values in (["true"], ["false"]):
        return values == ["true"]
    return values


def markers(path: str, text: str) -> list[Marker]:
    """The markers of a file, by line: a file that does not parse has some as well."""
    return [
        Marker(path, row, code.strip(), bool(match["todo"]))
        for row, line in enumerate(text.split("\n"), 1)
        if (match := _MARKER.search(line.rstrip("\r")))
        for code in match["codes"].split(",")
    ]


def replace_markers(text: str, template: str) -> str:
    """``text`` with each marker turned into ``template``, in which ``{codes}`` stands for the marker's codes."""
    return "\n".join(_replace(line, template) for line in text.split("\n"))


def _replace(line: str, template: str) -> str:
    match = _MARKER.search(line.rstrip("\r"))
    if not match or match["todo"]:
        return line
    return f"{line[: match.start()]}  {template.format(codes=match['codes'])}"


def comment_on_last_row(text: str, template: str) -> str:
    """``text`` with each marker turned into ``template`` on the last row of the simple statement it stands in."""
    lines = replace_markers(text, "").split("\n")
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    codes: dict[int, list[str]] = {}
    for marker in markers("", text):
        if not marker.todo:
            codes.setdefault(_last_row(statements, marker.row), []).append(marker.code)
    for row, named in codes.items():
        lines[row - 1] = f"{lines[row - 1].rstrip()}  {template.format(codes=', '.join(named))}"
    return "\n".join(lines)


def _last_row(statements: list[ast.stmt], row: int) -> int:
    """The last row of the smallest statement around ``row``, if it is simple; otherwise ``row``."""
    around = [node for node in statements if node.lineno <= row <= (node.end_lineno or row)]
    inner = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)), default=None)
    is_simple = inner is not None and not hasattr(inner, "body") and not isinstance(inner, ast.Match)
    return (inner.end_lineno or row) if inner is not None and is_simple else row


def without_dbos(text: str) -> str:
    """``text`` with every import of dbos turned into ``pass``, its rows unmoved."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            ours = node.level == 0 and (node.module or "").split(".")[0] == "dbos"
        elif isinstance(node, ast.Import):
            ours = any(alias.name.split(".")[0] == "dbos" for alias in node.names)
        else:
            continue
        if ours:
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            lines[first] = f"{lines[first][: node.col_offset]}pass{lines[last - 1][node.end_col_offset :]}"
            lines[first + 1 : last] = [""] * (last - first - 1)
    return "\n".join(lines)

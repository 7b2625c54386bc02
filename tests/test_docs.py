"""Pages, index and README agree with the rules, and the check that says so can fail."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dbos_lint.diagnostic import Applicability
from dbos_lint.rules.registry import RULES

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]


def load(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("docs_tool", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["docs_tool"] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module


docs = load(ROOT / "tools" / "docs.py")
RULE = RULES["DBS201"]
PAGE = """\
# DBS201: clock-in-workflow

## What it does

Finds clocks.

## Why is this bad?

They tick.

## Example

```python
import time

from dbos import DBOS


@DBOS.workflow()
def deadline() -> float:
    return time.time() + 60
```

## Use instead

```python
import time

from dbos import DBOS


@DBOS.workflow()
def deadline() -> float:
    return DBOS.run_step(None, time.time) + 60
```

## Fix

None.

## The fact

Seen.

## Configuration

None.

## References

- <https://docs.dbos.dev/python/tutorials/workflow-tutorial#determinism>
"""


def test_the_documentation_is_complete_and_current() -> None:
    assert "\n".join(docs.faults()) == ""


def test_a_right_page_has_no_faults() -> None:
    assert list(docs.page_faults(RULE, PAGE)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# DBS201: clock-in-workflow", "# DBS201: clocks", "the title is 'DBS201: clocks'"),
        ("## Fix\n\nNone.\n\n", "", "the headings are"),
        ("## Why is this bad?", "## Why?", "the headings are"),
        ("Finds clocks.\n", "", "'What it does' is empty"),
        ("#determinism>", ">", "'References' does not link to"),
        ("return time.time() + 60", "return 60.0", "'Example' fires nothing"),
        ("DBOS.run_step(None, time.time)", "time.time()", "'Use instead' fires DBS201"),
        ("## Use instead\n\n```python", "## Use instead\n\n```", "'Use instead' does not hold exactly one block"),
        ("## Example\n\n", "## Example\n\n```python\npass\n```\n\n", "'Example' does not hold exactly one block"),
    ],
)
def test_a_fault_in_a_page_is_named(old: str, new: str, fault: str) -> None:
    assert old in PAGE

    found = list(docs.page_faults(RULE, PAGE.replace(old, new, 1)))

    assert any(text.startswith(fault) for text in found)


def test_an_example_may_fire_its_own_rule_only() -> None:
    text = PAGE.replace("import time\n", "import time\nimport uuid\n", 1)
    text = text.replace("return time.time() + 60", "return time.time() + uuid.uuid4().int", 1)

    assert any(fault.startswith("'Example' fires DBS201, DBS203") for fault in docs.page_faults(RULE, text))


def test_headings_inside_a_program_are_comments() -> None:
    page = docs.read_page("# T\n\n## Example\n\n```python\n## not a heading\n```\n\n## Fix\n\nNone.\n")

    assert [heading for heading, _ in page.sections] == ["Example", "Fix"]


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        ({}, "error"),
        ({"fix": Applicability.SAFE}, "error, safe fix"),
        ({"fix": Applicability.UNSAFE}, "error, unsafe fix"),
        ({"since": "3.0"}, "error, from dbos 3.0"),
        ({"since": "2.0", "until": "3.0"}, "error, from dbos 2.0, before dbos 3.0"),
        ({"preview": True}, "error, preview"),
    ],
)
def test_the_tables_say_what_tells_a_rule_apart(change: dict[str, object], remark: str) -> None:

    plain = RULE._replace(fix=Applicability.NONE)
    rows = list(docs.table((plain._replace(**change),), "rules/"))

    assert rows[-1] == f"| [DBS201](rules/DBS201.md) | `clock-in-workflow` | {remark} | {RULE.summary} |"


def test_every_rule_stands_in_the_index_and_in_the_readme() -> None:
    for path, text in docs.generated().items():
        assert path == docs.UPGRADE or [code for code in RULES if f"[{code}](" not in text] == []


def test_known_misses_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").write_text("a = 1  # todo: DBS201\nb = 2  # todo: DBS201, DBS301\nc = 3  # DBS202\n")
    monkeypatch.setattr(docs, "FIXTURES", tmp_path)

    assert docs.known_misses() == {"DBS201": 2, "DBS301": 1}
    assert "| DBS201 | 2 |" in docs.index()


def test_what_is_stale_or_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = tmp_path / "docs" / "rules"
    pages.mkdir(parents=True)
    (pages / "index.md").write_text("old")
    (pages / "DBS000.md").write_text("# DBS000: gone\n")
    (tmp_path / "README.md").write_text(docs.readme(f"{docs.BEGIN}\n{docs.END}\n"))
    (tmp_path / "ledger.toml").write_text("")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "PAGES", pages)
    monkeypatch.setattr(docs, "FIXTURES", tmp_path / "fixtures")
    monkeypatch.setattr(docs, "LEDGER", tmp_path / "ledger.toml")

    found = list(docs.faults())

    assert "docs/rules/DBS201.md: there is no page" in found
    assert "tests/fixtures/DBS201: no line must fire it" in found
    assert "tests/ledger.toml: DBS201 is missing" in found
    assert "docs/rules/DBS000.md: there is no such rule" in found
    assert "docs/rules/index.md: stale, run `python tools/docs.py`" in found
    assert len(found) == 3 * len(RULES) + 2

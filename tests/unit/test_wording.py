"""How messages say numbers, lists and why something failed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dbos_lint import writing
from dbos_lint.cli.output import Failure, write
from dbos_lint.wording import cause, counted, listed


@pytest.mark.parametrize(("number", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_numbers_are_said(number: int, said: str) -> None:
    assert counted(number, "file") == said


@pytest.mark.parametrize(("words", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_lists_are_said(words: list[str], said: str) -> None:
    assert listed(words) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/full"), "No space left on device"),
        (OSError("not a regular file"), "not a regular file"),
        (ValueError("embedded null byte"), "embedded null byte"),
    ],
)
def test_causes_are_said(error: Exception, said: str) -> None:
    assert cause(error) == said


def test_a_file_that_python_itself_refuses_is_told_with_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(path: str, text: bytes) -> None:
        raise io.UnsupportedOperation("not writable")  # the system has said nothing of it

    monkeypatch.setattr(writing, "put", refusing)
    with pytest.raises(Failure, match=r"cannot write .*: not writable"):
        write("text", str(tmp_path / "report"))

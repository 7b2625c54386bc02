"""Which files one program loads: by programs, as by looking for a file that loads both."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbos_lint.semantics.meeting import Meeting
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings

FILES = 5
EDGES = st.lists(
    st.tuples(st.integers(0, FILES - 1), st.integers(0, FILES - 1), st.booleans()).filter(lambda e: e[0] != e[1]),
    max_size=8,
    unique=True,
)


def loaders(edges: list[tuple[int, int, bool]], path: int, late: bool) -> set[int]:
    found = [path]
    for each in found:
        found += [
            importer
            for importer, imported, is_late in edges
            if imported == each and (late or not is_late) and importer not in found
        ]
    return set(found)


def text_of(edges: list[tuple[int, int, bool]], path: int) -> str:
    return "".join(
        f"def late_{imported}():\n    import m{imported}\n" if is_late else f"import m{imported}\n"
        for importer, imported, is_late in edges
        if importer == path
    )


def assert_met(meeting: Meeting, paths: list[str], edges: list[tuple[int, int, bool]]) -> None:
    for one, other in product(range(FILES), repeat=2):
        together = loaders(edges, one, False) & loaders(edges, other, True)
        together |= loaders(edges, one, True) & loaders(edges, other, False)
        assert meeting.may_meet(paths[one], paths[other]) == bool(together), (one, other)


def program_of(root: Path, texts: dict[str, str], **options: tuple[str, ...]) -> Program:
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return Program(Settings(root=str(root), src=(".",), **options))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES)
def test_two_files_meet_where_one_loads_both(tmp_path: Path, edges: list[tuple[int, int, bool]]) -> None:
    program = program_of(tmp_path, {f"m{number}.py": text_of(edges, number) for number in range(FILES)})
    assert_met(program.analysis.names.meeting, [str(tmp_path / f"m{number}.py") for number in range(FILES)], edges)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES, later=EDGES, changed=st.integers(0, FILES - 1))
def test_a_file_that_changes_meets_others(
    tmp_path: Path, edges: list[tuple[int, int, bool]], later: list[tuple[int, int, bool]], changed: int
) -> None:
    program = program_of(tmp_path, {f"m{number}.py": text_of(edges, number) for number in range(FILES)})
    meeting = program.analysis.names.meeting
    paths = [str(tmp_path / f"m{number}.py") for number in range(FILES)]
    assert_met(meeting, paths, edges)
    program.linted(paths[changed], text_of(later, changed).encode())
    after = [each for each in edges if each[0] != changed] + [each for each in later if each[0] == changed]
    assert_met(meeting, paths, after)
    texts = {f"m{number}.py": text_of(after, number) for number in range(FILES)}
    anew = program_of(tmp_path, texts).analysis.names.meeting
    assert [meeting.near(path) for path in paths] == [anew.near(path) for path in paths]


def test_files_that_are_not_listed_are_of_no_concern_to_who_imports_whom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each that is named though it is excluded was a reason to read the imports of all others again."""
    texts = {f"m{number}.py": f"import m{(number + 1) % FILES}\n" for number in range(FILES)}
    texts |= {f"gen{number}.py": "import m0\n" for number in range(3)}
    program = program_of(tmp_path, texts, exclude=("gen*",))
    asked: list[bytes] = []
    mentioned = Project.mentioned
    monkeypatch.setattr(Project, "mentioned", lambda self, source: asked.append(source) or mentioned(self, source))
    meeting = program.analysis.names.meeting
    for name in sorted(texts):
        path = str(tmp_path / name)
        program.linted(path, texts[name].encode())
        assert meeting.may_meet(str(tmp_path / "m0.py"), str(tmp_path / "m3.py"))
    assert len(asked) == FILES


def test_what_is_told_of_all_files_is_kept_while_others_are_linted(tmp_path: Path) -> None:
    program = program_of(tmp_path, {"m0.py": "import dbos\n", "gen.py": "import dbos\n"}, exclude=("gen*",))
    names = program.analysis.names
    found = names.of_all(Names.paths)
    assert found == (str(tmp_path / "m0.py"),)
    program.linted(str(tmp_path / "gen.py"), b"import dbos\n")
    assert names.of_all(Names.paths) is found
    program.linted(str(tmp_path / "nowhere.py"), b"import dbos\n")
    assert names.of_all(Names.paths) == (*found, str(tmp_path / "nowhere.py"))
    program.linted(str(tmp_path / "m0.py"), b"import dbos\nx = 1\n")
    assert names.of_all(Names.paths) is not found

"""Which files one program loads: by programs, as by looking for a file that loads both."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES)
def test_two_files_meet_where_one_loads_both(tmp_path: Path, edges: list[tuple[int, int, bool]]) -> None:
    for number in range(FILES):
        text = "".join(
            f"def late_{imported}():\n    import m{imported}\n" if is_late else f"import m{imported}\n"
            for importer, imported, is_late in edges
            if importer == number
        )
        (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    meeting = Program(Settings(root=str(tmp_path), src=(".",))).analysis.names.meeting
    paths = [str(tmp_path / f"m{number}.py") for number in range(FILES)]
    for one, other in product(range(FILES), repeat=2):
        together = loaders(edges, one, False) & loaders(edges, other, True)
        together |= loaders(edges, one, True) & loaders(edges, other, False)
        assert meeting.may_meet(paths[one], paths[other]) == bool(together), (one, other)

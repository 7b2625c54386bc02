"""The oracle itself: a program runs as the interpreter would run it, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .engine import PRELUDE, run_file, run_program

pytestmark = pytest.mark.oracle


def test_a_program_is_the_main_one_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import __main__\nname = __main__.shown.__name__\n", encoding="utf-8")
    program = (
        "import inspect, os, sys\n\ndef shown():\n    pass\n\nimport helper\n"
        "print(__name__, sys.argv, os.getcwd() == os.path.dirname(__file__), helper.name, sys.stdin.read() == '')\n"
        "print(inspect.getsource(shown).splitlines()[0])\n"
    )
    done = run_program(program, database=tmp_path / "dbos.sqlite")
    assert done.lines == ["__main__ ['program.py'] True shown True", "def shown():"], done.stderr


@pytest.mark.parametrize(
    ("source", "returncode", "error"),
    [
        ("", 0, ""),
        ("import sys\nsys.exit(3)", 3, ""),
        ("import os\nos._exit(77)", 77, ""),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", -9, ""),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("x = = 1", 1, "SyntaxError: invalid syntax"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")
def test_it_ends_as_it_would(source: str, returncode: int, error: str) -> None:
    done = run_program(source)
    assert done.returncode == returncode
    assert "".join(done.stderr.splitlines()[-1:]) == error


def test_programs_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = run_program("import os, random, dbos\ndbos.mine = os.environ['MINE'] = '1'\nprint(random.random())")
    second = run_program("import os, random, dbos\nprint(random.random(), hasattr(dbos, 'mine'), 'MINE' in os.environ)")
    assert second.lines[0].split()[1:] == ["False", "False"]
    assert second.lines[0].split()[0] != first.lines[0]


def test_the_seed_of_hashes_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for seed in ("1", "2", "1"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        said += run_program("print(hash('ada'))").lines
    assert said[0] == said[2] != said[1]


def test_what_lasts_too_long_is_ended_and_the_next_one_runs(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os, time\nopen('process', 'w').write(str(os.getpid()))\ntime.sleep(60)\n", "utf-8")
    with pytest.raises(Exception, match="timed out"):
        run_file(program, timeout=5)
    assert (tmp_path / "process").exists()
    assert run_program(f"{PRELUDE}launch()\nprint('launched')").lines == ["launched"]

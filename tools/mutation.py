"""Mutation testing by sample: are the fixtures able to see what a wrong character in the engine would do?

``python tools/mutation.py 200 --seed 1`` changes the code of ``semantics/`` and ``rules/`` in 200 random ways, one
after the other, in a checkout of its own, runs the fixtures and the cases of fixes on each, and prints which changes
nobody noticed. It needs cosmic-ray beside the packages of the tests, and half a minute a mutant.
"""

from __future__ import annotations

import argparse
import ast
import random
import shlex
import sqlite3
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
MUTATED = ("src/dbos_lint/semantics", "src/dbos_lint/rules")
# Without the declarations: their texts are compared with the pages, not with programs.
EXCLUDED = ("src/dbos_lint/rules/declared/*",)
TESTS = (
    *("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
    *("tests/test_fixtures.py", "tests/test_fixes.py", "tests/test_upgrades.py"),
    *("-k", "exactly_the_marked or test_fixes or test_upgrades"),
)
SECONDS = 900
CONFIGURATION = """
[cosmic-ray]
module-path = {modules}
excluded-modules = {excluded}
timeout = {seconds}
test-command = {command}
[cosmic-ray.distributor]
name = "local"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("number", type=int, help="how many mutants to try")
    parser.add_argument("--seed", type=int, default=0, help="of the choice (default: %(default)s)")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        checkout = Path(folder).resolve() / "checkout"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(checkout), "HEAD"], cwd=ROOT, check=True)
        try:
            session = prepare(checkout, Path(folder) / "mutants.sqlite", options.number, options.seed)
            subprocess.run([*cosmic_ray("exec"), "mutation.toml", str(session)], cwd=checkout, check=True)
            report(session)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(checkout)], cwd=ROOT, check=True)


def prepare(checkout: Path, session: Path, number: int, seed: int) -> Path:
    """Write the configuration and a session of ``number`` mutants, the same for the same ``seed`` and code."""
    python = f"env PYTHONPATH={checkout / 'src'} PYTHONDONTWRITEBYTECODE=1 {sys.executable}"
    text = CONFIGURATION.format(
        modules=list(MUTATED),
        excluded=list(EXCLUDED),
        seconds=float(SECONDS),
        command=repr(f"{python} {shlex.join(TESTS)}"),
    )
    (checkout / "mutation.toml").write_text(text)
    subprocess.run([*cosmic_ray("init"), "mutation.toml", str(session)], cwd=checkout, check=True)
    with sqlite3.connect(session) as database:
        specs = database.execute(
            "SELECT job_id, module_path, start_pos_row, start_pos_col FROM mutation_specs"
            " ORDER BY module_path, operator_name, occurrence"
        ).fetchall()
        jobs = [job for job, path, *place in specs if not is_annotation(checkout / path, *place)]
        kept = set(random.Random(seed).sample(jobs, min(number, len(jobs))))
        dropped = [(job,) for job, *_ in specs if job not in kept]
        for table in ("mutation_specs", "work_items"):
            database.executemany(f"DELETE FROM {table} WHERE job_id = ?", dropped)
    print(f"{len(kept)} of {len(jobs)} mutants", flush=True)
    return session


def is_annotation(path: Path, row: int, column: int) -> bool:
    """Whether what stands at a place is a type, which nobody evaluates."""
    return any(start <= (row, column) < end for start, end in types_of(path))


@cache
def types_of(path: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the types of a module stand."""
    nodes = (
        getattr(node, name, None)
        for node in ast.walk(ast.parse(path.read_bytes()))
        for name in ("annotation", "returns")
    )
    return [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in nodes
        if isinstance(node, ast.expr) and node.end_lineno is not None and node.end_col_offset is not None
    ]


def report(session: Path) -> None:
    """Print the mutants that survived, as differences, and the score."""
    with sqlite3.connect(session) as database:
        rows = database.execute(
            "SELECT m.module_path, m.operator_name, r.test_outcome, r.diff"
            " FROM work_results r JOIN mutation_specs m USING (job_id) ORDER BY m.module_path, m.start_pos_row"
        ).fetchall()
    survivors = [row for row in rows if "SURVIVED" in str(row[2]).upper()]
    for path, operator, _, difference in survivors:
        changed = [line for line in difference.split("\n") if line[:1] in "+-@" and line[:3] not in ("+++", "---")]
        print(path, operator.rpartition("/")[2], *changed, "", sep="\n")
    killed = len(rows) - len(survivors)
    print(f"{killed} of {len(rows)} mutants were noticed ({100 * killed / max(len(rows), 1):.0f} %)")


def cosmic_ray(command: str) -> list[str]:
    return [sys.executable, "-m", "cosmic_ray.cli", command]


if __name__ == "__main__":
    main()

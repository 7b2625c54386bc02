"""Which rules are proven on the real engine, and why the others are not: read from the tests, and from a record."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent


def proven() -> frozenset[str]:
    """The codes that the oracle tests name in ``PROVES``."""
    found: set[str] = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and any(ast.unparse(target) == "PROVES" for target in node.targets):
                found.update(ast.literal_eval(node.value))
    return frozenset(found)


def unproven() -> dict[str, str]:
    """The codes that no oracle test proves, each with the reason."""
    found: dict[str, str] = tomllib.loads((HERE / "unproven.toml").read_text("utf-8"))
    return found


def summary() -> str:
    """How many rules are proven, and which are not."""
    codes, reasons = proven(), unproven()
    lines = [f"{len(codes)} rules are proven on the real engine, {len(reasons)} are not:"]
    return "\n".join([*lines, *(f"  {code}: {reason}" for code, reason in sorted(reasons.items()))])

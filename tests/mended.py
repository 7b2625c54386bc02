"""Cases of fixes: small projects before and after, byte for byte."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.markers import parse_options

FIXES = Path(__file__).parent / "fixes"

_OPTIONS = re.compile(r"(?:\ufeff|ï»¿)?#\s*options:\s*(?P<options>.*?)\r?$")


@dataclass(frozen=True)
class Case:
    """A folder with ``before.py`` and ``after.py``, or with the projects ``before`` and ``after``."""

    path: Path

    @property
    def code(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return f"{self.code}/{self.path.name}"

    @cached_property
    def before(self) -> dict[str, bytes]:
        return _files(self.path, "before")

    @cached_property
    def after(self) -> dict[str, bytes]:
        return _files(self.path, "after")

    @property
    def is_left_alone(self) -> bool:
        return self.before == self.after

    @property
    def takes(self) -> str:
        """What mends it: ``safe`` fixes, ``unsafe`` ones, or ``both``, of which nothing more is claimed."""
        return self._options[1]

    @property
    def options(self) -> dict[str, object]:
        """The keys of ``[tool.dbos-lint]``: only the rule is selected unless the case says otherwise."""
        return self._options[0]

    @cached_property
    def _options(self) -> tuple[dict[str, object], str]:
        found: dict[str, Any] = {}
        for text in self.before.values():
            match = _OPTIONS.match(text.partition(b"\n")[0].decode("latin-1"))
            found |= parse_options(match["options"]) if match else {}
        (takes,) = found.pop("fix", ["unsafe"])
        if not {"select", "extend-select", "preset"} & found.keys():
            found["select"] = [self.code]
        return found, str(takes)

    def lay_out(self, folder: Path) -> Path:
        """Put the project into ``folder``, its options in a configuration file of its own."""
        for name, text in self.before.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        rows = [f"{key} = {json.dumps(value)}\n" for key, value in self.options.items()]
        (folder / "dbos-lint.toml").write_text("".join(rows), "utf-8")
        return folder


def all_cases() -> list[Case]:
    return sorted(map(Case, _folders("before") & _folders("after")), key=lambda case: case.name)


def halves() -> list[str]:
    """The cases that have no before, or no after."""
    return sorted(map(str, _folders("before") ^ _folders("after")))


def _folders(when: str) -> set[Path]:
    return {path.parent for name in (when, f"{when}.py") for path in FIXES.glob(f"DBS*/*/{name}")}


def texts(folder: Path) -> dict[str, bytes]:
    """The Python files below ``folder``."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


def _files(path: Path, when: str) -> dict[str, bytes]:
    if (path / when).is_dir():
        return texts(path / when)
    return {"main.py": (path / f"{when}.py").read_bytes()}

"""How far a fix may be carried out without a person: told of rules where nothing else of fixes is loaded."""

from __future__ import annotations

from enum import Enum


class Applicability(str, Enum):
    """What ``--fix`` may do about a finding: a ``SAFE`` fix keeps what the program does, only right; a person should
    look at an ``UNSAFE`` one."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"

"""Where the values of a function go inside it, as its summary tells: from origins to targets.

An *origin* is where a value comes from: a parameter or a variable of an enclosing function (its name), a call (its
number), an attribute that is read, the object that a method call may have changed, a context manager. A *target* is
where it goes. What becomes of a value that is given to a call depends on what is called, which other rooms know. Tags
tell records apart that hold the same.
"""

from __future__ import annotations

from typing import TypeAlias

from dbos_lint.records import NamedTuple

Region: TypeAlias = tuple[int, int, int, int]
"""A stretch of the text, as a span."""


class ReadOrigin(NamedTuple):
    """What an attribute gives, by the index of the read in the function."""

    read: int
    tag: str = "read"


class Changed(NamedTuple):
    """The object whose method was called, as that may have changed it, by the number of the call."""

    call: int
    tag: str = "changed"


class Manager(NamedTuple):
    """A context manager, by its index in the function."""

    manager: int
    tag: str = "manager"


class Presence(NamedTuple):
    """The answer to the question, at ``test``, whether there is anything at all."""

    test: Region
    tag: str = "presence"


class Rounds(NamedTuple):
    """What a ``while`` leaves behind, as its condition at ``test`` decides how often it runs."""

    test: Region
    tag: str = "rounds"


class Mixture(NamedTuple):
    """Many values, any of which a variable may hold."""

    number: int
    tag: str = "mixture"


class Asked(NamedTuple):
    """An expression that a rule asks about."""

    number: int
    tag: str = "asked"


Origin: TypeAlias = "str | int | ReadOrigin | Changed | Manager | Presence | Rounds | Mixture | Asked"


class Given(NamedTuple):
    """An argument of a call: its position, its keyword, or one of the names below."""

    call: int
    place: int | str


RECEIVER = "."
"""The place of the object whose method is called."""
CALLEE = "()"
"""The place of what is called, where the text does not name a function."""
UNPACKED = "*"
"""The place of what ``*args`` and ``**kwargs`` hold."""


class Dropped(NamedTuple):
    """An argument of a call whose result nothing takes."""

    call: int
    tag: str = "dropped"


class Branch(NamedTuple):
    """Whether, or how often, ``region`` runs. ``loop`` tells that ``test`` is the condition of a ``while``."""

    region: Region
    test: Region
    loop: bool = False


class ReadFrom(NamedTuple):
    """The object whose attribute is read, by the index of the read."""

    read: int
    tag: str = "read-from"


class Captured(NamedTuple):
    """A variable that a function defined here uses, or a parameter of it that need not be given."""

    function: int
    name: str
    tag: str = "captured"


class Entered(NamedTuple):
    """The object that a ``with`` enters and exits."""

    manager: int
    tag: str = "entered"


RETURN = "return"
RAISE = "raise"
"""What is raised."""
ESCAPE = "escape"
"""Whether anything is raised."""
KEEP = "keep"
"""A global, a variable of an enclosing function, an argument that is changed."""
KEEP_SELF = "keep-self"
"""An attribute of ``self``."""
LOST = "lost"
"""Where it cannot be followed."""

Target: TypeAlias = "str | Given | Dropped | Branch | ReadFrom | Presence | Mixture | Captured | Entered"


class Flows(NamedTuple):
    """The flows of one function. The mask of a target has the bit ``1 << i`` for the origin ``origins[i]``."""

    origins: tuple[Origin, ...]
    targets: tuple[tuple[Target, int], ...]

    def of(self, origin: Origin) -> tuple[Target, ...] | None:
        """The targets of ``origin``; None if nothing is known of it."""
        if origin not in self.origins:
            return None
        bit = 1 << self.origins.index(origin)
        return tuple([target for target, mask in self.targets if mask & bit])

    def by_origin(self) -> dict[Origin, list[Target]]:
        """The targets of every origin."""
        found: dict[Origin, list[Target]] = {origin: [] for origin in self.origins}
        lists = list(found.values())
        for target, mask in self.targets:
            while mask:
                lists[(mask & -mask).bit_length() - 1].append(target)
                mask &= mask - 1
        return found

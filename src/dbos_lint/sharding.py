"""One run divided among machines: which of the files found are this one's share."""

from __future__ import annotations

import os
import re
from hashlib import blake2b

from dbos_lint.discovery import Discovery
from dbos_lint.records import NamedTuple


class Shard(NamedTuple):
    """One share of so many; ``number`` counts from 1."""

    number: int
    total: int

    def holds(self, path: str, base: str) -> bool:
        """Whether ``path`` belongs to this share.

        Only its name from ``base`` decides, wherever that lies: no other file, nor what the file says, moves it.
        """
        digest = blake2b(os.fsencode(_from(base, path)), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.total == self.number - 1


def shard(text: str) -> Shard:
    """The share that ``text`` names, such as 3/16; a ``ValueError`` says why it names none."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    if found is None:
        raise ValueError(f"'{text}' is no share such as 3/16, the third of sixteen")
    number, total = map(int, found.groups())
    if total == 0:
        raise ValueError(f"'{text}' is no share: there must be at least one")
    if not 1 <= number <= total:
        raise ValueError(f"'{text}' is no share: the first is 1/{total}, the last {total}/{total}")
    return Shard(number, total)


def part(found: Discovery, share: Shard, base: str) -> Discovery:
    """What ``share`` has to lint of the files that were ``found``; it may still import the others."""
    own = {path for path in found.files if share.holds(path, base)}
    return found._replace(
        files=tuple(path for path in found.files if path in own),
        unreadable=tuple(item for item in found.unreadable if share.holds(item.path, base)),
        skipped=found.skipped.union(path for path in found.files if path not in own),
    )


def _from(base: str, path: str) -> str:
    try:
        name = os.path.relpath(path, base)
    except ValueError:  # on another drive
        name = path
    return name.replace(os.sep, "/")

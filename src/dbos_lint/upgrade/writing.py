"""The files of an upgrade, written: all of them, or as before."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from dbos_lint.fixes.files import ReplaceError, create, replace


class WriteError(Exception):
    """Why the file ``path`` cannot be written; ``others`` says what became of the rest."""

    def __init__(self, path: str, reason: str, others: str) -> None:
        super().__init__(reason)
        self.path = path
        self.others = others


def write_all(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Let each file hold what ``after`` says. Where one cannot, those that were written are put back."""
    done: list[str] = []
    for path, text in sorted(after.items()):
        try:
            if path in before:
                replace(path, before[path], text)
            else:
                create(path, text)
        except ReplaceError as error:
            kept = [each for each in done if not _undone(each, before.get(each), after[each])]
            others = f"{', '.join(kept)} could not be put back" if kept else "nothing was changed"
            raise WriteError(path, str(error), others) from None
        except BaseException:
            for each in done:
                _undone(each, before.get(each), after[each])
            raise
        done.append(path)


def _undone(path: str, before: bytes | None, after: bytes) -> bool:
    with suppress(ReplaceError, OSError):
        if before is None:
            os.unlink(path)
        else:
            replace(path, after, before)
        return True
    return False

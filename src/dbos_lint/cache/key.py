"""What results depend on beside the files: the settings, the interpreter, and the linter itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from dbos_lint import __version__
from dbos_lint.paths import upwards
from dbos_lint.settings import Settings

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def key_of(settings: Settings) -> str:
    """The key of what is kept under ``settings``, one line."""
    followed = sys.path if settings.follow else ()  # where followed packages are looked for
    values = (__version__, _sources(), sys.version_info[:3], sys.platform, settings, followed)
    return ascii(values)


_known: list[str] = []


def _sources() -> str:
    """What tells one state of the linter's own sources from another."""
    if not _known:
        try:
            _known.append(_recorded() or ascii(sorted(_dates(_PACKAGE))))
        except NotADirectoryError:  # they are in an archive
            _known.append(ascii(_date(next(filter(os.path.isfile, upwards(_PACKAGE))))))
        except OSError:
            # Nobody knows what earlier runs have found out with these: nothing of it counts.
            _known.append(os.urandom(16).hex())
    return _known[0]


def _recorded() -> str:
    """The digests of the sources as they were installed; empty where they are worked on."""
    home, name = os.path.split(_PACKAGE)
    record = os.path.join(home, f"{name}-{__version__}.dist-info", "RECORD")
    try:
        with open(record, encoding="utf-8") as file:
            lines = sorted(line for line in file if line.startswith(f"{name}/") and ".pyc," not in line)
    except (OSError, UnicodeError):
        return ""
    import zlib

    return f"{zlib.crc32(''.join(lines).encode()):08x}"


def _dates(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as listed:
        entries = [*listed]  # one folder after the other: there may be few files that may be open
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _dates(entry.path)
        else:
            yield _date(entry.path)


def _date(path: str) -> tuple[str, int, int]:
    status = os.stat(path)
    return os.path.basename(path), status.st_mtime_ns, status.st_size

"""The files of the cache: where they are, how they are read and written, and when they go.

Whatever goes wrong, there is no cache: a file that is damaged, of another version, of another project or unreadable
says nothing, and one that cannot be written is left out. Nothing in them can run: they hold text.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dbos_lint import reading

SUFFIX = ".dbos-lint"
_MAGIC = b"dbos-lint cache 1\n"
_LOCK = ".lock"
_DAY = 86_400
_KEPT = 30 * _DAY
_MOST_BYTES = 500_000_000


def default_folder() -> str | None:
    """Where caches of the user are kept; None for a user who has no home, as in a container."""
    if sys.platform == "linux":  # as platformdirs says it, whose import takes as long as a whole run may
        caches = os.environ.get("XDG_CACHE_HOME", "").strip()
        folder = os.path.join(caches if os.path.isabs(caches) else os.path.expanduser("~/.cache"), "dbos-lint")
    else:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("dbos-lint", appauthor=False)
    return folder if os.path.isabs(folder) else None


def read(folder: str, key: str) -> str | None:
    """What is kept for ``key``."""
    try:
        data = reading.read(_path(folder, key), _MOST_BYTES)
    except (OSError, MemoryError):
        return None
    start = len(_MAGIC)
    if not data.startswith(_MAGIC) or data[start : start + 9] != b"%08x\n" % zlib.crc32(data[start + 9 :]):
        return None
    try:
        kept, _, text = data[start + 9 :].decode("utf-8", "surrogateescape").partition("\n")
    except UnicodeError:
        return None
    return text if kept == key else None


def write(folder: str, key: str, text: str) -> None:
    """Keep ``text`` for ``key``, in the place of what was kept before: all of it or nothing. Raises OSError."""
    data = f"{key}\n{text}".encode("utf-8", "surrogateescape")
    _make(folder)
    path = _path(folder, key)
    is_new = not os.path.exists(path)
    draft = f"{path}.{os.getpid():x}.{time.time_ns():x}"
    try:
        with open(draft, "xb") as file:
            file.write(_MAGIC + b"%08x\n" % zlib.crc32(data) + data)
        os.replace(draft, path)
    except BaseException:
        _remove(draft)
        raise
    if is_new:
        _evict(folder)


@contextmanager
def alone(folder: str) -> Iterator[None]:
    """Write while nobody else does who asks for it: where the system has no such locks, who is last is kept. Raises
    OSError."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    _make(folder)
    # A pipe in its place is a lock as good, that nobody has to be waited for to open.
    lock = os.open(os.path.join(folder, _LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def mark(folder: str, key: str) -> tuple[int, ...]:
    """What tells what is kept for ``key`` from what others put in its place; nothing where nothing is kept."""
    try:
        status = os.stat(_path(folder, key))
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns


def use(folder: str, key: str) -> None:
    """Note that what is kept for ``key`` was used: once a day is enough."""
    path = _path(folder, key)
    try:
        if os.stat(path).st_mtime < time.time() - _DAY:
            os.utime(path)
    except OSError:  # perhaps it may only be read
        return


def clean(folder: str) -> int:
    """Remove the cache, and tell how many files that were; what else is in the folder stays. Raises OSError."""
    removed = 0
    for path in _files(folder):
        with suppress(FileNotFoundError):  # another run was faster
            os.remove(path)
            removed += 1
    return removed


def _make(folder: str) -> None:
    if os.path.isdir(folder):
        return
    os.makedirs(folder, exist_ok=True)  # another process may be as far
    for name, text in (
        (".gitignore", "# Made by dbos-lint.\n*\n"),
        ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
    ):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def _evict(folder: str) -> None:
    """Remove what nobody has used for a month and the oldest of what is too much; what alone is that goes alone."""
    found = []
    for path in _files(folder):
        try:
            status = os.stat(path)
        except OSError:
            continue
        found.append((status.st_mtime, status.st_size, path))
    oldest, total = time.time() - _KEPT, 0
    for used, size, path in sorted(found, reverse=True):
        if used < oldest or total + size > _MOST_BYTES:
            _remove(path)
        else:
            total += size


def _files(folder: str) -> Iterator[str]:
    """The files of the cache, drafts that a killed run has left included."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    import re  # not for a run that only reads

    # The folder may be shared: a file, or a folder, that somebody else has called nearly the same is not ours.
    ours = re.compile(rf"[0-9a-f]{{8}}{re.escape(SUFFIX)}(\.[0-9a-f]+\.[0-9a-f]+)?")
    for name in filter(ours.fullmatch, names):
        path = os.path.join(folder, name)
        if os.path.islink(path) or not os.path.isdir(path):
            yield path


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return


def _path(folder: str, key: str) -> str:
    return os.path.join(folder, f"{zlib.crc32(key.encode('utf-8', 'surrogateescape')):08x}{SUFFIX}")

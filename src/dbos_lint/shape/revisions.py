"""Revisions of a project: a folder as it is, or a commit that git knows, laid out in a temporary folder."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from dbos_lint.wording import cause

# All that linting reads.
_READ = frozenset({".py", ".toml", ".cfg", ".lock", ".txt", ".gitignore"})


class RevisionError(Exception):
    """A revision that cannot be had, said in one line."""


@contextmanager
def laid_out(revision: str | None, cwd: str) -> Iterator[str]:
    """The folder that stands for ``cwd`` at ``revision``: ``cwd`` itself without one, a folder of that name, or a
    commit. A :class:`RevisionError` says why there is none."""
    if revision is None:
        yield cwd
    elif not revision:  # a variable of a shell that is not set: what is there would be compared with itself
        raise RevisionError("'' is neither a folder nor a commit")
    elif os.path.isdir(os.path.join(cwd, revision)):
        yield os.path.normpath(os.path.join(cwd, revision))
    else:
        prefix = _name(_git(cwd, "rev-parse", "--show-prefix"))
        top = _name(_git(cwd, "rev-parse", "--show-toplevel"))
        commit = _git(
            cwd, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", said=revision
        )
        archive = _git(top, "archive", "--format=tar", _name(commit))
        with _temporary() as folder:
            root = os.path.realpath(folder)
            below = os.path.normpath(os.path.join(root, prefix))
            try:
                _extract(archive, Path(root))
                os.makedirs(below, exist_ok=True)
            except OSError as error:
                raise RevisionError(f"'{revision}' cannot be laid out in {root}: {cause(error)}") from None
            yield below


def _temporary() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="dbos-lint-")
    except OSError as error:
        raise RevisionError(f"there is no place for temporary files: {cause(error)}") from None


def _name(output: bytes) -> str:
    """What git prints, without the end of the line: a name may be any bytes, blanks at its ends among them."""
    return os.fsdecode(output.removesuffix(b"\n"))


def _git(cwd: str, *arguments: str, said: str = "") -> bytes:
    try:
        done = subprocess.run(["git", "-C", cwd, *arguments], capture_output=True, check=False)
    except OSError:
        raise RevisionError("git is not installed, and it is needed to look at another revision") from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise RevisionError(f"'{said}' is neither a folder nor a commit" if said else reason or "git failed")
    return done.stdout


def _extract(archive: bytes, folder: Path) -> None:
    """Write down the files of ``archive`` that linting reads; links and what lies outside are left out."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            name = PurePosixPath(member.name)
            if not member.isreg() or name.is_absolute() or ".." in name.parts:
                continue
            content = tar.extractfile(member) if (name.suffix or name.name) in _READ else None
            if content is not None:
                target = folder.joinpath(*name.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())

"""Packages of PyPI at a pinned version, downloaded with pip and unpacked. Nothing of them is installed or imported.

(pip itself asks the build backend of a source distribution for its metadata, in an environment of its own.)
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Package:
    """``kind`` is ``sdist``, which holds the tests where the project ships them, or ``wheel``."""

    name: str
    version: str
    kind: str = "sdist"

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


def fetch(package: Package, into: Path) -> Path:
    """The folder below ``into`` that holds the unpacked package; what is there already is not fetched again."""
    folder = into / f"{package.name}-{package.version}"
    if not folder.exists():
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into) as scratch:
            # Unpacked beside its place and moved there whole: an interrupted run leaves no half of a package.
            unpack(_download(package, Path(scratch)), Path(scratch) / "unpacked").rename(folder)
    return folder


def unpack(archive: Path, into: Path) -> Path:
    """Unpack ``archive`` and return the folder of its content, without the one folder that an sdist wraps it in."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(into)
        return into
    with tarfile.open(archive) as sdist:
        sdist.extractall(into, filter="data")
    (content,) = into.iterdir()
    return content


def _download(package: Package, into: Path) -> Path:
    form = ["--no-binary", package.name] if package.kind == "sdist" else ["--only-binary", package.name]
    # The package is only read, so it may ask for a newer Python than ours.
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--ignore-requires-python", *form]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(into), str(package)]
    subprocess.run(command, check=True)
    (archive,) = (path for path in into.iterdir() if path.is_file())
    return archive

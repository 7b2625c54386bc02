"""Imports the files of a folder."""

import glob
import os
from pathlib import Path

from dbos import DBOS


@DBOS.step()
def load(path: str) -> int:
    return len(path)


@DBOS.workflow()
def load_all(folder: str) -> int:
    total = 0
    for name in os.listdir(folder):
        total += load(name)
    for name in list(Path(folder).glob("*.csv")):
        total += load(str(name))
    for entry in os.scandir(folder):
        total += load(entry.name)
    return total + sum([load(name) for name in glob.glob("*.txt", root_dir=folder)])

"""Where a rule's page is, on the web and on the disk."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbos_lint import links, pages

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    links.documentation_url.cache_clear()
    yield
    links.documentation_url.cache_clear()


def test_the_address_is_the_one_in_the_project_s_metadata() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    base = links.documentation_url()
    assert base is not None
    assert f'Documentation = "{base}"' in text
    assert links.page_url("DBS201") == f"{base}/rules/DBS201/"


def test_without_metadata_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "metadata", absent)
    assert links.page_url("DBS201") is None


def test_pages_come_from_the_package_or_else_from_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed, developed = tmp_path / "installed", tmp_path / "developed"
    installed.mkdir()
    developed.mkdir()
    monkeypatch.setattr(pages, "_FOLDERS", (installed, developed))
    assert pages.page("DBS201") is None
    (developed / "DBS201.md").write_text("ours", encoding="utf-8")
    assert pages.page("DBS201") == "ours"
    (installed / "DBS201.md").write_text("theirs", encoding="utf-8")
    assert pages.page("DBS201") == "theirs"


def test_the_repository_s_pages_are_found() -> None:
    page = pages.page("DBS201")
    assert page is not None
    assert page.startswith("# DBS201: ")

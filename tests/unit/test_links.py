"""Where a rule's page is, on the web and on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint import links, pages

REPOSITORY = Path(__file__).parents[2]


def test_the_address_is_the_one_in_the_project_s_metadata() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'Documentation = "{links.DOCUMENTATION}"' in text
    assert links.page_url("DBS201") == f"{links.DOCUMENTATION}/rules/DBS201/"


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

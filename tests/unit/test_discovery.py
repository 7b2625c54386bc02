"""Which files are found."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dbos_lint import discovery
from dbos_lint.configuration import Configuration, Overrides
from dbos_lint.discovery import MissingPathError, Unreadable, discover, project_files


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def grow(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


def found(root: Path, *paths: str, force_exclude: bool = False, **overrides: object) -> list[str]:
    configuration = Configuration(str(root), overrides=Overrides(str(root), **overrides))
    result = discover(paths or (".",), configuration, force_exclude=force_exclude)
    assert result.unreadable == ()
    assert all(Path(path).is_absolute() for path in result.files)
    return [os.path.relpath(path, root).replace(os.sep, "/") for path in result.files]


def test_python_files_are_found_sorted_once_and_wherever_they_are(tree: Path) -> None:
    grow(tree, "b.py", "a/z.py", "a/.hidden/x.py", "a/y.pyi", "README.md", "a/b/script", "B.PY")
    assert found(tree) == ["a/.hidden/x.py", "a/z.py", "b.py"]
    assert found(tree, "a", ".", "b.py", "./a/../b.py", "a/z.py") == ["a/.hidden/x.py", "a/z.py", "b.py"]


def test_default_excludes_are_skipped_unless_named(tree: Path) -> None:
    grow(
        tree,
        "README.md",
        "a.py",
        "dist/b.py",
        ".venv/lib/site-packages/c.py",
        "src/node_modules/d.py",
        "__pycache__/e.py",
    )
    assert found(tree) == ["a.py"]
    assert found(tree, "dist") == ["dist/b.py"]
    assert found(tree, "dist/b.py", "README.md") == ["README.md", "dist/b.py"]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"exclude": ("gen",)}, ["dist/d.py", "src/a.py", "src/x_pb2.py"]),
        ({"extend_exclude": ("gen",)}, ["src/a.py", "src/x_pb2.py"]),
        ({"extend_exclude": ("*_pb2.py", "src/gen")}, ["src/a.py"]),
        ({"extend_exclude": ("src/*",)}, []),
        ({"extend_exclude": ("gen/",)}, ["src/a.py", "src/x_pb2.py"]),
    ],
)
def test_excludes(tree: Path, overrides: dict[str, object], expected: list[str]) -> None:
    grow(tree, "dist/d.py", "src/a.py", "src/x_pb2.py", "src/gen/g.py")
    assert found(tree, **overrides) == expected


def test_force_exclude_holds_for_named_paths_too(tree: Path) -> None:
    grow(tree, "src/a.py", "src/gen/g.py", "dist/d.py")
    named = ("src/a.py", "src/gen/g.py", "src/gen", "dist/d.py")
    assert found(tree, *named, extend_exclude=("gen",)) == ["dist/d.py", "src/a.py", "src/gen/g.py"]
    assert found(tree, *named, extend_exclude=("gen",), force_exclude=True) == ["src/a.py"]


def test_nested_configurations_exclude_below_themselves(tree: Path) -> None:
    grow(tree, "one/a.py", "one/skip/b.py", "two/skip/c.py")
    (tree / "one" / "dbos-lint.toml").write_text('extend-exclude = ["skip"]', encoding="utf-8")
    assert found(tree) == ["one/a.py", "two/skip/c.py"]


def test_git_ignores_are_respected_in_a_repository(tree: Path) -> None:
    grow(tree, ".git/HEAD", ".git/info/x", "a.py", "gen/b.py", "keep/gen.py", "sub/c.py", "sub/d.py", "private.py")
    (tree / ".gitignore").write_text("gen/\n*.py\n!a.py\n!keep/*.py\n", encoding="utf-8")
    (tree / "sub" / ".gitignore").write_text("!c.py\n", encoding="utf-8")
    (tree / ".git" / "info" / "exclude").write_text("private.py\n", encoding="utf-8")
    assert found(tree) == ["a.py", "keep/gen.py", "sub/c.py"]
    assert found(tree, "sub") == ["sub/c.py"]
    assert found(tree, "sub/d.py") == ["sub/d.py"]
    everything = ["a.py", "gen/b.py", "keep/gen.py", "private.py", "sub/c.py", "sub/d.py"]
    assert found(tree, respect_gitignore=False) == everything


def test_a_folder_that_git_ignores_is_walked_when_named(tree: Path) -> None:
    grow(tree, ".git/HEAD", "gen/b.py", "gen/deep/c.py")
    (tree / ".gitignore").write_text("gen/\n", encoding="utf-8")
    assert found(tree) == []
    assert found(tree, "gen") == ["gen/b.py", "gen/deep/c.py"]
    assert found(tree, "gen/deep") == ["gen/deep/c.py"]


def test_outside_of_a_repository_git_ignores_do_not_count(tree: Path) -> None:
    grow(tree, "a.py")
    (tree / ".gitignore").write_text("*.py\n", encoding="utf-8")
    assert found(tree) == ["a.py"]


def test_a_repository_inside_another_has_its_own_ignores(tree: Path) -> None:
    grow(tree, ".git/HEAD", "a.py", "inner/.git", "inner/a.py", "inner/b.py")
    (tree / ".gitignore").write_text("a.py\n", encoding="utf-8")
    (tree / "inner" / ".gitignore").write_text("b.py\n", encoding="utf-8")
    assert found(tree) == ["inner/a.py"]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("*\n!*/\n!*.py\n", ["a.py", "gen/b.py", "gen/deep/c.py"]),
        ("*\n!*.py\n!*/\n", ["a.py", "gen/b.py", "gen/deep/c.py"]),
        ("*\n!*.py\n!gen/\n", ["a.py", "gen/b.py"]),
        ("*\n!gen/\n!b.py\n", ["gen/b.py"]),
        ("gen/**\n!gen/b.py\n", ["a.py", "gen/b.py"]),
        ("gen/**/\n", ["a.py", "gen/b.py"]),
        ("gen/**\n!gen/**/\n!gen/**/c.py\n", ["a.py", "gen/deep/c.py"]),
        ("/gen\n!/gen/b.py\n", ["a.py"]),
        ("***/c.py\na.py/\n", ["a.py", "gen/b.py"]),
    ],
)
def test_what_git_ignores_with_exceptions(lines: str, left: list[str], tree: Path) -> None:
    grow(tree, ".git/HEAD", "a.py", "gen/b.py", "gen/deep/c.py")
    (tree / ".gitignore").write_text(lines, encoding="utf-8")
    assert found(tree) == left


def test_nonsense_in_a_gitignore_is_passed_over(tree: Path, recwarn: pytest.WarningsRecorder) -> None:
    grow(tree, ".git/HEAD", "a.py", "b.py")
    (tree / ".gitignore").write_bytes(b"!\n//\n\xff\xfe\n[\n*[z-a]\n[[a]x\nb.py\n")
    assert found(tree) == ["a.py"]
    assert not recwarn.list


def test_links_to_files_are_found_and_links_to_folders_are_not_followed(tree: Path) -> None:
    grow(tree, "real/a.py")
    (tree / "link.py").symlink_to(tree / "real" / "a.py")
    (tree / "real" / "loop").symlink_to(tree)
    (tree / "dangling.py").symlink_to(tree / "nowhere.py")
    (tree / "self.py").symlink_to(tree / "self.py")
    (tree / "folder.py").mkdir()
    assert found(tree) == ["link.py", "real/a.py"]
    assert found(tree, "real/loop/real") == ["real/loop/real/a.py"]


def test_what_is_no_file_is_not_opened(tree: Path) -> None:
    os.mkfifo(tree / "pipe.py")
    configuration = Configuration(str(tree))
    assert discover(["."], configuration).files == ()
    pipe = str(tree / "pipe.py")
    assert discover([pipe], configuration).unreadable == (Unreadable(pipe, "not a regular file"),)


def test_a_link_to_itself_that_is_named_is_reported(tree: Path) -> None:
    (tree / "self.py").symlink_to(tree / "self.py")
    result = discover(["self.py"], Configuration(str(tree)))
    assert result.files == ()
    assert [item.path for item in result.unreadable] == [str(tree / "self.py")]
    assert "symbolic links" in result.unreadable[0].reason


def test_a_folder_that_cannot_be_listed_is_reported_and_the_walk_goes_on(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tree, "a.py", "closed/b.py", "open/c.py")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(discovery.os, "scandir", guarded)
    result = discover(["."], Configuration(str(tree)))
    assert [Path(path).name for path in result.files] == ["a.py", "c.py"]
    assert result.unreadable == (Unreadable(str(tree / "closed"), "Permission denied"),)


def test_a_path_that_does_not_exist_is_an_error(tree: Path) -> None:
    grow(tree, "a.py")
    with pytest.raises(MissingPathError, match=r"absent\.py"):
        discover(["a.py", "absent.py"], Configuration(str(tree)))


def test_a_name_that_no_file_can_have_is_reported(tree: Path) -> None:
    (item,) = discover(["a\0b.py"], Configuration(str(tree))).unreadable
    assert "embedded null" in item.reason


def test_a_folder_that_vanishes_is_reported(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tree, "a.py", "gone/b.py")
    scandir = os.scandir

    def racing(path: str) -> object:
        if str(path).endswith("gone"):
            monkeypatch.undo()
            shutil.rmtree(path)
        return scandir(path)

    monkeypatch.setattr(discovery.os, "scandir", racing)
    assert [item.reason for item in discover(["."], Configuration(str(tree))).unreadable] == [
        "No such file or directory"
    ]


def test_a_gitignore_that_cannot_be_read_ignores_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tree, ".git/HEAD", ".gitignore", "a.py")
    read_bytes = Path.read_bytes

    def guarded(path: Path) -> bytes:
        if path.name == ".gitignore":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    assert found(tree) == ["a.py"]


@pytest.mark.parametrize(
    ("configured", "own"),
    [(True, ["a.py", "b/c.py", "plain/g.py"]), (False, ["a.py", "b/c.py"])],
)
def test_the_files_of_a_project_end_where_another_one_begins(configured: bool, own: list[str], tree: Path) -> None:
    grow(
        tree, "a.py", "b/c.py", "venv/d.py", "inner/dbos-lint.toml", "inner/e.py", "plain/pyproject.toml", "plain/g.py"
    )
    grow(tree, "third/.git/HEAD", "third/pyproject.toml", "third/f.py")
    (tree / "inner" / "dbos-lint.toml").write_text("")
    (tree / "third" / "pyproject.toml").write_text("[tool.dbos-lint]\n")
    (tree / "pyproject.toml").write_text("[tool.dbos-lint]\n" if configured else "[project]\n")
    settings = Configuration(str(tree)).for_file(str(tree / "a.py"))
    files = project_files(settings, 100)
    assert files is not None
    assert sorted(Path(path).relative_to(tree).as_posix() for path in files) == own
    assert all(Configuration(str(tree)).for_file(path) == settings for path in files)


def test_a_project_of_too_many_folders_is_none(tree: Path) -> None:
    grow(tree, "pyproject.toml", *(f"f{number}/a.py" for number in range(9)))
    settings = Configuration(str(tree)).for_file(str(tree / "f1" / "a.py"))
    assert project_files(settings, 5) is None
    assert len(project_files(settings, 10) or ()) == 9

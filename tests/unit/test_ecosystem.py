"""The tool that lints real packages: its record, its comparison, its archives."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import ecosystem
import packages

pytestmark = pytest.mark.once

CLOCK = ecosystem.Finding("shop==1.0", "shop/orders.py", "DBS201", 'when = f"{time.time()}\\n"  # é')
DICE = ecosystem.Finding("shop==1.0", "shop/orders.py", "DBS202", "roll = random.random()")


def judged(
    finding: ecosystem.Finding, verdict: str = "right", reason: str = "read", count: int = 1
) -> ecosystem.Judgement:
    return ecosystem.Judgement(finding, verdict, reason, count)


def test_the_committed_record_is_complete() -> None:
    record = ecosystem.read_record(ecosystem.RECORD.read_text(encoding="utf-8"))
    names = {str(target.package) for target in record.targets}
    assert len(names) == len(record.targets)
    assert {judgement.finding.package for judgement in record.judgements} <= names
    assert [each for each in record.judgements if each.verdict != "right" or not each.reason or each.count < 1] == []


def test_agreement_is_no_difference() -> None:
    assert not ecosystem.compare([CLOCK, DICE], [judged(CLOCK), judged(DICE)])


def test_a_line_that_occurs_twice_is_counted() -> None:
    assert not ecosystem.compare([CLOCK, CLOCK], [judged(CLOCK, count=2)])
    assert not ecosystem.compare([CLOCK, CLOCK], [judged(CLOCK), judged(CLOCK, reason="another occurrence")])
    assert ecosystem.compare([CLOCK, CLOCK], [judged(CLOCK)]).new == (CLOCK,)
    assert ecosystem.compare([CLOCK], [judged(CLOCK, count=2)]).vanished == (CLOCK,)


@pytest.mark.parametrize(
    ("seen", "judgements", "line"),
    [
        ([DICE], [], f"new: {DICE}"),
        ([], [judged(DICE)], f"vanished: {DICE}"),
        ([DICE], [judged(DICE, verdict="wrong")], f"wrong: {DICE}"),
        ([DICE], [judged(DICE, verdict="")], f"unjudged: {DICE}"),
        ([DICE], [judged(DICE, reason="")], f"unjudged: {DICE}"),
    ],
)
def test_what_is_to_do_is_said(seen: list[ecosystem.Finding], judgements: list[ecosystem.Judgement], line: str) -> None:
    difference = ecosystem.compare(seen, judgements)
    assert difference
    assert list(difference.lines()) == [line]


def test_a_draft_reads_back_as_the_same_findings_unjudged() -> None:
    text = ecosystem.draft([CLOCK, DICE, CLOCK], {CLOCK: "reads the clock", DICE: "throws dice"})
    assert ecosystem.read_record(text).judgements == (judged(CLOCK, "", "", 2), judged(DICE, "", "", 1))


def test_a_diagnostic_is_known_by_the_text_of_its_line(tmp_path: Path) -> None:
    source = tmp_path / "shop" / "orders.py"
    source.parent.mkdir()
    source.write_bytes(b'"""A form feed \x0c is no end of line."""\r\n\r\n    roll = random.random()\r\n')
    for filename in ("shop/orders.py", str(source)):
        diagnostic = {"filename": filename, "code": "DBS202", "location": {"row": 3, "column": 12}, "message": "dice"}
        assert list(ecosystem.findings("shop==1.0", tmp_path, [diagnostic])) == [(DICE, "dice")]


def test_an_sdist_is_unpacked_without_its_outer_folder(tmp_path: Path) -> None:
    archive = tmp_path / "shop-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as sdist:
        member = tarfile.TarInfo("shop-1.0/shop/orders.py")
        member.size = 4
        sdist.addfile(member, io.BytesIO(b"pass"))
    folder = packages.unpack(archive, tmp_path / "unpacked")
    assert (folder / "shop" / "orders.py").read_bytes() == b"pass"


def test_a_wheel_is_unpacked_as_it_is(tmp_path: Path) -> None:
    archive = tmp_path / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("shop/orders.py", "pass")
    folder = packages.unpack(archive, tmp_path / "unpacked")
    assert (folder / "shop" / "orders.py").read_bytes() == b"pass"


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_download", lambda *_: pytest.fail("fetched again"))
    there = tmp_path / "shop-1.0"
    there.mkdir()
    assert packages.fetch(packages.Package("shop", "1.0"), tmp_path) == there


def test_a_package_for_a_newer_python_is_skipped_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "record.toml"
    record.write_text(
        '[[package]]\nname = "shop"\nversion = "1.0"\ndbos-version = "3.4"\npython = "99.1"\n\n'
        '[[finding]]\npackage = "shop==1.0"\nfile = "shop/orders.py"\ncode = "DBS202"\n'
        'line = "roll = random.random()"\nverdict = "right"\nreason = "read"\n'
    )
    monkeypatch.setattr(ecosystem, "RECORD", record)
    monkeypatch.setattr(ecosystem, "fetch", lambda *_: pytest.fail("fetched"))
    assert ecosystem.main(["run"]) == 0
    output = capsys.readouterr().out
    assert "shop==1.0: SKIPPED: its syntax needs Python 99.1" in output
    assert "vanished" not in output

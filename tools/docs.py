"""Renews ``docs/rules/index.md``, the tables of ``docs/upgrade.md``, and the rule tables and sessions of the README;
``--check`` says what is stale.

A rule is documented when its page has the headings of CONTRIBUTING.md, its example fires it and nothing else, its
mended example fires nothing, and it has a fixture and a line in the ledger.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dbos_lint.catalog.history import Kind, Symbol, history, label
from dbos_lint.catalog.renames import BY_HAND, RENAMES
from dbos_lint.catalog.upgrades import LINES, NOTES
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Rule, Scope
from dbos_lint.fix import Applicability
from dbos_lint.linter import lint_source
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.rules.migration import removed
from dbos_lint.rules.registry import CATEGORIES, RULES
from dbos_lint.settings import Settings
from dbos_lint.shape.report import changes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "rules"
FIXTURES = ROOT / "tests" / "fixtures"
LEDGER = ROOT / "tests" / "ledger.toml"

# The first line of an example that is for another dbos than the newest.
WRITTEN_FOR = re.compile(r"# options: dbos-version=(?P<version>\d+\.\d+)$", re.MULTILINE)
HEADINGS = (
    "What it does",
    "Why is this bad?",
    "Example",
    "Use instead",
    "Fix",
    "The fact",
    "Configuration",
    "References",
)
TITLES = {
    "lifecycle": ("DBS1", "Lifecycle", "what must happen at import, before and after launch"),
    "workflow": ("DBS2", "Workflow", "what makes a recovered run differ from the recorded one"),
    "step": ("DBS3", "Step", "what steps and transactions may do, and how they are declared"),
    "queue": ("DBS4", "Queue", "registration, limits and enqueueing"),
    "comm": ("DBS5", "Communication", "messages, events and streams"),
    "pattern": ("DBS6", "Pattern", "classes, workflow IDs, context blocks and schedules"),
    "testing": ("DBS7", "Testing", "test code that uses DBOS"),
    "client": ("DBS8", "Client", "`DBOSClient` and enqueueing from outside"),
    "advanced": ("DBS9", "Advanced", "async code, patching and versions"),
    "meta": ("DBS0", "The linter itself", "what it says about a file as such"),
}
REFERENCE_SITE = "https://docs.dbos.dev/"
BEGIN = "<!-- rules: written by tools/docs.py -->"
END = "<!-- end of rules -->"
UPGRADE = ROOT / "docs" / "upgrade.md"
BEGIN_UPGRADE = "<!-- upgrade: written by tools/docs.py -->"
# What only the first releases had is nobody's upgrade any more.
OLDEST = (1, 0)
NEXT_RELEASE = "\n# ---- the next release ----\n"
NEXT_FILE = re.compile(r"^# ---- (\w+\.py) ----\n", re.M)
SESSION = re.compile(r"(?P<command>^```console\n\$ dbos-lint (?P<arguments>[^\n]*)\n).*?^```", re.M | re.S)
MARKER = re.compile(r"#[ \t]*(?P<todo>todo:[ \t]*)?(?P<codes>DBS\d{3}(?:[ \t]*,[ \t]*DBS\d{3})*)[ \t]*$", re.M)


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page: its title and the text under each heading, in the order of the file."""

    title: str
    sections: tuple[tuple[str, str], ...]

    def section(self, heading: str) -> str:
        return dict(self.sections).get(heading, "")

    def program(self, heading: str) -> str | None:
        """The only fenced block of Python under ``heading``."""
        blocks = re.findall(r"^```python\n(.*?)^```$", self.section(heading), re.M | re.S)
        return blocks[0] if len(blocks) == 1 else None


def read_page(text: str) -> Page:
    title: str = ""
    sections: list[tuple[str, list[str]]] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("# ") and not fenced and not title:
            title = line[2:].strip()
        elif line.startswith("## ") and not fenced:
            sections.append((line[3:].strip(), []))
        elif sections:
            sections[-1][1].append(line)
    return Page(title, tuple((heading, "\n".join(lines).strip() + "\n") for heading, lines in sections))


def table(rules: tuple[Rule, ...], base: str) -> Iterator[str]:
    yield "| Code | Name | Level | What it finds |"
    yield "|---|---|---|---|"
    for rule in rules:
        yield f"| [{rule.code}]({base}{rule.code}.md) | `{rule.name}` | {', '.join(remarks(rule))} | {rule.summary} |"


def remarks(rule: Rule) -> Iterator[str]:
    """The level of ``rule`` and what else tells it apart: its fix, the dbos versions it is true for, its trial."""
    yield rule.level.value
    if rule.fix is not Applicability.NONE:
        yield f"{rule.fix.value} fix"
    if rule.since:
        yield f"from dbos {rule.since}"
    if rule.until:
        yield f"before dbos {rule.until}"
    if rule.preview:
        yield "preview"


def grouped(base: str, heading: str) -> Iterator[str]:
    """The rules by category, in the order of the codes."""
    for category, rules in CATEGORIES.items():
        if rules:
            prefix, title, about = TITLES[category]
            yield f"{heading} {prefix}: {title}"
            yield ""
            yield f"{about[0].upper()}{about[1:]}."
            yield ""
            yield from table(rules, base)
            yield ""


def known_misses() -> dict[str, int]:
    """How often a fixture shows what a rule ought to find and does not find yet, by code."""
    misses: dict[str, int] = {}
    for fixture in sorted(FIXTURES.rglob("*.py")):
        for match in MARKER.finditer(fixture.read_bytes().decode("latin-1")):
            for code in match["codes"].split(",") if match["todo"] else ():
                misses[code.strip()] = misses.get(code.strip(), 0) + 1
    return dict(sorted(misses.items()))


def index() -> str:
    """The text of ``docs/rules/index.md``."""
    misses = known_misses()
    lines = [
        "<!-- Written by tools/docs.py: do not edit. -->",
        "",
        "# Rules",
        "",
        f"{len(RULES)} rules. Errors and warnings are on by default; advice is off until it is selected.",
        "`dbos-lint rule DBS201` shows a page in the terminal.",
        "",
        *grouped("", "##"),
        "## Known misses",
        "",
    ]
    if misses:
        lines += [
            "The fixtures hold lines that a rule ought to find and does not find yet:",
            "",
            "| Code | Lines |",
            "|---|---|",
            *(f"| {code} | {count} |" for code, count in misses.items()),
        ]
    else:
        lines.append("None is recorded in the fixtures.")
    return "\n".join(lines) + "\n"


def readme(text: str) -> str:
    """``text`` of the README with its rule tables and the output of its sessions renewed."""
    text = SESSION.sub(lambda match: f"{match['command']}{output(match['arguments'])}```", text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, "", *grouped("docs/rules/", "###"), END]) + after


def upgrade(text: str) -> str:
    """``text`` of the page on upgrades with its tables renewed."""
    return "\n".join([text.partition(BEGIN_UPGRADE)[0] + BEGIN_UPGRADE, "", *upgrade_tables()]) + "\n"


def upgrade_tables() -> Iterator[str]:
    yield "## What is gone, and what takes its place"
    yield ""
    yield "| In older releases | Since | In its place | `dbos-lint upgrade` |"
    yield "|---|---|---|---|"
    rows: dict[tuple[str, str, str], list[str]] = {}
    for symbol in history().symbols():
        if (
            symbol.kind is not Kind.INTERNAL
            and symbol.instead
            and (symbol.until or symbol.deprecated or OLDEST) > OLDEST
        ):
            gone, late = symbol.until, symbol.deprecated
            since = label(gone) if gone else f"deprecated in {label(late)}" if late else ""
            rows.setdefault((since, symbol.instead.replace("|", "\\|"), rewriting(symbol)), []).append(symbol.name)
    for (since, instead, does), names in rows.items():
        yield f"| {', '.join(f'`{name}`' for name in names)} | {since} | {instead} | {does} |"
    yield from ("", "## What is otherwise though nothing is rewritten", "")
    yield from ("The report names what concerns a program.", "", "| Since | What |", "|---|---|")
    yield from (f"| {label(note.since)} | {note.text} |" for note in NOTES)
    yield from ("", "## What is looked for outside of Python", "", "| Since | What |", "|---|---|")
    yield from (f"| {label(line.since)} | {line.text} |" for line in LINES)


def rewriting(symbol: Symbol) -> str:
    """What the upgrade does about a symbol that is gone."""
    if rename := RENAMES.get(symbol.name):
        return f"rewrites, for review: {rename.but}" if rename.but else "rewrites"
    if symbol.name in BY_HAND:
        return f"reports: {BY_HAND[symbol.name]}"
    return "rewrites where it is certain, else reports" if removed.is_known(symbol.name) else "reports"


def output(arguments: str) -> str:
    """What ``dbos-lint`` prints in the root of the repository."""
    program = "import sys; from dbos_lint.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", program, *arguments.split()]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=False).stdout


def fired(rule: Rule, program: str, filename: str) -> list[str]:
    """The codes that fire in ``program``, a page's example of ``rule``, as a project of its own: a file, or several
    that lines in the example divide."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        if rule.scope is Scope.REVISIONS:
            return _changed(program, filename, root)
        settings = Settings(root=str(root), extend_select=(rule.code,))
        if written_for := WRITTEN_FOR.match(program):
            settings = settings._replace(dbos_version=written_for["version"])
        first, *others = NEXT_FILE.split(program)
        files = {filename: first, **dict(zip(others[::2], others[1::2], strict=True))}
        for name, text in files.items():
            (root / name).write_text(text, "utf-8")
        results = [lint_source((root / name).read_bytes(), str(root / name), settings) for name in files]
    return [diagnostic.code for result in results for diagnostic in result.diagnostics]


def _changed(programs: str, filename: str, root: Path) -> list[str]:
    """The codes that fire between the two releases of a program, which a line in the example divides."""
    folders = [root / "before", root / "after"]
    for folder, program in zip(folders, programs.split(NEXT_RELEASE), strict=True):
        folder.mkdir()
        (folder / filename).write_text(program, "utf-8")
    before, after = map(str, folders)
    found = changes(before, after, (".",), Configuration(before), Configuration(after)).diagnostics
    return [diagnostic.code for diagnostic in found]


def page_faults(rule: Rule, text: str) -> Iterator[str]:
    """What is wrong with the page ``text`` of ``rule``."""
    page = read_page(text)
    if page.title != f"{rule.code}: {rule.name}":
        yield f"the title is {page.title!r}, not '{rule.code}: {rule.name}'"
    headings = tuple(heading for heading, _ in page.sections)
    if headings != HEADINGS:
        yield f"the headings are {', '.join(headings)}, not {', '.join(HEADINGS)}"
    for heading, body in page.sections:
        if not body.strip():
            yield f"'{heading}' is empty"
    if REFERENCE_SITE + rule.reference not in page.section("References"):
        yield f"'References' does not link to {REFERENCE_SITE}{rule.reference}"
    yield from example_faults(rule, page)


def example_faults(rule: Rule, page: Page) -> Iterator[str]:
    bad, good = page.program("Example"), page.program("Use instead")
    if bad is None:
        yield "'Example' does not hold exactly one block of Python"
    else:
        found = set(fired(rule, bad, "example.py"))
        # One fault can break two rules: the page then says so.
        unnamed = [code for code in found - {rule.code} if code not in page.section("Example")]
        if rule.code not in found or unnamed:
            yield f"'Example' fires {', '.join(sorted(found)) or 'nothing'}"
    if good is None:
        yield "'Use instead' does not hold exactly one block of Python"
    elif codes := fired(rule, good, "mended.py"):
        yield f"'Use instead' fires {', '.join(codes)}"


def has_fixture(code: str) -> bool:
    """Whether a line of a fixture of ``code`` must fire it. What cannot be read holds no markers."""
    if code == UNREADABLE_FILE.code:
        return any((FIXTURES / "broken").glob("*.py"))
    return any(
        not match["todo"] and code in match["codes"]
        for fixture in (FIXTURES / code).rglob("*.py")
        for match in MARKER.finditer(fixture.read_bytes().decode("latin-1"))
    )


def faults() -> Iterator[str]:
    """Everything in which pages, fixtures, ledger and generated texts disagree with the rules."""
    ledger = tomllib.loads(LEDGER.read_text("utf-8"))
    for code, rule in RULES.items():
        path = PAGES / f"{code}.md"
        if path.exists():
            yield from (f"docs/rules/{code}.md: {fault}" for fault in page_faults(rule, path.read_text("utf-8")))
        else:
            yield f"docs/rules/{code}.md: there is no page"
        if not has_fixture(code):
            yield f"tests/fixtures/{code}: no line must fire it"
        if code not in ledger:
            yield f"tests/ledger.toml: {code} is missing"
    for path in sorted(PAGES.glob("*.md")):
        if path.stem not in RULES and path.name != "index.md":
            yield f"docs/rules/{path.name}: there is no such rule"
    for path, text in generated().items():
        if path.read_text("utf-8") != text:
            yield f"{path.relative_to(ROOT).as_posix()}: stale, run `python tools/docs.py`"


def generated() -> dict[Path, str]:
    """The generated files and what they ought to hold."""
    front = ROOT / "README.md"
    return {
        PAGES / "index.md": index(),
        front: readme(front.read_text("utf-8")),
        UPGRADE: upgrade(UPGRADE.read_text("utf-8")),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when something is stale or missing")
    if parser.parse_args().check:
        found = list(faults())
        print("\n".join(found) if found else f"{len(RULES)} rules are documented, shown and held by fixtures")
        return 1 if found else 0
    for path, text in generated().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

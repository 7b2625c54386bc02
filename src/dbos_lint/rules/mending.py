"""What fixes of several categories are made of: names that were misspelt, and the text where they stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from dbos_lint.catalog.history import Status, history, version
from dbos_lint.fix import Applicability, Change, Fix, Replace, Wrap
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.typed_dicts import Entry
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import unparse, walk

# In a name of so many letters, two may be wrong.
_LONG = 8
_MOST_SLIPS = 2
_BETWEEN_WORDS = "[-_ ]"
SHIFTS = (
    "this shifts the recorded positions of runs in flight, so keep the old code for them with DBOS.patch or another "
    "application_version"
)
"""What the title of a fix says that adds, removes or reorders durable calls."""
# A positive number, as the text of a program writes it, too.
_NUMBER = r"[1-9][0-9]*(\.[0-9]+)?|0\.0*[1-9][0-9]*"


def unsafe(title: str, *changes: Change | None) -> Fix | None:
    """A fix that a person should look at; None if one of its changes cannot be told."""
    return _fix(title, Applicability.UNSAFE, changes)


def safe(title: str, *changes: Change | None) -> Fix | None:
    """A fix that keeps what the program does; None if one of its changes cannot be told."""
    return _fix(title, Applicability.SAFE, changes)


def _fix(title: str, applicability: Applicability, changes: Iterable[Change | None]) -> Fix | None:
    known = tuple(changes)
    sure = tuple(change for change in known if change is not None)
    return Fix(title, applicability, sure) if len(sure) == len(known) > 0 else None


# ---------------------------------------------------------------------- misspelt names


def meant(name: str, known: Iterable[str], taken: Collection[str] = ()) -> str | None:
    """The only one of ``known`` that ``name`` is a slip of the fingers for; None if it is among ``taken``.

    Two names that differ in number only take different things, so that neither is meant by the other.
    """
    slips = sorted((_slips(_folded(name), _folded(other)), other) for other in known)
    least, best = slips[0] if slips else (_MOST_SLIPS + 1, "")
    if least > (_MOST_SLIPS if len(name) >= _LONG else 1) or [each for each, _ in slips].count(least) > 1:
        return None
    return None if best in taken or _differ_in_number(name, best) else best


def _slips(name: str, other: str) -> int:
    """How many letters are missing, too many, wrong, or have changed places with the next one."""
    if abs(len(name) - len(other)) > _MOST_SLIPS:
        return _MOST_SLIPS + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for index, letter in enumerate(name):
        above, row = row, [index + 1]
        for place, wanted in enumerate(other):
            least = min(above[place] + (letter != wanted), above[place + 1] + 1, row[place] + 1)
            if index and place and letter == other[place - 1] and name[index - 1] == wanted:
                least = min(least, before[place - 1] + 1)
            row.append(least)
        before = above
    return row[-1]


def _differ_in_number(name: str, other: str) -> bool:
    words = [re.split(_BETWEEN_WORDS, each.casefold()) for each in (name, other)]
    if len(words[0]) != len(words[1]):
        words = [[_folded(name)], [_folded(other)]]
    pairs = [(one, two) for one, two in zip(*words, strict=True) if one != two]
    return bool(pairs) and all(max(pair) in (f"{min(pair)}s", f"{min(pair)}es") for pair in pairs)


def _folded(name: str) -> str:
    return name.casefold().replace("-", "").replace(" ", "").replace("_", "")


def spelled_right(node: ast.expr, known: Iterable[str | None]) -> Fix | None:
    """The text of ``known`` that a string is but for case, hyphens and underscores."""
    text = node.value if isinstance(node, ast.Constant) else None
    same = [each for each in known if each and isinstance(text, str) and _folded(each) == _folded(text)]
    return safe(f"write '{same[0]}'", reworded(node, same[0])) if len(same) == 1 else None


def number_of(node: ast.expr) -> Fix | None:
    """The number that a string writes down."""
    text = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(text, str) or not re.fullmatch(_NUMBER, text) or reworded(node, text) is None:
        return None
    return safe(f"give the number {text}", Replace(span_of(node), text))


def present(here: Here, typed_dict: str) -> Iterator[str]:
    """The keys of a dict of dbos that the target version has and does not call deprecated."""
    target = version(here.settings.dbos_version)
    return (name for name, key in history().keys(typed_dict).items() if key.status(target) is Status.PRESENT)


def rename_key(here: Here, entry: Entry, typed_dict: str) -> Fix | None:
    """Give the misspelt key of a dict of dbos the name that was meant, unless something else in the file names it."""
    tree = here.collected.tree
    if entry.module != here.module.path or sum(text == entry.key for text in _texts(tree)) > 1:
        return None
    node = here.typed_dicts.written(entry.span) if entry.item >= 0 else None
    known = frozenset(present(here, typed_dict))
    new = meant(entry.key, known, frozenset(_texts(node or tree)))
    others = (text for text in _texts(node) if text != entry.key) if node is not None else ()
    if new is None or any(meant(text, known) == new for text in others):
        return None
    title = f"rename '{entry.key}' to '{new}'"
    if isinstance(node, ast.Dict):
        key = node.keys[entry.item]
        return unsafe(title, reworded(key, new))
    if node is not None:
        return unsafe(title, rename_keyword(node.keywords[entry.item], new))
    stored = [each.slice for each in walk(tree) if isinstance(each, ast.Subscript) and span_of(each) == entry.span]
    return unsafe(title, *(reworded(each, new) for each in stored))


def value_of(here: Here, entry: Entry) -> ast.expr | None:
    """The value of a key of a dict that the file writes down."""
    node = here.typed_dicts.written(entry.span) if entry.item >= 0 and entry.module == here.module.path else None
    if isinstance(node, ast.Dict):
        return node.values[entry.item]
    return node.keywords[entry.item].value if node is not None else None


def _texts(node: ast.AST) -> Iterator[str]:
    """The strings and the names of keywords within ``node``."""
    for each in walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
        elif isinstance(each, ast.keyword) and each.arg is not None:
            yield each.arg


# ---------------------------------------------------------------------- places in the text


def reworded(node: ast.expr | None, text: str) -> Replace | None:
    """Put ``text`` between the quotes of a string, if that is a plain one."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    span = span_of(node)
    if span.row != span.end_row or span.end_col - span.col != len(node.value.encode(errors="replace")) + 2:
        return None  # a prefix, three quotes, an escape, several strings side by side
    return Replace(Span(span.row, span.col + 1, span.end_row, span.end_col - 1), text)


def text_of(node: ast.expr) -> str | None:
    """How a name, an attribute of one, or a plain string is written."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and reworded(node, "") is not None:
        return None if '"' in node.value else f'"{node.value}"'
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return unparse(node) if isinstance(root, ast.Name) else None


def rename_keyword(keyword: ast.keyword, new: str) -> Replace | None:
    """Give an argument another name."""
    if keyword.arg is None or not keyword.arg.isascii():
        return None
    row, col = keyword.lineno, keyword.col_offset
    return Replace(Span(row, col, row, col + len(keyword.arg)), new)


def call_with(node: ast.Assign, opening: str) -> tuple[Change, ...] | None:
    """Give what an assignment assigns to a call, which ``opening`` begins, in its place."""
    whole, target, value = span_of(node), span_of(node.targets[-1]), span_of(node.value)
    if len(node.targets) > 1 or isinstance(node.value, (ast.Tuple, ast.Yield, ast.YieldFrom)):
        return None
    if (
        not whole.row == target.end_row == value.row
        or value.col - target.end_col != len(" = ")
        or whole[2:] != value[2:]
    ):
        return None
    head = Replace(Span(whole.row, whole.col, value.row, value.col), "")
    return head, Wrap(value, opening, ")")


def rename_attribute(node: ast.expr, new: str) -> Replace | None:
    """Name another attribute of what ``node`` is an attribute of."""
    if not isinstance(node, ast.Attribute) or not node.attr.isascii():
        return None
    row, col = span_of(node)[2:]
    return Replace(Span(row, col - len(node.attr), row, col), new)


def before(node: ast.expr | ast.stmt, text: str) -> Replace:
    """Put ``text`` right before ``node``."""
    row, col = span_of(node)[:2]
    return Replace(Span(row, col, row, col), text)


def behind(node: ast.expr | ast.stmt, text: str) -> Replace:
    """Put ``text`` right behind ``node``."""
    row, col = span_of(node)[2:]
    return Replace(Span(row, col, row, col), text)


def between(first: ast.AST, last: ast.AST, length: int, text: str) -> Replace | None:
    """Put ``text`` in place of what stands from the end of ``first`` to the end of ``last``, if that is ``length``
    bytes of one row: then it is what the grammar asks for, and nothing else."""
    if not isinstance(first, ast.expr) or not isinstance(last, ast.expr):
        return None
    (row, col), (end_row, end_col) = span_of(first)[2:], span_of(last)[2:]
    return Replace(Span(row, col, end_row, end_col), text) if row == end_row and end_col - col == length else None

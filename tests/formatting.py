"""The same program in other clothes: brackets broken into lines, comments, tabs, continued lines, semicolons."""

from __future__ import annotations

import ast
import io
import random
import tokenize

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_SKIPPED = (tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER)


def reformatted(text: str, choice: random.Random, often: float = 0.2) -> str:
    """``text``, which is Python, written differently; as it is where that would mean something else."""
    indent = choice.choice(("    ", "\t", "  "))
    parts: list[str] = []
    depth = level = 0
    line_starts = True
    last: tokenize.TokenInfo | None = None
    strings = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if token.type in _SKIPPED:
            continue
        if token.type == tokenize.INDENT:
            level += 1
        elif token.type == tokenize.DEDENT:
            level -= 1
        elif token.type == tokenize.NEWLINE:
            parts.append(
                choice.choice(("", " ", "  # é, or not", "  # noqa: E501", ";")) if choice.random() < often else ""
            )
            parts.append("\n")
            while choice.random() < often / 2:
                parts.append(choice.choice(("\n", "# between\n", f"{indent * level}# on its own\n", "  \n")))
            line_starts, last = True, None
        else:
            if line_starts:
                parts.append(indent * level)
            elif last is not None:
                parts.append(_between(text, last, token, depth, strings, choice, often))
            parts.append(token.string)
            line_starts, last = False, token
            strings += name.endswith("STRING_START")
            strings -= name.endswith("STRING_END")
            if not strings or name == "OP":
                depth += (token.string in _OPENING) - (token.string in _CLOSING)
    made = "".join(parts)
    try:
        return made if ast.dump(ast.parse(made)) == ast.dump(ast.parse(text)) else text
    except SyntaxError:
        return text


def _between(
    text: str,
    last: tokenize.TokenInfo,
    token: tokenize.TokenInfo,
    depth: int,
    strings: int,
    choice: random.Random,
    often: float,
) -> str:
    """What stands between two tokens of a line."""
    rows = text.split("\n")
    was = rows[last.end[0] - 1][last.end[1] : token.start[1]] if last.end[0] == token.start[0] else " "
    if strings or choice.random() >= often:
        return was
    if depth:
        return choice.choice((" ", "  ", "\n", "\n        ", "  # why\n   ", "\n# at the left\n", " \\\n "))
    return choice.choice((" ", "  ", " \\\n    ", "\t"))

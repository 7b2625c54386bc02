"""Where dbos 2.x kept its own tables, told by the URL that it was given."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from dbos_lint.fix import Applicability, ByHand
from dbos_lint.rules.migration.datasources import Datasources
from dbos_lint.rules.migration.urls import Url
from dbos_lint.rules.visitor import Here

SYSTEM = "system_database_url"
_SUFFIX = "_dbos_sys"


@dataclass(frozen=True, slots=True)
class SystemUrl:
    """How a URL is given as ``system_database_url``: as ``text``, or as it is where that is empty."""

    title: str
    applicability: Applicability
    text: str = ""


def system_url(here: Here, url: Url) -> SystemUrl | ByHand:
    """What dbos 3.x is to be given for a URL from which 2.x told its own database."""
    urls = here.once(Datasources).urls
    dialect = urls.dialect(url)
    if dialect == "sqlite":
        return SystemUrl(f"give the URL as '{SYSTEM}'", Applicability.SAFE)
    text = _suffixed(here, url) if dialect == "postgres" else None
    if text is not None:
        title = f"name the database in which dbos 2.x kept its tables, '...{_SUFFIX}', as '{SYSTEM}'"
        return SystemUrl(title, Applicability.UNSAFE, text)
    if urls.falls_back_to_sqlite(url):
        title = f"give the URL as '{SYSTEM}' (in PostgreSQL, dbos 2.x kept its tables in '<name>{_SUFFIX}')"
        return SystemUrl(title, Applicability.UNSAFE)
    return ByHand(
        "dbos 2.x kept its tables in this database if it is SQLite, and in PostgreSQL in the one whose name ends in "
        f"'{_SUFFIX}': give that as '{SYSTEM}'"
    )


def _suffixed(here: Here, url: Url) -> str | None:
    """The URL of the system database beside the database of a literal URL, as the file writes it."""
    value = url.node.value if isinstance(url.node, ast.Constant) else None
    text = ast.get_source_segment(here.once(Datasources).program.text(url.path), url.node)
    if text is None or not isinstance(value, str) or text[1:-1] != value:
        return None
    address, question, query = value.partition("?")
    database = address.rpartition("/")[2] if address.count("/") == 3 else ""
    return f"{text[0]}{address}{_SUFFIX}{question}{query}{text[-1]}" if database else None

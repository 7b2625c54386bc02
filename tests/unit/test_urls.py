"""Which passwords in database URLs are secrets."""

from __future__ import annotations

import pytest

from dbos_lint.catalog.urls import credentials, is_secret


def gives_away(url: str, is_default: bool = False) -> bool:
    found = credentials(url)
    return found is not None and is_secret(found, is_default)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:Tr0ub4dor@db.example/dbos",
        "postgresql+psycopg://app:Tr0ub4dor@10.4.2.9:5432/dbos",
        "postgresql://app@db.example/dbos?password=Tr0ub4dor",
        "postgresql://postgres:postgres@db.example/dbos",
        "postgresql://app:Tr0ub4dor@{}/dbos",
        "postgresql://app:Tr0ub4dor@localhost/dbos",
        "cockroachdb://app:Tr0ub4dor@db/dbos",
    ],
)
def test_a_password_is_given_away(url: str) -> None:
    assert gives_away(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app@db.example/dbos",
        "postgresql://app:@db.example/dbos",
        "postgresql://app:<password>@db.example/dbos",
        "postgresql://app:[PASSWORD]@db.example/dbos",
        "postgresql://app:${PGPASSWORD}@db.example/dbos",
        "postgresql://app:{}@db.example/dbos",
        "postgresql://app:***@db.example/dbos",
        "postgresql://app:...@db.example/dbos",
        "postgresql://app:xxxx@db.example/dbos",
        "postgresql://user:password@host:5432/database",
        "postgresql://postgres:dbos@localhost:5432/dbos",
        "postgresql://app:app@db:5432/dbos",
        "postgresql://app:Tr0ub4dor@[db.example/dbos",
        "sqlite:///app.sqlite",
        "app:Tr0ub4dor",
        "",
    ],
)
def test_no_password_is_given_away(url: str) -> None:
    assert not gives_away(url)


@pytest.mark.parametrize(
    ("url", "gives"),
    [
        ("postgresql://app:Tr0ub4dor@localhost/dbos", False),
        ("postgresql://app:Tr0ub4dor@127.0.0.1/dbos", False),
        ("postgresql://app:Tr0ub4dor@db/dbos", False),
        ("postgresql://app:Tr0ub4dor@10.4.2.9/dbos", True),
        ("postgresql://app:Tr0ub4dor@db.example/dbos", True),
    ],
)
def test_a_default_gives_away_what_is_elsewhere(url: str, gives: bool) -> None:
    assert gives_away(url, is_default=True) is gives

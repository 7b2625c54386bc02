"""Passwords in database URLs, and those that are no secret."""

from __future__ import annotations

import re

HOLE = "{}"
"""What stands in a text for a part that is not known."""

# What people write where a password belongs.
_PLACEHOLDER = r"(?i)[<\[{$%*]|\.\.\.|^x+$"
_NO_SECRETS = frozenset(
    "password passwd pass pwd pw secret your_password your-password yourpassword mypassword my_password".split()
)
# What databases on a developer's machine have.
_USUAL = frozenset("postgres dbos root admin dev test example changeme docker local cockroach".split())


class Credentials:
    """Who a URL logs in as, and where."""

    __slots__ = ("host", "password", "user")

    def __init__(self, user: str, password: str, host: str) -> None:
        self.user = user
        self.password = password
        self.host = host


def credentials(url: str) -> Credentials | None:
    """What ``url`` logs in with; None without a password, or with one that only holds its place."""
    from urllib.parse import parse_qs, urlsplit

    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        user, host = parts.username or query.get("user", [""])[0], parts.hostname or query.get("host", [""])[0]
        password = parts.password or query.get("password", [""])[0]
    except ValueError:
        return None
    if not parts.scheme or not password or re.search(_PLACEHOLDER, password) or password.lower() in _NO_SECRETS:
        return None
    return Credentials(user, password, host)


def is_secret(found: Credentials, is_default: bool) -> bool:
    """Whether the password guards anything: ``is_default`` tells that the environment comes first.

    A host without a dot is this machine, or a neighbour of a container on it.
    """
    is_local = "." not in found.host or found.host.startswith("127.")
    usual = found.password.lower() in _USUAL or found.password == found.user
    return not (is_local and (is_default or usual))

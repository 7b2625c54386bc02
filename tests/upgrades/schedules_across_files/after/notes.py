"""What ran, by name."""

seen: dict[str, str] = {}


def note(name: str, identity: str | None) -> None:
    seen.setdefault(name, (identity or "").partition("-20")[0])

"""The settings of a file, as the lines of a configuration that would give them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dbos_lint import selection
from dbos_lint.configuration import OPTIONS
from dbos_lint.settings import Settings

_UNSAID = {"select": "the default rules", "unsafe-fixes": "not applied, but counted", "fixable": "all rules"}


def described_target(settings: Settings) -> str:
    """The version of dbos, and who says that it is this one."""
    return f"for dbos {settings.dbos_version}, says {settings.version_source or 'nobody: it is the newest known'}"


def described(path: str, settings: Settings) -> Iterator[str]:
    """TOML for ``settings``, the options that were given and those that were not, and the codes they turn on."""
    yield f"# Settings of {path}"
    yield f"# Read from {settings.config or 'no file'}; the root is {settings.root}"
    yield f"# {described_target(settings)}"
    for option in OPTIONS:
        value = getattr(settings, option.replace("-", "_"))
        if isinstance(value, tuple) and option == "per-file-ignores":
            pairs = ", ".join(f"{json.dumps(pattern)} = {json.dumps(codes)}" for pattern, codes in value)
            yield f"{option} = {{{pairs}}}"
        elif value is None:
            yield f"# {option}: {_UNSAID[option]}"
        else:
            yield f"{option} = {json.dumps(value)}"
    on = selection.enabled_codes(settings) - selection.ignored_for(settings, path)
    yield f"# Rules that are on: {', '.join(sorted(on))}"

"""``dbos-lint clean``: remove what was kept for later runs."""

from __future__ import annotations

import click

from dbos_lint.cli.output import Failure, note
from dbos_lint.wording import cause, counted


@click.command(short_help="Remove the cache.")
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="DBOS_LINT_CACHE_DIR",
    help="The folder of the cache.  [default: the user's cache folder]",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not say what was removed.")
def clean(cache_dir: str | None, quiet: bool) -> None:
    """Remove what runs have kept for later ones, of all projects. Whatever else is in the folder stays."""
    from dbos_lint.cache import store
    from dbos_lint.paths import absolute

    folder = absolute(cache_dir) if cache_dir else store.default_folder()
    if folder is None:
        raise Failure("there is no cache: the user has no home folder, and --cache-dir names no other")
    try:
        removed = store.clean(folder)
    except OSError as error:
        raise Failure(f"cannot remove the cache in {folder}: {cause(error)}") from None
    if not quiet:
        note(f"Removed {counted(removed, 'file')} from {folder}.")

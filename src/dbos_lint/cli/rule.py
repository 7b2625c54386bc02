"""``dbos-lint rule``: what a rule says, why, and what to do, without a network."""

from __future__ import annotations

import click

from dbos_lint.cli.output import Failure, emit


@click.command(short_help="Explain a rule.")
@click.argument("name", metavar="CODE|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Print the page, or an object with everything that is known of the rule.",
)
def rule(name: str | None, every: bool, output_format: str) -> None:
    """Explain the rule CODE|NAME: what it finds, why that is bad, how to mend it."""
    from dbos_lint.cli import explain

    if every == (name is not None):
        raise click.UsageError("Name one rule, or ask for --all.")
    found = explain.find(name) if name is not None else None
    if name is not None and found is None:
        near = explain.closest(name)
        raise Failure(f"there is no rule '{name}'" + (f"; did you mean '{near}'?" if near else ""))
    rules = explain.every_rule() if found is None else (found,)
    if output_format == "json":
        from dbos_lint.reporters.json import dumps

        described = [explain.as_json(rule) for rule in rules]
        emit(dumps(described if every else described[0]))
    else:
        emit("\n".join(map(explain.as_text, rules)))

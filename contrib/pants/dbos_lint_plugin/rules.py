"""How Pants lints with dbos-lint: one process over all targets, in a sandbox that holds the whole program.

Findings rest on what a file imports and, for names of queues, topics and workflows, on all files of the program. So the
sandbox holds them all, and only what was asked for is linted.
"""

from typing import Any

from pants.backend.python.util_rules import pex
from pants.backend.python.util_rules.pex import PexRequest, VenvPex, VenvPexProcess
from pants.core.goals.lint import LintResult, LintTargetsRequest
from pants.core.util_rules.config_files import ConfigFiles, ConfigFilesRequest
from pants.core.util_rules.partitions import PartitionerType
from pants.core.util_rules.source_files import SourceFiles, SourceFilesRequest
from pants.engine.fs import Digest, MergeDigests, PathGlobs
from pants.engine.process import FallibleProcessResult
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.strutil import pluralize

from dbos_lint_plugin.subsystem import DbosLint, DbosLintFieldSet


class DbosLintRequest(LintTargetsRequest):
    """All targets are linted together: each process would have to read the program again."""

    field_set_type = DbosLintFieldSet
    tool_subsystem = DbosLint
    partitioner_type = PartitionerType.DEFAULT_SINGLE_PARTITION


@rule(desc="Lint with dbos-lint")
async def lint(request: DbosLintRequest.Batch[DbosLintFieldSet, Any], dbos_lint: DbosLint) -> LintResult:
    """What dbos-lint says of the files of ``request``."""
    tool, linted, program, configuration = await MultiGet(
        Get(VenvPex, PexRequest, dbos_lint.to_pex_request()),
        Get(SourceFiles, SourceFilesRequest(each.source for each in request.elements)),
        Get(Digest, PathGlobs(dbos_lint.program)),
        Get(ConfigFiles, ConfigFilesRequest, dbos_lint.config_request()),
    )
    inputs = await Get(Digest, MergeDigests((linted.snapshot.digest, program, configuration.snapshot.digest)))
    result = await Get(
        FallibleProcessResult,
        VenvPexProcess(
            tool,
            argv=(
                "check",
                "--no-cache",
                "--no-respect-gitignore",
                "--jobs={pants_concurrency}",
                *dbos_lint.args,
                "--",
                *linted.snapshot.files,
            ),
            input_digest=inputs,
            concurrency_available=len(linted.snapshot.files),
            description=f"Run dbos-lint on {pluralize(len(linted.snapshot.files), 'file')}.",
        ),
    )
    return LintResult.create(request, result)


def rules():
    """The rules of this module, and those that they need."""
    return [*collect_rules(), *DbosLintRequest.rules(), *pex.rules()]

"""The options ``[dbos-lint]`` of ``pants.toml``."""

from dataclasses import dataclass
from typing import ClassVar

from pants.backend.python.subsystems.python_tool_base import PythonToolBase
from pants.backend.python.target_types import ConsoleScript, PythonSourceField
from pants.core.util_rules.config_files import ConfigFilesRequest
from pants.engine.target import FieldSet
from pants.option.option_types import ArgsListOption, SkipOption, StrListOption


@dataclass(frozen=True)
class DbosLintFieldSet(FieldSet):
    """A target that is linted: one with Python source."""

    required_fields = (PythonSourceField,)

    source: PythonSourceField


class DbosLint(PythonToolBase):
    """dbos-lint as Pants installs it: ``install_from_resolve`` names a resolve with a lock file that holds it."""

    options_scope = "dbos-lint"
    name = "dbos-lint"
    help = "Finds what breaks durable DBOS workflows in Python."

    default_main = ConsoleScript("dbos-lint")
    # Lists: Pants refuses defaults of another type.
    default_requirements: ClassVar[list[str]] = ["dbos-lint"]
    default_version = "dbos-lint"  # asked for by Pants 2.17
    register_interpreter_constraints = True
    default_interpreter_constraints: ClassVar[list[str]] = ["CPython>=3.10"]
    # Pants wants a name. There is no such file: `install_from_resolve` must be set.
    default_lockfile_resource = ("dbos_lint_plugin", "dbos-lint.lock")

    skip = SkipOption("lint")
    args = ArgsListOption(example="--select=DBS2")
    program = StrListOption(
        default=["**/*.py"],
        help="The files that linted ones may import, or share names of queues, topics and workflows with.",
    )

    def config_request(self) -> ConfigFilesRequest:
        """All configuration files: the nearest one above a file holds for it."""
        return ConfigFilesRequest(
            discovery=True, check_existence=["dbos-lint.toml"], check_content={"pyproject.toml": b"[tool.dbos-lint"}
        )

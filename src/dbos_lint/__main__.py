"""The command as a process of its own, by its script or as ``python -m dbos_lint``."""

import os
import sys


def main() -> None:
    """Run the command, be it interrupted while it is still loaded, or when all is done."""
    try:
        from dbos_lint.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        from signal import SIG_IGN, SIGINT, signal

        signal(SIGINT, SIG_IGN)  # Python itself would tell of it, with a traceback


def _leave_the_program_alone() -> None:
    """Python looks for modules in the working folder first, where the program is that is linted: none of it may run."""
    try:
        if sys.path[:1] == [os.getcwd()]:
            del sys.path[0]
    except OSError:  # the command says what is wrong with the working folder
        pass


if __name__ == "__main__":
    _leave_the_program_alone()
    main()

"""The command as a process of its own, by its script or as ``python -m dbos_lint``."""

import atexit
import gc
import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command, be it interrupted while it is still loaded, or when all is done."""
    gc.disable()  # nothing of what is loaded is garbage, and looking through it takes a tenth of the time of loading
    code = _INTERRUPTED
    try:
        from dbos_lint.cli import main as command

        command()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    except KeyboardInterrupt:
        pass
    finally:
        from signal import SIG_IGN, SIGINT, signal

        signal(SIGINT, SIG_IGN)  # Python itself would tell of it, with a traceback
    _leave(code)


def _leave(code: int) -> None:
    """End the process at once. Python would take all apart first that the run has loaded and learnt, piece by piece."""
    atexit._run_exitfuncs()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):  # it was said, where it could be
            continue
    os._exit(code)


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

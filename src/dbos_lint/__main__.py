"""``python -m dbos_lint``: the command, for where its script is not on the path."""

import os
import sys

if __name__ == "__main__":
    # Python looks for modules in the working folder first, where the program is that is linted: nothing of it may run.
    try:
        if sys.path[:1] == [os.getcwd()]:
            del sys.path[0]
    except OSError:  # the command says what is wrong with the working folder
        pass
    from dbos_lint.cli import main

    main()

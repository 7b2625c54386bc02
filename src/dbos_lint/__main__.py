"""``python -m dbos_lint``: the command, for where its script is not on the path."""

from dbos_lint.cli import main

if __name__ == "__main__":
    main()

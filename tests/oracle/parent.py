"""An interpreter that has imported dbos and forks for each program that it is asked to run: see ``engine``.

Over the socket that is its standard input it is handed three files: what to run, as JSON, and the two that the program
writes to. It answers with the number of the process, and with the exit code when that is over.

A fork is a process like any other, but for what it takes to import dbos. No thread runs when it begins.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import types

import dbos  # noqa: F401 - what is forked has it


def serve(asking: socket.socket) -> tuple[str, dict[str, str]]:
    """Fork for each program. Returns in the forks only: with the path of a program, and its environment."""
    while True:
        message, files, _, _ = socket.recv_fds(asking, 1, 3)
        if not message:
            sys.exit()
        process = os.fork()
        if not process:
            asking.close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            return tuple(json.load(sys.stdin))
        for file in files:
            os.close(file)
        answer(asking, process)
        answer(asking, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def answer(asking: socket.socket, number: int) -> None:
    asking.send(number.to_bytes(4, "big", signed=True))


def become(program: str, environment: dict[str, str]) -> None:
    """What ``python program`` does in the program's folder."""
    os.environ.clear()
    os.environ.update(environment)
    folder, name = os.path.split(program)
    os.chdir(folder)
    sys.path[0] = folder
    sys.argv = [name]
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=program, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    with open(program, encoding="utf-8") as file:
        code = compile(file.read(), program, "exec", dont_inherit=True)
    exec(code, main.__dict__)


if __name__ == "__main__":
    become(*serve(socket.socket(fileno=os.dup(0))))

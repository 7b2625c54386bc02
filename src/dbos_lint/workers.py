"""Worker processes, where they pay: parsing is what costs, and only files that name dbos are parsed.

Each worker has a portion of the files. It parses them, shows the others their summaries, and lints them, and when it
has done so takes from those who are not as far. A process that dies costs no file but the one that killed it.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dbos_lint.linter import FileResult, failed
from dbos_lint.serial import Linter, Task

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from dbos_lint.exchange import Board, Notice
    from dbos_lint.semantics.summary import Module
    from dbos_lint.settings import Settings

    Notices = dict[int, Notice]

# Below this many bytes of source that names dbos, starting a worker takes longer than it saves.
_BYTES_PER_WORKER = 500_000
# Work is handed out in pieces of so many bytes, or files that name nothing: asking for each file would take longer.
_BYTES_PER_PIECE = 30_000
_FILES_PER_PIECE = 200
# What a file costs that names nothing, measured in source that does.
_BYTES_PER_LIGHT_FILE = 400
# Forking keeps what is already imported; elsewhere than on Linux it is not safe.
_FORKS = sys.platform == "linux"

Piece = list[int]
"""Which of the tasks to do next, by their numbers."""


class _NoWorkersError(Exception):
    """The system has no room for another process."""


def in_processes(tasks: Sequence[Task], jobs: int, linter: Linter) -> list[FileResult]:
    """Lint in worker processes what is worth it."""
    number = min(jobs, sum(task.size for task in tasks) // _BYTES_PER_WORKER)
    if number < 2:
        return linter.files(tasks)
    portions = _portions(tasks, number)
    try:
        with _crew(tasks, portions, linter) as crew:
            _let_them_look(crew)
            done, lost = _let_them_lint(crew, tasks)
    except _NoWorkersError:
        linter.expect(tasks)
        return linter.files(tasks)
    return [*done, *(_lint_apart(tasks[index], linter) for index in lost)]


# ---------------------------------------------------------------------- sharing out


def _portions(tasks: Sequence[Task], number: int) -> list[list[Piece]]:
    """What each of so many workers does, piece by piece: first what takes longest, so that they end together."""
    heavy = sorted((index for index, task in enumerate(tasks) if task.size), key=lambda index: -tasks[index].size)
    light = [index for index, task in enumerate(tasks) if not task.size]
    portions: list[Piece] = [[] for _ in range(number)]
    # All who name nothing are the first one's: to tell whether they import what does, their imports are read.
    sizes = [len(light) * _BYTES_PER_LIGHT_FILE] + [0] * (number - 1)
    for index in heavy:
        least = sizes.index(min(sizes))
        portions[least].append(index)
        sizes[least] += tasks[index].size
    pieces = [list(_pieces(portion, tasks)) for portion in portions]
    return [[*_cut(light), *pieces[0]], *pieces[1:]]


def _pieces(indices: Sequence[int], tasks: Sequence[Task]) -> Iterator[Piece]:
    piece: Piece = []
    for index in indices:
        piece.append(index)
        if sum(tasks[each].size for each in piece) >= _BYTES_PER_PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _cut(indices: Sequence[int]) -> Iterator[Piece]:
    for start in range(0, len(indices), _FILES_PER_PIECE):
        yield list(indices[start : start + _FILES_PER_PIECE])


# ---------------------------------------------------------------------- in the parent


class _Hand:
    """A worker as its parent sees it: what it has yet to do, and what it is doing."""

    def __init__(self, process: BaseProcess, channel: Connection, pending: Iterable[Piece]) -> None:
        self.process = process
        self.channel = channel
        self.pending = deque(pending)
        self.doing: Piece = []
        self.lives = True

    def tell(self, order: str, what: object) -> bool:
        """Give an order; false if the worker has died."""
        try:
            self.channel.send((order, what))
        except OSError:
            self.lives = False
        return self.lives

    def hear(self) -> Any:
        """The answer to an order; None if the worker has died."""
        try:
            return self.channel.recv()
        except (EOFError, OSError):
            self.lives = False
            return None


def _let_them_look(crew: Sequence[_Hand]) -> None:
    """Have all files parsed that name dbos, each by the worker that will lint it, and their summaries shown to all."""
    if not _FORKS:
        return
    looking = [hand for hand in crew if hand.tell("look", [index for piece in hand.pending for index in piece])]
    notices: Notices = {}
    for hand in looking:
        notices.update(hand.hear() or {})
    for hand in crew:
        hand.tell("know", notices)


def _let_them_lint(crew: Sequence[_Hand], tasks: Sequence[Task]) -> tuple[list[FileResult], Piece]:
    """The results, and which tasks were lost with a worker that died."""
    from multiprocessing.connection import wait

    done: list[FileResult] = []
    lost: Piece = []
    while True:
        for hand in crew:
            _hand_out(hand, crew, tasks)
        busy = [hand for hand in crew if hand.doing]
        if not busy:
            break
        ready = wait([hand.channel for hand in busy])
        for hand in busy:
            if hand.channel not in ready:
                continue
            results = hand.hear()
            if results is None:
                lost += hand.doing
            else:
                done += results
            hand.doing = []
    return done, [*lost, *(index for hand in crew for piece in hand.pending for index in piece)]


def _hand_out(hand: _Hand, crew: Sequence[_Hand], tasks: Sequence[Task]) -> None:
    """Give a worker that does nothing its next piece, or one of the worker that has most to do."""
    if hand.doing or not hand.lives:
        return
    if hand.pending:
        piece = hand.pending.popleft()
    else:
        others = [other for other in crew if _may_be_taken(other, tasks)]
        if not others:
            return
        most = max(others, key=lambda other: sum(tasks[index].size for piece in other.pending for index in piece))
        piece = most.pending.pop()
    if hand.tell("lint", piece):
        hand.doing = piece
    else:
        hand.pending.appendleft(piece)


def _may_be_taken(hand: _Hand, tasks: Sequence[Task]) -> bool:
    """Whether another worker may do the last piece of one: who lives keeps the files that name nothing."""
    return bool(hand.pending) and (tasks[hand.pending[-1][0]].size > 0 or not hand.lives)


def _lint_apart(task: Task, linter: Linter) -> FileResult:
    """Lint one file in a process that only it can kill."""
    try:
        with _crew([task], [[[0]]], linter) as crew:
            done, _ = _let_them_lint(crew, [task])
    except _NoWorkersError:
        done = []
    return done[0] if done else failed(task.path, task.settings, "the process that linted it died; please report this")


@contextmanager
def _crew(tasks: Sequence[Task], portions: Sequence[Sequence[Piece]], linter: Linter) -> Iterator[list[_Hand]]:
    """A worker for each of the ``portions``; none is left when the work is done, or given up."""
    import multiprocessing

    context: Any = multiprocessing.get_context("fork" if _FORKS else "spawn")
    linter.expect(())  # each is told of its own
    board = None
    if _FORKS:
        from dbos_lint.exchange import Board

        linter.prepare(tasks)
        with _room_for_workers():
            board = Board([sum(tasks[index].size for piece in portion for index in piece) for portion in portions])
    crew: list[_Hand] = []
    with _one_interrupt():
        try:
            for number, portion in enumerate(portions):
                with _room_for_workers():
                    ours, theirs = context.Pipe()
                    # A fork has the parent's ends of all channels, and would keep those of the others open.
                    closing = [hand.channel for hand in crew] + [ours] if _FORKS else []
                    arguments = (theirs, closing, tasks, number, linter, board)
                    process = context.Process(target=_work, args=arguments, daemon=True)
                    with _no_interrupt():
                        process.start()
                    theirs.close()
                crew.append(_Hand(process, ours, portion))
            yield crew
        finally:
            for hand in crew:
                hand.channel.close()  # its worker takes this for the end
                hand.process.terminate()
            for hand in crew:
                hand.process.join()
                hand.process.close()


@contextmanager
def _room_for_workers() -> Iterator[None]:
    try:
        yield
    except (OSError, MemoryError) as error:
        raise _NoWorkersError from error


@contextmanager
def _one_interrupt() -> Iterator[None]:
    """Hear the first interrupt only: a second one, of impatience, would come while the workers are being ended."""
    import signal
    import threading

    heard = False

    def interrupt(number: int, frame: object) -> None:
        nonlocal heard
        if not heard:
            heard = True
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread is interrupted
        return
    before = signal.getsignal(signal.SIGINT)
    # Whoever has a handler of their own, or ignores interrupts, has reasons for it.
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold interrupts back: one that came before a worker can ignore it would end it with a traceback."""
    if not _FORKS:
        yield
        return
    import signal

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ---------------------------------------------------------------------- in a worker


def _work(
    channel: Connection,
    closing: Sequence[Connection],
    tasks: Sequence[Task],
    number: int,
    linter: Linter,
    board: Board | None,
) -> None:
    """Do what the parent asks for, until it closes the channel or ends."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells when to stop
    for other in closing:
        other.close()
    gc.disable()
    worker = _Worker(tasks, number, linter, board)
    try:
        while True:
            order, what = channel.recv()
            answer = getattr(worker, order)(what)
            if order != "know":
                channel.send(answer)
    except (EOFError, OSError, MemoryError):
        return


class _Worker:
    def __init__(self, tasks: Sequence[Task], number: int, linter: Linter, board: Board | None) -> None:
        self._tasks = tasks
        self._number = number
        self._linter = linter
        self._board = board
        self._shown: dict[str, int] = {}
        self._notices: Notices = {}

    def look(self, piece: Piece) -> Notices:
        """Parse files, and show their summaries to the others."""
        own = {index: self._tasks[index] for index in piece if self._tasks[index].size}
        self._linter.expect(list(own.values()))
        notices: Notices = {}
        for index, task in own.items():
            seen = self._linter.summary(task)
            notice = self._board.put(self._number, *seen) if seen is not None and self._board is not None else None
            if notice is not None:
                notices[index] = notice
        return notices

    def know(self, notices: Notices) -> None:
        """Be told where the summaries of the others are."""
        self._shown = {self._tasks[index].path: index for index in notices}
        self._notices = notices
        self._linter.elsewhere = self._elsewhere

    def _elsewhere(self, settings: Settings, path: str, source: bytes) -> Module | None:
        index = self._shown.get(path)
        # Another project may call the same file by another name.
        if index is None or self._board is None or self._tasks[index].settings is not settings:
            return None
        return self._board.get(self._notices[index], source)

    def lint(self, piece: Piece) -> list[FileResult]:
        """Lint files."""
        return [self._linter.file(self._tasks[index]) for index in piece]

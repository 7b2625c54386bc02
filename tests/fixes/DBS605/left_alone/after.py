"""Another decorator may want what it is given now."""

from collections.abc import Callable
from typing import Any

from dbos import DBOS


def of_static(method: Any) -> Callable[..., Any]:
    return method.__func__


@DBOS.dbos_class()
class Parser:
    @DBOS.step()
    @of_static
    @staticmethod
    def size(text: str) -> int:
        return len(text)

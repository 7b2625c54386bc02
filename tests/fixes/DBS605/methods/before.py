# options: fix=safe
"""@staticmethod and @classmethod belong on top."""

import dbos
from dbos import DBOS


@DBOS.dbos_class()
class Parser:
    # above
    @DBOS.workflow()  # durable
    # between
    @classmethod  # of the class
    def parse(cls, text: str) -> str:
        return text

    @dbos.DBOS.step(
        name="größe",
    )
    @staticmethod
    def size(text: str) -> int: return len(text)

    class Inner:
        @DBOS.step()

        @staticmethod
        def é(text: str) -> str:
            return text

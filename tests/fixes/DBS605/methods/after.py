# options: fix=safe
"""@staticmethod and @classmethod belong on top."""

import dbos
from dbos import DBOS


@DBOS.dbos_class()
class Parser:
    # above
    # between
    @classmethod  # of the class
    @DBOS.workflow()  # durable
    def parse(cls, text: str) -> str:
        return text

    @staticmethod
    @dbos.DBOS.step(
        name="größe",
    )
    def size(text: str) -> int: return len(text)

    class Inner:

        @staticmethod
        @DBOS.step()
        def é(text: str) -> str:
            return text

"""Steps that a builtin calls, when somebody asks for the next value: in the event loop, whoever made the iterator."""

from itertools import starmap

from dbos import DBOS


@DBOS.step()
def measure(width: int, height: int = 1) -> int:
    return width * height


@DBOS.workflow()
async def survey(widths: list[int]) -> list[object]:
    areas = list(map(measure, widths))
    wide = [*filter(measure, widths)]
    both = max(starmap(measure, [(1, 2), (3, 4)]))
    return [areas, wide, both]

"""Arguments of the function by name, behind it; not its options."""

from dbos import DBOS


def shrink(image: str, by: int = 2, how: object = None) -> str:
    return image[:-by]


@DBOS.workflow()
def thumbnail(image: str, rest: dict[str, int]) -> str:
    first = DBOS.run_step(None, shrink, image, by=3)  # by three
    second = DBOS.run_step(
        None, shrink,
        image=image,
        by=1,
    )
    third = DBOS.run_step(shrink, image, size=3)
    fourth = DBOS.run_step(shrink, image, how={"name": "shrink"})
    fifth = DBOS.run_step(shrink, image, **rest)
    return first + second + third + fourth + fifth

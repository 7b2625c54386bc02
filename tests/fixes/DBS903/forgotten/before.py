"""A hotel: steps, events and workflows that nothing awaits."""

from dbos import DBOS


@DBOS.step()
async def reserve(room: int) -> str:
    return f"room-{room}"


@DBOS.workflow()
async def remind(room: str) -> None:
    DBOS.sleep_async(60); await DBOS.set_event_async("reminded", room)


@DBOS.workflow()
async def stay(rooms: list[int], late: bool) -> str:
    reserve(rooms[0])  # the first one
    unused = reserve(
        rooms[-1],  # the last one
    )
    free = [room for room in rooms if reserve(room)]
    name = f"{free} " + "for " + reserve(1)
    if late and DBOS.patch_async("remind"):
        DBOS.start_workflow_async(remind, name)
    return reserve(2)[0] or name


class Desk:
    @staticmethod
    async def open(room: str) -> None:
        async def tell() -> None:
            remind(room)

        await tell()

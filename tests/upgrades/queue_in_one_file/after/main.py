"""Thumbnails are made on a queue, two at a time."""

import os
import sys

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "album",
    "system_database_url": "sqlite:///album.sqlite",
    "log_level": "ERROR",
}
DBOS(config=config)

# Two at a time: a picture takes much memory.


@DBOS.step()
def shrink(image: str, width: int = 100) -> str:
    return f"{image} of {width}"


@DBOS.workflow()
def thumbnail(image: str, width: int = 100) -> str:
    return shrink(image, width=width)


@DBOS.workflow()
def album(images: list[str]) -> list[str]:
    handles = [DBOS.enqueue_workflow("thumbnails", thumbnail, image) for image in images]
    handles.append(
        DBOS.enqueue_workflow(
            "thumbnails",
            thumbnail,
            images[0],  # the cover
            width=400,
        )
    )
    return [handle.get_result() for handle in handles]


def main() -> None:
    DBOS.launch()
    # never more
    DBOS.register_queue("thumbnails", global_concurrency=2, worker_concurrency=1)
    print(album(["cat", "dog", "owl"]))
    for status in sorted(DBOS.list_workflows(queue_name="thumbnails"), key=lambda each: str(each.output)):
        print(status.name, status.queue_name, status.output)


if __name__ == "__main__":
    main()
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)

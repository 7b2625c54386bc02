"""Flask, in a factory."""

from dbos import DBOS
from flask import Flask


@DBOS.workflow()
def save(page: str) -> str:
    return f"saved {page}"


def create_app() -> Flask:
    app = Flask(__name__)

    @app.get("/pages/<page>")
    def get(page: str) -> str:
        return save(page)

    DBOS(
        config={"name": "wiki", "system_database_url": "sqlite:///wiki.sqlite", "log_level": "ERROR"},
    )
    DBOS.launch()
    return app


if __name__ == "__main__":
    with create_app().test_client() as client:
        print(client.get("/pages/home").text)
    print([status.name for status in DBOS.list_workflows()])
    DBOS.destroy()

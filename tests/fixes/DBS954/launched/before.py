"""It is launched when it is imported: only the end is missing."""

import fastapi
from dbos import DBOS as D

app = fastapi.FastAPI()
D(config={"name": "library"}, fastapi=app)
D.launch()


@app.get("/")
def home() -> str:
    return "home"

"""Flask has to be launched anyway."""

from dbos import DBOS
from flask import Flask

app = Flask(__name__)
DBOS(config={"name": "wiki"}, flask=app)
DBOS.launch()

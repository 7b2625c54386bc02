# options: fix=safe
from dbos import DBOS
from flask import Flask

app = Flask(__name__)


@DBOS.workflow()  # größer
@app.route("/größe/<name>", methods=["POST"])
def sign(name: str) -> str:
    return name

# options: fix=safe
from dbos import DBOS
from flask import Flask

app = Flask(__name__)


@app.route("/größe/<name>", methods=["POST"])
@DBOS.workflow()  # größer
def sign(name: str) -> str:
    return name

"""Tabs."""

from dbos import DBOS
from fastapi import FastAPI


class Server:
	def __init__(self) -> None:
		app: FastAPI = FastAPI()
		DBOS(config={"name": "library"}, fastapi=app)
		self.app = app

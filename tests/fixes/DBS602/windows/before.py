from dbos import DBOS as D


@D.dbos_class()
class Größe:
	def __init__(self, name: str) -> None:
		self.name = name

	@D.workflow()
	def messe(self, sku: str) -> str:
		return sku

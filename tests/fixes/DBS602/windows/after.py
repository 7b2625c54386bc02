from dbos import DBOS as D, DBOSConfiguredInstance


@D.dbos_class()
class Größe(DBOSConfiguredInstance):
	def __init__(self, name: str) -> None:
		super().__init__(config_name=name)
		self.name = name

	@D.workflow()
	def messe(self, sku: str) -> str:
		return sku

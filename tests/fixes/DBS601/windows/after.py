# options: fix=safe
import dbos


@dbos.DBOS.dbos_class()
class Größen:
	@classmethod
	@dbos.DBOS.workflow()
	def zähle(cls, sku: str) -> int:
		return len(sku)

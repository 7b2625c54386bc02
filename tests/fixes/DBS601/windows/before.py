# options: fix=safe
import dbos


class Größen:
	@classmethod
	@dbos.DBOS.workflow()
	def zähle(cls, sku: str) -> int:
		return len(sku)

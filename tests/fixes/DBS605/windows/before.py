# options: fix=safe
from dbos import DBOS


class Parser:
	@DBOS.step()
	@staticmethod  # größer
	def size(text: str) -> int:
		return len(text)

# options: fix=safe
from dbos import DBOS


class Parser:
	@staticmethod  # größer
	@DBOS.step()
	def size(text: str) -> int:
		return len(text)

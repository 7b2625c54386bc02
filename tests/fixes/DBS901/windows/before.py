# options: fix=safe
"""Edited on Windows, indented with tabs."""

from dbos import DBOS


class Shop:
	@staticmethod
	@DBOS.workflow()
	async def sell(item: str) -> str:
		"""Sells
		one item."""
		DBOS.write_stream("sold", item)	# for the dashboard

		async def tell(whom: str) -> None:
			DBOS.send(whom, item, topic="sold")

		await tell("owner")
		DBOS.close_stream("sold")
		return item

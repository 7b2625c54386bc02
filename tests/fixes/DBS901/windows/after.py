# options: fix=safe
"""Edited on Windows, indented with tabs."""

from dbos import DBOS


class Shop:
	@staticmethod
	@DBOS.workflow()
	async def sell(item: str) -> str:
		"""Sells
		one item."""
		await DBOS.write_stream_async("sold", item)	# for the dashboard

		async def tell(whom: str) -> None:
			await DBOS.send_async(whom, item, topic="sold")

		await tell("owner")
		await DBOS.close_stream_async("sold")
		return item

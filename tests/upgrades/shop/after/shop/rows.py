"""The table of what is in stock."""

from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()
stock = Table("stock", metadata, Column("item", String, primary_key=True), Column("number", Integer, nullable=False))

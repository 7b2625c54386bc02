"""Starts the shop, whose transactions are in several files of a package."""

import os

import sqlalchemy as sa
from dbos import DBOS

from shop.orders import order


def main() -> None:
    url = os.environ.get("SHOP_DATABASE_URL", "sqlite:///shop.sqlite")
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE stock (item TEXT, amount INTEGER)"))
        connection.execute(sa.text("CREATE TABLE ledger (line TEXT)"))
        connection.execute(sa.text("INSERT INTO stock VALUES ('tea', 10)"))
    DBOS(config={"name": "shop", "system_database_url": url, "log_level": "ERROR"})
    DBOS.launch()
    for amount in (3, 4, 5):
        print(order("tea", amount))
    DBOS.destroy()


if __name__ == "__main__":
    main()

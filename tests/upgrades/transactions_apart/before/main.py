"""Two files have transactions, and both take the session from a third: the datasource gets a file of its own."""

import sqlalchemy as sa
from dbos import DBOS

from shop import orders
from shop.settings import DATABASE


@DBOS.workflow()
def order(item: str) -> str:
    orders.note(item)
    return f"{item}: {orders.take(item)} left"


if __name__ == "__main__":
    with sa.create_engine(DATABASE).begin() as connection:
        connection.execute(sa.text("CREATE TABLE stock (item TEXT, amount INTEGER)"))
        connection.execute(sa.text("CREATE TABLE lines (line TEXT)"))
        connection.execute(sa.text("INSERT INTO stock VALUES ('tea', 10)"))
    DBOS(config={"name": "shop", "database_url": DATABASE, "log_level": "ERROR"})
    DBOS.launch()
    print(order("tea"))
    print(order("tea"))
    DBOS.destroy()

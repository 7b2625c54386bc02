# options: fix=unsafe
"""PostgreSQL, or perhaps: dbos 2.x kept its tables in a database beside."""

import os

from dbos import DBOS, DBOSConfig

shop: DBOSConfig = {
    "name": "shop",
    "system_database_url": 'postgresql://ada:secret@db.example.com:5432/shop_dbos_sys?sslmode=require',
}
wiki = DBOSConfig(name="wiki", system_database_url="postgresql://ada@localhost/wiki_dbos_sys")
mail: DBOSConfig = {"name": "mail", "system_database_url": os.environ.get("MAIL_DATABASE_URL", "sqlite:///mail.sqlite")}
DBOS(config=shop)

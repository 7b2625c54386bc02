# options: fix=unsafe
"""PostgreSQL, or perhaps: dbos 2.x kept its tables in a database beside."""

import os

from dbos import DBOS, DBOSConfig

shop: DBOSConfig = {
    "name": "shop",
    "database_url": 'postgresql://ada:secret@db.example.com:5432/shop?sslmode=require',
}
wiki = DBOSConfig(name="wiki", application_database_url="postgresql://ada@localhost/wiki")
mail: DBOSConfig = {"name": "mail", "database_url": os.environ.get("MAIL_DATABASE_URL", "sqlite:///mail.sqlite")}
DBOS(config=shop)

# options: fix=both
"""The engine of the program takes its URL from the configuration: without the key it would find none."""

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "shop",
    "database_url": "sqlite:///shop.sqlite",
    "admin_port": 3001,  # nobody asks for this one
    "run_admin_server": False,
}
DBOS(config=config)
engine = sa.create_engine(config["database_url"])
if not config["run_admin_server"]:
    print("no admin server")

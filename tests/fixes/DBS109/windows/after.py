# options: fix=safe
from dbos import DBOS

config = {"name": "kiosk-app"}; DBOS(config=config)  # ö

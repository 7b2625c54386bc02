from dbos import DBOS

DBOS(config={"name": "ofen", "ö": 1, "log_levle": "INFO"})
DBOS.launch()

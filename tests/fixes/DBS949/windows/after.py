from dbos import DBOS, DBOSConfig as Config

größe: Config = {"name": "größe"}; DBOS.launch()

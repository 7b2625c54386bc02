from dbos import DBOS, DBOSConfigg as Config

größe: Config = {"name": "größe"}; DBOS.lauch()

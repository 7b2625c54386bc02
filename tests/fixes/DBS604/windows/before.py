# options: fix=safe
from dbos import DBOS, DBOSConfiguredInstance


@DBOS.dbos_class()
class Tier(DBOSConfiguredInstance):
    @DBOS.workflow()
    def füttere(self, food: str) -> str:
        return food


@DBOS.dbos_class()
class Käfer(Tier):
	pass

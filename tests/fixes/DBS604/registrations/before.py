# options: fix=safe
"""Subclasses that are registered a second time, for nothing."""

import dbos
from dbos import DBOS as D
from dbos import DBOSConfiguredInstance


@D.dbos_class()
class Animal(DBOSConfiguredInstance):
    @D.workflow()
    def feed(self, food: str) -> str:
        return food


@D.dbos_class()  # größer
class Dog(Animal):
    sound = "wau"


def final(cls: type) -> type:
    return cls


# above
@final
@dbos.DBOS.dbos_class()
# between
@final
class Cat(Animal):
    sound = "miau"

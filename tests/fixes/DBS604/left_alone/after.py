"""A subclass with workflows of its own needs another place for them; a name of its own may be what was wanted."""

from dbos import DBOS, DBOSConfiguredInstance


@DBOS.dbos_class()
class Animal(DBOSConfiguredInstance):
    @DBOS.workflow()
    def feed(self, food: str) -> str:
        return food


@DBOS.dbos_class()
class Dog(Animal):
    @DBOS.workflow()
    def bark(self, loud: bool) -> bool:
        return loud


@DBOS.dbos_class("cats")
class Cat(Animal):
    sound = "miau"

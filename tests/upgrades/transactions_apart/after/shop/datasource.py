import os

from dbos import SQLAlchemyDatasource

ds = SQLAlchemyDatasource.create(os.environ.get("SHOP_DATABASE_URL", "sqlite:///shop.sqlite"))

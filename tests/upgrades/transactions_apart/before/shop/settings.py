import os

DATABASE = os.environ.get("SHOP_DATABASE_URL", "sqlite:///shop.sqlite")

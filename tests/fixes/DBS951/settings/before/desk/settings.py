class Settings:
    def __init__(self) -> None:
        self.url = "sqlite:///desk.sqlite"
        self.system_url = "sqlite:///system.sqlite"


settings = Settings()

"""Written on another system."""
import time
from dbos import DBOS

@DBOS.step()
def ring(at: float) -> None:
    print(at)

@DBOS.workflow()
def alarm() -> None:
    at = (time.time)()
    ring(at)
    ring(  time.time( )  )

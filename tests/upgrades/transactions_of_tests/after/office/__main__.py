from company.configuration import load_configuration
from dbos import DBOS

from office.bookings import reserve

DBOS(config=load_configuration("office"))
DBOS.launch()
print(reserve("blue"))

"""All that waits."""

from .settings import GRINDING, PREFIX, RATE, settings
from .settings import settings as given

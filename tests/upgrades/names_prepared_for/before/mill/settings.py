"""What can be set."""

import os

STONES = int(os.environ["STONES"])
CARTING = "carting"

"""A module that takes long to import, as a preloaded one may on a busy machine."""

import time

time.sleep(30)

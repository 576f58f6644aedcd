"""What `kmcc` tells the shell."""

from typing import Final

OK: Final = 0
INTERNAL: Final = 1  # a fault of ours: a traceback follows
BAD_INPUT: Final = 2  # usage, configuration or a file that is not what it should be
NO_BOARD: Final = 3
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count

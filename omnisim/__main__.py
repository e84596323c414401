"""Run the command line as ``python -m omnisim``."""

import sys

from omnisim.cli import main

sys.exit(main())

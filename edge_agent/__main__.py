"""``python -m edge_agent`` is ``fedlm``."""

import sys

from edge_agent.cli import main

sys.exit(main())

"""The sandbox's own process: `python -m ecslab.sandbox --home FOLDER`. `process.ensure` starts it."""

import sys

from ecslab.sandbox.engine.serve import main

if __name__ == "__main__":
    sys.exit(main())

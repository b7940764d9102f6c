"""`python -m piste` is the same as `piste`."""

import sys

from piste.cli import main

if __name__ == "__main__":
    sys.exit(main())

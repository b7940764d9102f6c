"""How `piste schema` exits."""

FINE = 0
REFUSED = 1
"""Something was found wrong, or refused, or is not there."""

USAGE = 2
"""The command line cannot be followed; as argparse has it."""

BROKEN = 3
"""The registry does not answer as one, or the disk does not."""

"""The texts that people give to accounts, users and keys.

Limits: 1 to MAX_LABEL characters that every database can hold.
"""

from typing import TypeGuard

MAX_LABEL = 255

LABEL_PATTERN = "^[^\\u0000]*$"
"""Of JSON Schema: with the lengths it says what `is_label` takes; JSON text has no lone surrogates."""


def is_label(value: object) -> TypeGuard[str]:
    """Without NUL and halves of surrogate pairs, which databases refuse."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= MAX_LABEL
        and "\0" not in value
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )

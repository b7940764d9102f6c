"""What a setting means, written once beside its type."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doc:
    """One line for the user: what the field means and its unit. Used as `Annotated[int, Doc("…")]`.

    Flags, environment variables, TOML keys and the documentation page are derived from it.
    """

    text: str

"""The flat list of settings, derived from the declarations in `model`.

Room:   between the declarations and everything that reads or prints settings by name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from piste.events.doc import Doc
from piste.settings.kinds import Kind, kind_of
from piste.settings.markers import AtLeast, Between, Existing, Flag, NotYet, Secret
from piste.settings.model import Settings

PREFIX = "PISTE_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, under each of its names."""

    key: str
    kind: Kind
    doc: str
    default: Any
    flag: Flag | None = None
    secret: bool = False
    must_exist: bool = False
    not_yet: NotYet | None = None

    @property
    def environment(self) -> str:
        """`collector.cookie.name` is `PISTE_COLLECTOR_COOKIE_NAME` in the environment."""
        return PREFIX + self.key.upper().replace(".", "_")

    @property
    def meaning(self) -> str:
        """For help and documentation: what it does, and what it does not do yet."""
        return self.doc if self.not_yet is None else f"{self.doc} Not yet: {self.not_yet.reason}."


@cache
def settings_by_key() -> Mapping[str, Setting]:
    """Every setting, by its dotted key, in the order of their declaration."""
    return {setting.key: setting for setting in _settings(Settings, "")}


def sections(cls: type) -> dict[str, type]:
    """The fields of a settings class that are settings classes themselves."""
    hints = get_type_hints(cls)
    return {one.name: hints[one.name] for one in fields(cls) if is_dataclass(hints[one.name])}


def _settings(cls: type, prefix: str) -> Iterator[Setting]:
    hints = get_type_hints(cls, include_extras=True)
    nested = sections(cls)
    for one in fields(cls):
        key = prefix + one.name
        if one.name in nested:
            yield from _settings(nested[one.name], key + ".")
        else:
            yield _setting(key, hints[one.name], _default(one))


def _setting(key: str, hint: Any, default: Any) -> Setting:
    annotation, *markers = get_args(hint)
    found = {type(marker): marker for marker in markers}
    return Setting(
        key=key,
        kind=kind_of(annotation, found.get(Between) or found.get(AtLeast)),
        doc=found[Doc].text,
        default=default,
        flag=found.get(Flag),
        secret=Secret in found,
        must_exist=Existing in found,
        not_yet=found.get(NotYet),
    )


def _default(one: Field[Any]) -> Any:
    return one.default if one.default_factory is MISSING else one.default_factory()

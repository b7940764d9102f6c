"""From flags, environment and file to one `Settings`, or to everything that is wrong with them.

Room:   the order of precedence and the conversion; the sources are read by `sources` and `micro_config`.
Limits: pure: the environment and the files are handed in. Nothing is opened but the configuration
        file (and what a HOCON file includes).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from piste.settings import sources
from piste.settings.checks import contradictions
from piste.settings.fields import sections, settings_by_key
from piste.settings.model import Settings
from piste.settings.sources import Findings, Given, Problem

CONFIG_FILE = Path("piste.toml")
DEFAULT = "default"

T = TypeVar("T")


class Files(Protocol):
    """What `load` needs of a file system."""

    def read_text(self, path: Path) -> str:
        """The text of a UTF-8 file. Raises `OSError` or `UnicodeDecodeError`."""

    def exists(self, path: Path) -> bool: ...


class Disk:
    """The file system of this machine."""

    def read_text(self, path: Path) -> str:
        return path.read_text(encoding="utf-8")

    def exists(self, path: Path) -> bool:
        return path.exists()


@dataclass(frozen=True)
class Loaded:
    """Settings that can be used; `origins` tells by key where each value came from."""

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()


class InvalidSettings(Exception):
    """The settings cannot be used; `problems` are all the reasons."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def load(
    flags: Mapping[str, str | Sequence[str]],
    environ: Mapping[str, str],
    files: Files,
    *,
    config_file: Path | None = None,
    properties: Sequence[str] = (),
    defaults: Sequence[Given] = (),
    fixed: Sequence[Given] = (),
) -> Loaded:
    """The settings, each from the first source that has it. Raises `InvalidSettings`.

    In this order: `fixed` (what a command decides for itself), `flags` (texts by key), Java
    `properties` (`name=value`), `PISTE_*`, Micro's variables, the configuration file (`config_file`,
    else ./piste.toml when there is one), `defaults` (those of the command), the defaults of `model`.
    A file not named `*.toml` is Micro's HOCON.
    """
    path = config_file or CONFIG_FILE
    found = [
        Findings(tuple(defaults)),
        sources.micro_certificate(environ, path.parent),
        _file(path, files) if config_file or files.exists(path) else Findings(),
        sources.micro_environment(environ),
        sources.environment(environ),
        _properties(properties),
        sources.command_line(flags),
        Findings(tuple(fixed)),
    ]
    problems = [problem for source in found for problem in source.problems]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(settings_by_key(), DEFAULT)
    for given in (given for source in found for given in source.given):
        try:
            values[given.key] = _converted(given)
        except ValueError:
            problems.append(_wrong_value(given))
        else:
            origins[given.key] = given.origin
    construction = Construction(values, origins)
    settings = construction.of(Settings)
    problems += construction.problems
    problems += _not_yet(values, origins)
    problems += _missing_files(values, origins, files)
    problems += contradictions(settings)
    if problems:
        raise InvalidSettings(problems)
    warnings = [warning for source in found for warning in source.warnings]
    return Loaded(settings, origins, tuple(warnings))


class Construction:
    """Builds settings from values by key; what a section says of its values becomes a problem.

    A section's `__post_init__` raises `ValueError("<key below the top section>: <what was expected>")`.
    """

    def __init__(self, values: Mapping[str, Any], origins: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._values = values
        self._origins = origins

    def of(self, cls: type[T], prefix: str = "") -> T:
        """One section with all that it holds; its defaults where its values are refused."""
        nested = sections(cls)
        arguments: dict[str, Any] = {}
        for one in fields(cast(Any, cls)):
            key = prefix + one.name
            if one.name in nested:
                arguments[one.name] = self.of(nested[one.name], key + ".")
            elif key in self._values:
                arguments[one.name] = self._values[key]
        try:
            return cls(**arguments)
        except ValueError as error:
            label, _, reason = str(error).partition(": ")
            key = f"{prefix.partition('.')[0]}.{label}"
            self.problems.append(Problem(f"`{key}`: {reason}", self._origins.get(key), key))
            return cls()


def values_by_key(settings: Settings) -> dict[str, Any]:
    """Each setting's value, by its dotted key."""
    values = {}
    for key in settings_by_key():
        value: Any = settings
        for name in key.split("."):
            value = getattr(value, name)
        values[key] = value
    return values


def _file(path: Path, files: Files) -> Findings:
    try:
        text = files.read_text(path)
    except FileNotFoundError:
        return Findings(problems=(Problem("no such file", str(path)),))
    except (OSError, UnicodeDecodeError) as error:
        return Findings(problems=(Problem(f"cannot be read: {error}", str(path)),))
    if path.suffix == ".toml":
        return sources.toml(text, str(path))
    from piste.settings import micro_config  # only here and below: pyhocon is slow to import

    return micro_config.hocon(text, path)


def _properties(properties: Sequence[str]) -> Findings:
    if not properties:
        return Findings()
    from piste.settings import micro_config

    return micro_config.properties(properties)


def _converted(given: Given) -> Any:
    kind = settings_by_key()[given.key].kind
    if given.is_text:
        return kind.from_text(str(given.value))
    return kind.from_value(given.value)


def _wrong_value(given: Given) -> Problem:
    setting = settings_by_key()[given.key]
    message = f"`{given.key}` must be {setting.kind.expected}"
    if not setting.secret:
        message += f", not {given.value!r}"
    return Problem(message, given.origin, given.key)


def _not_yet(values: Mapping[str, Any], origins: Mapping[str, str]) -> Iterator[Problem]:
    for key, setting in settings_by_key().items():
        if setting.not_yet and values.get(key, setting.default) != setting.default:
            yield Problem(f"`{key}`: {setting.not_yet.reason}", origins[key], key)


def _missing_files(
    values: Mapping[str, Any], origins: Mapping[str, str], files: Files
) -> Iterator[Problem]:
    for key, setting in settings_by_key().items():
        if setting.must_exist:
            for path in _paths(values.get(key)):
                if not files.exists(path):
                    yield Problem(f"`{key}`: no such file or folder: {path}", origins[key], key)


def _paths(value: Path | tuple[Path, ...] | None) -> Iterable[Path]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)

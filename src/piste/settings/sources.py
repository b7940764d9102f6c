"""The places settings are read from: a TOML file, the environment, the command line.

Room:   each reader gives what was found, unconverted, and what is wrong with the names; `load` goes on.
Limits: pure: texts and mappings in, values out. HOCON has a module of its own, `micro_config`.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from piste.settings import clients
from piste.settings.fields import PREFIX, settings_by_key

MICRO_PASSWORD = "MICRO_SSL_CERT_PASSWORD"  # noqa: S105 (the name of the variable)
MICRO_ENVIRONMENT = {
    "MICRO_IGLU_REGISTRY_URL": "iglu.registry_url",
    "MICRO_IGLU_API_KEY": "iglu.registry_api_key",
    MICRO_PASSWORD: "tls.password",
}
MICRO_CERTIFICATE = "ssl-certificate.p12"

_KUBERNETES = re.compile(rf"{PREFIX}(?:\w+_)?(?:SERVICE_(?:HOST|PORT)\w*|PORT_\d+_(?:TCP|UDP)\w*)")
_KUBERNETES_ADDRESS = re.compile(r"(?:tcp|udp)://")


@dataclass(frozen=True, slots=True)
class Given:
    """A value for one setting as it was found. `is_text`: it is to be parsed, having no type yet."""

    key: str
    value: object
    origin: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the settings cannot be used. `origin` names the file, variable or flag at fault."""

    message: str
    origin: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        return self.message if self.origin is None else f"{self.origin}: {self.message}"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A name that is understood and of no use here."""

    name: str


Found = Given | Problem | Ignored


@dataclass(frozen=True, slots=True)
class Findings:
    """What one source holds; a warning names what is ignored."""

    given: tuple[Given, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


def findings(found: Iterable[Found], origin: str) -> Findings:
    """Sort out what a reader of `origin` yields."""
    given, problems, ignored = [], [], []
    for one in found:
        match one:
            case Given():
                given.append(one)
            case Problem():
                problems.append(one)
            case Ignored(name):
                ignored.append(name)
    warnings = [f"{origin}: not used by Piste: {', '.join(ignored)}"] if ignored else []
    return Findings(tuple(given), tuple(problems), tuple(warnings))


def toml(text: str, origin: str) -> Findings:
    """The settings of a piste.toml."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Findings(problems=(Problem(f"not valid TOML: {error}", origin),))
    return findings(_toml_table(tree, "", origin), origin)


def environment(environ: Mapping[str, str]) -> Findings:
    """The settings of the `PISTE_*` variables."""
    return findings(_environment(environ), "environment")


def micro_environment(environ: Mapping[str, str]) -> Findings:
    """The settings of Snowplow Micro's own variables."""
    return Findings(
        tuple(
            Given(key, environ[name], name, is_text=True)
            for name, key in MICRO_ENVIRONMENT.items()
            if environ.get(name)
        )
    )


def micro_certificate(environ: Mapping[str, str], folder: Path) -> Findings:
    """Micro's password alone turns HTTPS on, with the certificate in the configuration's folder."""
    if not environ.get(MICRO_PASSWORD):
        return Findings()
    return Findings((Given("tls.p12", str(folder / MICRO_CERTIFICATE), MICRO_PASSWORD),))


def command_line(flags: Mapping[str, str | Sequence[str]]) -> Findings:
    """The settings given as flags: texts by key, a list of texts for a flag that may be repeated."""
    settings = settings_by_key()
    given = []
    for key, value in flags.items():
        flag = settings[key].flag
        origin = flag.names[0] if flag else key
        given.append(Given(key, value, origin, is_text=isinstance(value, str)))
    return Findings(tuple(given))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The end of an error sentence: the nearest known name, if one is near."""
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean `{nearest[0]}`?" if nearest else ""


def _toml_table(table: Mapping[str, object], prefix: str, origin: str) -> Iterator[Found]:
    settings = settings_by_key()
    tables = {key[: dot.start()] for key in settings for dot in re.finditer(r"\.", key)}
    for name, value in table.items():
        key = prefix + name
        if key in settings:
            yield Given(key, value, origin)
        elif key not in tables:
            nearest = did_you_mean(key, [*settings, *tables])
            yield Problem(f"unknown setting `{key}`{nearest}", origin, key)
        elif isinstance(value, Mapping):
            yield from _toml_table(value, key + ".", origin)
        else:
            yield Problem(f"`{key}` is a table of settings, not a setting", origin, key)


def _environment(environ: Mapping[str, str]) -> Iterator[Found]:
    known = {setting.environment: setting.key for setting in settings_by_key().values()}
    for name, value in sorted(environ.items()):
        if name in known:
            yield Given(known[name], value, name, is_text=True)
        elif name in clients.VARIABLES or not name.startswith(PREFIX):
            continue
        elif not _is_from_kubernetes(name, value):
            nearest = did_you_mean(name, known)
            yield Problem(f"unknown variable `{name}`{nearest}", "environment", name)


def _is_from_kubernetes(name: str, value: str) -> bool:
    """A pod beside a service called `piste` gets `PISTE_PORT=tcp://..` and a dozen more unasked."""
    return bool(_KUBERNETES.fullmatch(name) or _KUBERNETES_ADDRESS.match(value))

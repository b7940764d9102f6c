"""Settings: four sources, one order, every fault reported at once, and a page that is derived."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from piste.settings import InvalidSettings, Loaded, Settings, clients, load, reference
from piste.settings.fields import Setting, settings_by_key
from piste.settings.kinds import kind_of, plain, text
from piste.settings.load import values_by_key
from piste.settings.markers import AtLeast, Secret
from piste.settings.show import as_json, as_text
from piste.settings.sources import Given

REPOSITORY = Path(__file__).resolve().parents[1]


class Folder:
    """Files that exist only here, by path."""

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self._files = {Path(name): content for name, content in (files or {}).items()}

    def read_text(self, path: Path) -> str:
        if path not in self._files:
            raise FileNotFoundError(path)
        return self._files[path]

    def exists(self, path: Path) -> bool:
        return path in self._files


def loaded(
    *,
    flags: Mapping[str, str | Sequence[str]] | None = None,
    environ: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    **more: Any,
) -> Loaded:
    return load(flags or {}, environ or {}, Folder(files), **more)


def faults(**sources: Any) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        loaded(**sources)
    return [str(problem) for problem in caught.value.problems]


TOML = {"piste.toml": "[server]\nport = 1"}
ENVIRONMENT = {"PISTE_SERVER_PORT": "2"}
FLAGS = {"server.port": "3"}


@pytest.mark.parametrize(
    ("sources", "port", "origin"),
    [
        pytest.param({}, 9090, "default", id="nothing is given"),
        pytest.param({"files": TOML}, 1, "piste.toml", id="the file alone"),
        pytest.param({"environ": ENVIRONMENT}, 2, "PISTE_SERVER_PORT", id="the environment alone"),
        pytest.param(
            {"files": TOML, "environ": ENVIRONMENT},
            2,
            "PISTE_SERVER_PORT",
            id="the environment goes over the file",
        ),
        pytest.param(
            {"files": TOML, "environ": ENVIRONMENT, "flags": FLAGS},
            3,
            "--port",
            id="a flag goes over both",
        ),
        pytest.param(
            {"flags": FLAGS, "fixed": [Given("server.port", 4, "piste micro")]},
            4,
            "piste micro",
            id="what the command fixes goes over a flag",
        ),
        pytest.param(
            {"defaults": [Given("server.port", 5, "piste micro")]},
            5,
            "piste micro",
            id="the command's default goes over the general one",
        ),
        pytest.param(
            {"files": TOML, "defaults": [Given("server.port", 5, "piste micro")]},
            1,
            "piste.toml",
            id="the file goes over the command's default",
        ),
        pytest.param(
            {"files": {**TOML, "other.toml": ""}, "config_file": Path("other.toml")},
            9090,
            "default",
            id="a file that is named takes the place of piste.toml",
        ),
    ],
)
def test_precedence(sources: dict[str, Any], port: int, origin: str) -> None:
    """Flags over environment over file over defaults, and each value knows its origin."""
    result = loaded(**sources)
    assert result.settings.server.port == port
    assert result.origins["server.port"] == origin


EXAMPLES: dict[str, object] = {
    "tls.p12": Path("certificates/a, b.p12"),
    "tls.cert": Path("certificate.pem"),
    "tls.key": Path("key.pem"),
    "storage.ttl": timedelta(days=7),
    "storage.origin_ttl": timedelta(minutes=90),
    "storage.cleanup_interval": timedelta(seconds=90),
    "enrich.workers": 0,
    "iglu.resolver": Path("iglu.json"),
    "iglu.schemas": (Path("one"), Path("two,three")),
    "iglu.registry_url": "https://registry.example/api",
    "registry.super_key": "5a203ef8-939b-4fd1-914e-f12a3dd1a869",
    "registry.prefixes": ("/iglu", "/a/b"),
    "output.destination": "http://127.0.0.1:8000/",
    "traffic.api_window": timedelta(minutes=5),
    "traffic.collect_window": timedelta(minutes=5),
    "traffic.trusted_proxies": ("203.0.113.7", "2001:db8::/32"),
    "log.format": "human",
    "log.level": "debug",
    "collector.paths": {"/com.acme/track": "/com.snowplowanalytics.snowplow/tp2"},
    "collector.cookie.domains": ("acme.com", "acme.org"),
    "collector.cookie.same_site": None,
    "collector.root_response.headers": {"Location": "https://acme.com/, there"},
    "collector.redirects.redirect_domains": ("acme.com",),
    "collector.cookie.fallback_domain": "acme.com",
    "collector.cookie.client_cookie.domains": ("acme.com",),
    "collector.cookie.client_cookie.fallback_domain": "acme.com",
    "collector.cookie.client_cookie.same_site": "Lax",
}
"""Another value than the default, for settings where it cannot be guessed."""

COMPANIONS: dict[str, dict[str, object]] = {
    "tls.password": {"tls.p12": "certificate.p12"},
    "tls.key": {"tls.cert": "certificate.pem"},
    "output.destination": {"output.json": True},
    "collector.do_not_track.enabled": {"collector.do_not_track.name": "dnt"},
}
"""What must be set beside a setting for it to make sense."""


def example(setting: Setting) -> object:
    """A legal value other than the default."""
    default: object = setting.default
    if setting.key in EXAMPLES:
        return EXAMPLES[setting.key]
    if isinstance(default, bool):
        return not default
    if isinstance(default, int):
        return default + 1
    if isinstance(default, tuple):
        return ("https://acme.com", "https://acme.org")
    return Path("another") if isinstance(default, Path) else "another"


def round_trips() -> list[Any]:
    return [
        pytest.param(setting, id=key)
        for key, setting in settings_by_key().items()
        if not setting.not_yet
    ]


def companions(setting: Setting) -> list[Given]:
    given = COMPANIONS.get(setting.key, {})
    return [Given(key, value, "the test") for key, value in given.items()]


def existing(setting: Setting) -> dict[str, str]:
    values = [example(setting), *COMPANIONS.get(setting.key, {}).values()]
    paths = [path for value in values for path in (value if isinstance(value, tuple) else (value,))]
    return {str(path): "" for path in paths}


@pytest.mark.parametrize("setting", round_trips())
def test_every_setting_can_be_given_in_toml(setting: Setting) -> None:
    """What is printed in TOML is read back as the same value."""
    written = plain(example(setting))
    toml = f"{setting.key} = {json.dumps('' if written is None else written)}"
    toml = toml.replace('": ', '" = ') if isinstance(written, dict) else toml
    files = {"piste.toml": toml, **existing(setting)}
    result = loaded(files=files, defaults=companions(setting))
    assert values_by_key(result.settings)[setting.key] == example(setting)
    assert result.origins[setting.key] == "piste.toml"


def test_variables_of_the_clients_are_no_mistake() -> None:
    """Who uses both in one shell may start Piste there."""
    assert loaded(environ=dict.fromkeys(clients.VARIABLES, "x")).settings == loaded().settings


@pytest.mark.parametrize("setting", round_trips())
def test_every_setting_can_be_given_in_the_environment(setting: Setting) -> None:
    """What is printed as text is read back as the same value."""
    environ = {setting.environment: text(example(setting))}
    result = loaded(environ=environ, files=existing(setting), defaults=companions(setting))
    assert values_by_key(result.settings)[setting.key] == example(setting)
    assert result.origins[setting.key] == setting.environment


def test_names_are_unambiguous() -> None:
    """No two settings share a variable or a flag, and none looks like a section."""
    settings = settings_by_key().values()
    variables = [setting.environment for setting in settings]
    flags = [name for setting in settings if setting.flag for name in setting.flag.names]
    assert len(set(variables)) == len(variables)
    assert len(set(flags)) == len(flags)


@pytest.mark.parametrize(
    ("sources", "key", "span", "origin"),
    [
        pytest.param({}, "ttl", None, "default", id="events are kept for ever"),
        pytest.param({}, "origin_ttl", timedelta(days=1), "default", id="requests for a day"),
        pytest.param(
            {}, "cleanup_interval", timedelta(minutes=10), "default", id="looked at often"
        ),
        pytest.param(
            {"files": {"piste.toml": "[storage]\nttl = '90d'"}},
            "ttl",
            timedelta(days=90),
            "piste.toml",
            id="in TOML",
        ),
        pytest.param(
            {
                "files": {"piste.toml": "storage.ttl = '90d'"},
                "environ": {"PISTE_STORAGE_TTL": "5m"},
            },
            "ttl",
            timedelta(minutes=5),
            "PISTE_STORAGE_TTL",
            id="in the environment, over TOML",
        ),
        pytest.param(
            {"environ": {"PISTE_STORAGE_CLEANUP_INTERVAL": "60s"}},
            "cleanup_interval",
            timedelta(minutes=1),
            "PISTE_STORAGE_CLEANUP_INTERVAL",
            id="the shortest one in another unit",
        ),
        pytest.param(
            {"environ": {"PISTE_STORAGE_ORIGIN_TTL": ""}},
            "origin_ttl",
            None,
            "PISTE_STORAGE_ORIGIN_TTL",
            id="an empty variable is for ever",
        ),
        pytest.param(
            {"files": {"piste.toml": "storage.origin_ttl = ''"}},
            "origin_ttl",
            None,
            "piste.toml",
            id="so is an empty text in TOML",
        ),
    ],
)
def test_times(sources: dict[str, Any], key: str, span: timedelta | None, origin: str) -> None:
    """How long things are kept can be said in each source that has texts."""
    result = loaded(**sources)
    assert getattr(result.settings.storage, key) == span
    assert result.origins[f"storage.{key}"] == origin


def test_micros_file_has_no_times_of_storage() -> None:
    """Its HOCON configures the collector; what it says beside that is named, and not taken."""
    hocon = {"micro.conf": "collector { port = 1 }\nstorage { ttl = 7 days }"}
    result = loaded(files=hocon, config_file=Path("micro.conf"))
    assert result.settings.storage == Settings().storage
    assert result.warnings == ("micro.conf: not used by Piste: storage",)


def test_the_defaults_are_valid() -> None:
    """Without any source the settings are those declared, and nothing is to be warned of."""
    assert loaded().settings == Settings()
    assert loaded().warnings == ()


@pytest.mark.parametrize(
    ("sources", "problems"),
    [
        pytest.param(
            {"files": {"piste.toml": "[collector.cokie]\nname = 'sp'"}},
            ["piste.toml: unknown setting `collector.cokie`; did you mean `collector.cookie`?"],
            id="an unknown table",
        ),
        pytest.param(
            {"files": {"piste.toml": "server.prot = 1"}},
            ["piste.toml: unknown setting `server.prot`; did you mean `server.port`?"],
            id="an unknown key",
        ),
        pytest.param(
            {"files": {"piste.toml": "xyzzy = 1"}},
            ["piste.toml: unknown setting `xyzzy`"],
            id="an unknown key that resembles nothing",
        ),
        pytest.param(
            {"files": {"piste.toml": "server = 9090"}},
            ["piste.toml: `server` is a table of settings, not a setting"],
            id="a table's name with a value",
        ),
        pytest.param(
            {"environ": {"PISTE_SERVER_PROT": "1"}},
            [
                "environment: unknown variable `PISTE_SERVER_PROT`;"
                " did you mean `PISTE_SERVER_PORT`?"
            ],
            id="an unknown variable",
        ),
        pytest.param(
            {"files": {"piste.toml": "server.port = '9090'"}},
            ["piste.toml: `server.port` must be an integer from 0 to 65535, not '9090'"],
            id="a text where TOML should have an integer",
        ),
        pytest.param(
            {"files": {"piste.toml": "server.port = true"}},
            ["piste.toml: `server.port` must be an integer from 0 to 65535, not True"],
            id="a boolean is not an integer",
        ),
        pytest.param(
            {"environ": {"PISTE_SERVER_PORT": "65536"}},
            [
                "PISTE_SERVER_PORT: `server.port` must be an integer from 0 to 65535, not '65536'",
            ],
            id="a number out of its range",
        ),
        pytest.param(
            {
                "environ": {"PISTE_STORAGE_TTL": "299s"},
                "files": {"piste.toml": "[storage]\norigin_ttl = 3600\ncleanup_interval = ''"},
            },
            [
                "piste.toml: `storage.origin_ttl` must be a time such as `90s`, `5m`, `24h` or `7d`, "
                "`5m` or more, not 3600",
                "piste.toml: `storage.cleanup_interval` must be a time such as `90s`, `5m`, `24h` or "
                "`7d`, `1m` or more, not ''",
                "PISTE_STORAGE_TTL: `storage.ttl` must be a time such as `90s`, `5m`, `24h` or `7d`, "
                "`5m` or more, not '299s'",
            ],
            id="times",
        ),
        pytest.param(
            {"environ": {"PISTE_STORAGE_CLEANUP_INTERVAL": "10 minutes"}},
            [
                "PISTE_STORAGE_CLEANUP_INTERVAL: `storage.cleanup_interval` must be a time such as "
                "`90s`, `5m`, `24h` or `7d`, `1m` or more, not '10 minutes'",
            ],
            id="a time in words",
        ),
        pytest.param(
            {"files": {"piste.toml": "[storage]\nttl = 07:00:00\norigin_ttl = ['7d']"}},
            [
                "piste.toml: `storage.ttl` must be a time such as `90s`, `5m`, `24h` or `7d`, "
                "`5m` or more, not datetime.time(7, 0)",
                "piste.toml: `storage.origin_ttl` must be a time such as `90s`, `5m`, `24h` or `7d`, "
                "`5m` or more, not ['7d']",
            ],
            id="a time of day, and a list",
        ),
        pytest.param(
            {"environ": {"PISTE_ENRICH_WORKERS": "-1"}},
            ["PISTE_ENRICH_WORKERS: `enrich.workers` must be an integer from 0 to 64, not '-1'"],
            id="a negative number of workers",
        ),
        pytest.param(
            {"flags": {"enrich.workers": "65"}},
            ["--workers: `enrich.workers` must be an integer from 0 to 64, not '65'"],
            id="too many workers",
        ),
        pytest.param(
            {"files": {"piste.toml": "enrich.workers = 1.5"}},
            ["piste.toml: `enrich.workers` must be an integer from 0 to 64, not 1.5"],
            id="half a worker",
        ),
        pytest.param(
            {"files": {"piste.toml": "enrich.workers = '2'"}},
            ["piste.toml: `enrich.workers` must be an integer from 0 to 64, not '2'"],
            id="workers as a text",
        ),
        pytest.param(
            {"environ": {"PISTE_OUTPUT_TSV": "yes"}},
            ["PISTE_OUTPUT_TSV: `output.tsv` must be true or false, not 'yes'"],
            id="a boolean has two spellings",
        ),
        pytest.param(
            {"environ": {"PISTE_LOG_LEVEL": "loud"}},
            [
                "PISTE_LOG_LEVEL: `log.level` must be one of"
                " `debug`, `info`, `warning`, `error`, not 'loud'"
            ],
            id="not one of the choices",
        ),
        pytest.param(
            {"files": {"piste.toml": "iglu.schemas = 'one'"}},
            ["piste.toml: `iglu.schemas` must be a list, each item a path, not 'one'"],
            id="a text where TOML should have a list",
        ),
        pytest.param(
            {"environ": {"PISTE_COLLECTOR_PATHS": "/a/b=/c/d"}},
            ["PISTE_COLLECTOR_PATHS: `collector.paths` must be a table of texts, not '/a/b=/c/d'"],
            id="a table that is not JSON",
        ),
        pytest.param(
            {"environ": {"PISTE_COLLECTOR_COOKIE_NAME": "a b"}},
            [
                "PISTE_COLLECTOR_COOKIE_NAME: `collector.cookie.name`: expected a token"
                " (letters, digits, -_. and the like), got 'a b'"
            ],
            id="a section's own rule, with the origin of the value",
        ),
        pytest.param(
            {"files": {"piste.toml": "[server"}},
            [
                "piste.toml: not valid TOML: Expected ']' at the end of a table declaration"
                " (at end of document)"
            ],
            id="a file that is not TOML",
        ),
        pytest.param(
            {"config_file": Path("other.toml")},
            ["other.toml: no such file"],
            id="a named configuration file that is missing",
        ),
        pytest.param(
            {"flags": {"iglu.schemas": ["here", "there"], "iglu.resolver": "iglu.json"}},
            [
                "--iglu: `iglu.resolver`: no such file or folder: iglu.json",
                "--schemas: `iglu.schemas`: no such file or folder: here",
                "--schemas: `iglu.schemas`: no such file or folder: there",
            ],
            id="files and folders that are missing, each of them",
        ),
        pytest.param(
            {"flags": {"output.tsv": "true", "output.json": "true"}},
            ["Cannot specify both --output-tsv and --output-json"],
            id="both outputs",
        ),
        pytest.param(
            {"flags": {"output.destination": "http://127.0.0.1/"}},
            ["--destination requires either --output-tsv or --output-json"],
            id="a destination without an output",
        ),
        pytest.param(
            {"flags": {"output.json": "true", "output.destination": "nowhere"}},
            ["Invalid URI: nowhere"],
            id="a destination that is no URL",
        ),
        pytest.param(
            {"flags": {"output.json": "true", "output.destination": "http://[::1"}},
            ["Invalid URI: http://[::1"],
            id="a destination that cannot even be parsed",
        ),
        pytest.param(
            {"files": {"piste.toml": "tls = {p12='p', key='k'}", "p": "", "k": ""}},
            [
                "set either `tls.p12` or `tls.cert` with `tls.key`, not both",
                "`tls.key` needs `tls.cert`",
            ],
            id="two certificates, one of them half",
        ),
        pytest.param(
            {"environ": {"PISTE_TLS_PASSWORD": "hunter2"}},
            ["`tls.password` needs `tls.p12` or `tls.cert`"],
            id="a password for nothing",
        ),
        pytest.param(
            {"files": {"piste.toml": "tls.password = 5"}},
            ["piste.toml: `tls.password` must be a text"],
            id="a secret is not repeated in its error",
        ),
        pytest.param(
            {"environ": {"MICRO_IGLU_REGISTRY_URL": "iglu.acme.com"}},
            ["`iglu.registry_url` must be an http or https URL, not 'iglu.acme.com'"],
            id="a registry that is no URL",
        ),
        pytest.param(
            {"environ": {"PISTE_REGISTRY_SUPER_KEY": "hunter2"}},
            ["`registry.super_key` must be a UUID in small letters"],
            id="a super key that is no UUID, and is not repeated",
        ),
        pytest.param(
            {"files": {"piste.toml": 'registry.prefixes = ["api", "/ok", "/no/"]'}},
            [
                "`registry.prefixes`: a path such as /api, not 'api'",
                "`registry.prefixes`: a path such as /api, not '/no/'",
            ],
            id="prefixes that are no paths",
        ),
        pytest.param(
            {
                "files": {
                    "piste.toml": 'traffic.trusted_proxies = ["10.0.0.0/8", "proxy"]\n'
                    'traffic.client_header = "X Forwarded"'
                }
            },
            [
                "`traffic.trusted_proxies`: an address or a network such as 10.0.0.0/8, not 'proxy'",
                "`traffic.client_header` must be the name of a header, not 'X Forwarded'",
            ],
            id="proxies that are no addresses, and a header that is none",
        ),
        pytest.param(
            {"flags": {"enrich.directory": "there"}, "files": {"there": ""}},
            ["--enrichments: `enrich.directory`: this release runs no configurable enrichments"],
            id="a setting whose work is still to come",
        ),
        pytest.param(
            {
                "files": {"piste.toml": "servr.port = 1\nlog.level = 5"},
                "environ": {"PISTE_LOGLEVEL": "x", "PISTE_SERVER_PORT": "x"},
                "flags": {"enrich.workers": "many"},
            },
            [
                "piste.toml: unknown setting `servr`; did you mean `server`?",
                "environment: unknown variable `PISTE_LOGLEVEL`; did you mean `PISTE_LOG_LEVEL`?",
                "piste.toml: `log.level` must be one of `debug`, `info`, `warning`, `error`, not 5",
                "PISTE_SERVER_PORT: `server.port` must be an integer from 0 to 65535, not 'x'",
                "--workers: `enrich.workers` must be an integer from 0 to 64, not 'many'",
            ],
            id="faults of all sources together",
        ),
    ],
)
def test_errors(sources: dict[str, Any], problems: list[str]) -> None:
    """Each fault names where it stands, the key, and what was expected; all come at once."""
    assert faults(**sources) == problems


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param(
            {"MICRO_IGLU_REGISTRY_URL": "http://a/api", "MICRO_IGLU_API_KEY": "k"},
            {"iglu.registry_url": "http://a/api", "iglu.registry_api_key": "k"},
            id="the registry and its key",
        ),
        pytest.param(
            {"MICRO_SSL_CERT_PASSWORD": "changeme"},
            {"tls.password": "changeme", "tls.p12": Path("config/ssl-certificate.p12")},
            id="the password turns HTTPS on",
        ),
        pytest.param(
            {"MICRO_SSL_CERT_PASSWORD": "changeme", "PISTE_TLS_P12": "own.p12"},
            {"tls.password": "changeme", "tls.p12": Path("own.p12")},
            id="a certificate may lie elsewhere",
        ),
        pytest.param(
            {"MICRO_SSL_CERT_PASSWORD": "", "MICRO_IGLU_API_KEY": ""},
            {"tls.p12": None, "tls.password": None, "iglu.registry_api_key": None},
            id="empty variables count as absent",
        ),
        pytest.param(
            {"MICRO_IGLU_API_KEY": "micro", "PISTE_IGLU_REGISTRY_API_KEY": "piste"},
            {"iglu.registry_api_key": "piste"},
            id="our own variable goes over Micro's",
        ),
        pytest.param(
            {
                "PISTE_SERVICE_HOST": "10.0.0.1",
                "PISTE_SERVICE_PORT_HTTP": "9090",
                "PISTE_PORT": "tcp://10.0.0.1:9090",
                "PISTE_PORT_9090_TCP_ADDR": "10.0.0.1",
                "PISTE_MICRO_SERVICE_PORT": "9090",
            },
            {"server.port": 9090},
            id="what Kubernetes sets beside a service called piste is not ours",
        ),
    ],
)
def test_environment(environ: dict[str, str], expected: dict[str, object]) -> None:
    """Micro's variables mean what they mean for Micro."""
    files = {"config/piste.toml": "", "config/ssl-certificate.p12": "", "own.p12": ""}
    result = loaded(environ=environ, files=files, config_file=Path("config/piste.toml"))
    values = values_by_key(result.settings)
    assert {key: values[key] for key in expected} == expected


def test_secrets_are_never_printed() -> None:
    """Neither `piste config` nor the settings' own text shows a secret that is set."""
    environ = {"MICRO_SSL_CERT_PASSWORD": "hunter2", "MICRO_IGLU_API_KEY": "hunter2"}
    result = loaded(environ=environ, files={"ssl-certificate.p12": ""})
    printed = as_json(result) + as_text(result) + repr(result.settings)
    assert "hunter2" not in printed
    assert 'tls.password = "***"  (MICRO_SSL_CERT_PASSWORD)' in as_text(result).splitlines()
    assert json.loads(as_json(result))["tls.password"]["value"] == "***"


def test_every_secret_is_left_out_of_the_repr() -> None:
    """`Secret()` and `repr=False` go together."""

    def secrets(cls: type) -> list[tuple[bool, bool]]:
        hints = get_type_hints(cls, include_extras=True)
        found = []
        for one in fields(cls):
            inner = getattr(hints[one.name], "__origin__", None)
            if isinstance(inner, type) and is_dataclass(inner):
                found += secrets(inner)
            else:
                is_secret = Secret() in getattr(hints[one.name], "__metadata__", ())
                found.append((is_secret, not one.repr))
        return found

    assert any(is_secret for is_secret, _ in secrets(Settings))
    assert all(is_secret == is_hidden for is_secret, is_hidden in secrets(Settings))


def test_every_setting_is_shown_with_its_origin() -> None:
    """`piste config` leaves nothing out."""
    result = loaded(environ={"PISTE_SERVER_PORT": "1"})
    shown = json.loads(as_json(result))
    assert list(shown) == list(settings_by_key())
    assert shown["server.port"] == {"value": 1, "origin": "PISTE_SERVER_PORT"}
    lines = as_text(result).splitlines()
    assert len(lines) == len(shown)
    assert "server.port = 1  (PISTE_SERVER_PORT)" in lines
    assert "tls.password =  (default)" in lines


def test_a_type_that_no_source_can_give_is_refused() -> None:
    """A mistake in a declaration shows at once, not when somebody sets the value."""
    with pytest.raises(TypeError, match="no setting may have the type"):
        kind_of(bytes)


@pytest.mark.parametrize(
    ("written", "span", "printed"),
    [
        ("90s", timedelta(seconds=90), "90s"),
        ("5m", timedelta(minutes=5), "5m"),
        ("24h", timedelta(hours=24), "1d"),
        ("7d", timedelta(days=7), "7d"),
        ("120s", timedelta(minutes=2), "2m"),
        ("0s", timedelta(), "0d"),
        ("007m", timedelta(minutes=7), "7m"),
        ("999999d", timedelta(days=999_999), "999999d"),
    ],
)
def test_a_time_is_a_number_and_a_unit(written: str, span: timedelta, printed: str) -> None:
    """In TOML and as text; it is printed in the largest unit that fits, which is read back."""
    kind = kind_of(timedelta)
    assert kind.from_value(written) == kind.from_text(written) == span
    assert plain(span) == text(span) == printed
    assert kind.from_text(printed) == span


@pytest.mark.parametrize(
    "written",
    [
        "",
        "5",
        "m",
        "5 m",
        " 5m",
        "5m\n",
        "-5m",
        "+5m",
        "1.5h",
        "5M",
        "5min",
        "1h30m",
        "5ms",
        "1w",
        "٥m",
        "1000000d",
    ],
)
def test_a_text_that_is_no_time(written: str) -> None:
    """Nothing is guessed."""
    kind = kind_of(timedelta)
    for read in (kind.from_value, kind.from_text):
        with pytest.raises(ValueError, match=rf"\A{re.escape(written)}\Z"):
            read(written)


@pytest.mark.parametrize("value", [300, 5.0, True, None, ["5m"], timedelta(minutes=5)])
def test_a_value_that_is_no_time(value: object) -> None:
    """TOML has no time spans, and a bare number has no unit."""
    with pytest.raises(ValueError, match=re.escape(str(value))):
        kind_of(timedelta).from_value(value)


def test_a_time_may_have_a_least_one() -> None:
    """Which is legal itself, and named in what is expected."""
    kind = kind_of(timedelta, AtLeast(timedelta(minutes=5)))
    assert kind.from_text("300s") == kind.from_text("5m") == timedelta(minutes=5)
    assert kind.expected.endswith("`5m` or more")
    for written in ("299s", "4m", "0d"):
        with pytest.raises(ValueError, match=written):
            kind.from_text(written)


def test_an_optional_time_may_be_empty() -> None:
    """That is none; it has the same least one."""
    kind = kind_of(timedelta | None, AtLeast(timedelta(minutes=5)))
    assert kind.from_text("") is kind.from_value("") is kind.from_value(None) is None
    assert kind.from_text("5m") == timedelta(minutes=5)
    with pytest.raises(ValueError, match="1m"):
        kind.from_text("1m")
    assert text(None) == ""


def test_the_page_is_up_to_date() -> None:
    """docs/configuration.md is what the declarations say; `make docs` writes it."""
    page = REPOSITORY / "docs" / "configuration.md"
    assert page.read_text(encoding="utf-8") == reference.page()

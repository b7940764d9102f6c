"""Every setting of Piste, written once: its key, type, default, meaning and, where it has one, flag.

Room:   declarations only. TOML keys, environment names, flags, checks, `piste config` and
        docs/configuration.md are derived from them: a new setting is one new field here.
Limits: values are plain; what they start (servers, files, registries) is the app's affair.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from piste.events.doc import Doc
from piste.settings.markers import AtLeast, Between, Existing, Flag, NotYet, Secret
from piste.traffic.proxies import NEAR
from piste.web.client_address import FORWARDED_FOR
from piste.web.collector.settings import CollectorSettings

PORT = Between(0, 65535)
MAX_WORKERS = 64


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    host: Annotated[
        str,
        Doc("Address to listen on. `0.0.0.0` takes requests from other machines."),
        Flag("--host", value="ADDRESS"),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Doc("Port for HTTP. 0 takes a free one, which the start-up line names."),
        Flag("--port", value="PORT"),
        PORT,
    ] = 9090
    ssl_port: Annotated[
        int,
        Doc("Port for HTTPS, used when a certificate is set."),
        Flag("--ssl-port", value="PORT"),
        PORT,
    ] = 9543


@dataclass(frozen=True, kw_only=True)
class TlsSettings:
    p12: Annotated[
        Path | None,
        Doc("PKCS12 file with certificate and private key."),
        Existing(),
    ] = None
    password: Annotated[
        str | None,
        Doc("Password of the PKCS12 file or of the PEM key."),
        Secret(),
    ] = field(default=None, repr=False)
    cert: Annotated[
        Path | None,
        Doc("PEM file with the certificate, followed by its chain."),
        Existing(),
    ] = None
    key: Annotated[Path | None, Doc("PEM file with the private key."), Existing()] = None


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    data_dir: Annotated[
        Path,
        Doc("Folder of the spool and the event store; made when absent."),
        Flag("--data-dir", value="DIR"),
    ] = Path("./piste-data")
    ephemeral: Annotated[
        bool,
        Doc("Keep events in memory only; they end with the process."),
        Flag("--ephemeral"),
    ] = False
    no_storage: Annotated[
        bool,
        Doc("Keep no events at all; the inspection API answers that it is off."),
        Flag("--no-storage"),
    ] = False
    spool_max_bytes: Annotated[
        int,
        Doc("Above this many bytes not yet loaded, the collector answers 503 with Retry-After."),
        Between(1),
    ] = 1_073_741_824
    ttl: Annotated[
        timedelta | None,
        Doc("Events older than this are deleted; when not set, none ever is."),
        AtLeast(timedelta(minutes=5)),
    ] = None
    origin_ttl: Annotated[
        timedelta | None,
        Doc(
            "Raw requests, as `/micro/good` and `/micro/bad` show them, are kept this long; empty for ever."
        ),
        AtLeast(timedelta(minutes=5)),
    ] = timedelta(hours=24)
    cleanup_interval: Annotated[
        timedelta,
        Doc("How often what is too old is looked for."),
        AtLeast(timedelta(minutes=1)),
    ] = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class IgluSettings:
    resolver: Annotated[
        Path | None,
        Doc("Iglu resolver configuration (JSON). Without one: Iglu Central and its mirror."),
        Flag("--iglu", "-i", value="FILE"),
        Existing(),
    ] = None
    schemas: Annotated[
        tuple[Path, ...],
        Doc("Folder with schemas as `<vendor>/<name>/jsonschema/<version>`. May be repeated."),
        Flag("--schemas", value="DIR"),
        Existing(),
    ] = ()
    registry_url: Annotated[
        str | None,
        Doc("One more HTTP registry, asked before the others; for an Iglu Server with `/api`."),
    ] = None
    registry_api_key: Annotated[
        str | None,
        Doc("The API key of `iglu.registry_url`."),
        Secret(),
    ] = field(default=None, repr=False)
    cache_size: Annotated[
        int,
        Doc("Schemas kept in memory, where the resolver configuration does not say."),
        Between(0),
    ] = 500


@dataclass(frozen=True, kw_only=True)
class RegistrySettings:
    super_key: Annotated[
        str | None,
        Doc(
            "A UUID that may do everything in Piste's own schema registry, for clients that take no other "
            "form of key."
        ),
        Secret(),
    ] = field(default=None, repr=False)
    patches_allowed: Annotated[
        bool,
        Doc("Published schemas may be replaced and deleted. Not where events depend on them."),
    ] = False
    prefixes: Annotated[
        tuple[str, ...],
        Doc("Paths below which the registry answers, as an Iglu Server does."),
    ] = ("/api", "/iglu-server/api")


@dataclass(frozen=True, kw_only=True)
class EnrichSettings:
    directory: Annotated[
        Path | None,
        Doc("Folder with enrichment configurations (`*.json`, `*.hocon`, `*.js`)."),
        Flag("--enrichments", value="DIR"),
        NotYet("this release runs no configurable enrichments"),
        Existing(),
    ] = None
    workers: Annotated[
        int | None,
        Doc(
            "Processes that enrich; 0 enriches in a thread of the serving process. When not set: one less "
            "than the machine has processors, and 0 with `storage.ephemeral`."
        ),
        Flag("--workers", value="N"),
        Between(0, MAX_WORKERS),
    ] = None


@dataclass(frozen=True, kw_only=True)
class OutputSettings:
    tsv: Annotated[
        bool,
        Doc("Write each event as enriched TSV to standard output."),
        Flag("--output-tsv", "-t"),
    ] = False
    json: Annotated[
        bool,
        Doc("Write each event as JSON of the Analytics SDK to standard output."),
        Flag("--output-json", "-j"),
    ] = False
    destination: Annotated[
        str | None,
        Doc("POST the events to this URL instead; needs `output.tsv` or `output.json`."),
        Flag("--destination", "-d", value="URL"),
    ] = None
    queue_payloads: Annotated[
        int,
        Doc("Payloads that wait for a slow destination; further ones are dropped and counted."),
        Between(1),
    ] = 1000


@dataclass(frozen=True, kw_only=True)
class InspectorSettings:
    open_inspector: Annotated[
        bool,
        Doc("Answer `/micro/*` to anyone, not only to requests from this machine."),
        Flag("--open-inspector"),
    ] = False
    cors_origins: Annotated[
        tuple[str, ...],
        Doc("Origins whose pages may read `/micro/*`; `:*` is any port, `*` alone any origin."),
    ] = (
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://localhost:*",
        "https://127.0.0.1:*",
        "https://[::1]:*",
    )
    wait_ms: Annotated[
        int,
        Doc("Longest time a query waits, unasked, for events already acknowledged."),
        Between(0),
    ] = 2000
    max_wait_ms: Annotated[
        int,
        Doc("Longest `timeoutMs` that a query's `wait` may ask for."),
        Between(0),
    ] = 60_000


@dataclass(frozen=True, kw_only=True)
class TrafficSettings:
    collect_requests: Annotated[
        int,
        Doc(
            "Requests that an address may make of `/api/v1/collect` in each `traffic.collect_window`."
        ),
        Between(1, 100_000),
    ] = 10
    collect_window: Annotated[
        timedelta,
        Doc("How long a request counts towards `traffic.collect_requests`."),
        AtLeast(timedelta(seconds=1)),
    ] = timedelta(seconds=10)
    respect_gpc: Annotated[
        bool, Doc("Record nothing of browsers that send `Sec-GPC: 1` (Global Privacy Control).")
    ] = False
    respect_dnt: Annotated[
        bool, Doc("Record nothing of browsers that send `DNT: 1` (Do Not Track).")
    ] = False
    explain: Annotated[
        bool,
        Doc(
            "Answers of 204 say in the header `X-Piste-Reason` why the hit is not counted. Not for long: it "
            "tells anybody which websites there are."
        ),
    ] = False
    api_requests: Annotated[
        int,
        Doc(
            "Requests that an API key may make of TinyTrail's API in each `traffic.api_window`; invalid keys "
            "count by address."
        ),
        Between(1, 100_000),
    ] = 60
    api_window: Annotated[
        timedelta,
        Doc("How long a request counts towards `traffic.api_requests`."),
        AtLeast(timedelta(seconds=1)),
    ] = timedelta(seconds=60)
    trusted_proxies: Annotated[
        tuple[str, ...],
        Doc(
            "Addresses and networks of proxies whose `traffic.client_header` is believed; without a setting, "
            "loopback and private networks."
        ),
    ] = NEAR
    client_header: Annotated[
        str, Doc("Header in which such a proxy names the client, as `CF-Connecting-IP`.")
    ] = FORWARDED_FOR


@dataclass(frozen=True, kw_only=True)
class LogSettings:
    format: Annotated[
        Literal["auto", "human", "json"],
        Doc("`human` lines, `json` lines, or `auto`: human on a terminal, JSON otherwise."),
        Flag("--log-format", value="FORMAT"),
    ] = "auto"
    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Doc("Least important level that is written."),
        Flag("--log-level", value="LEVEL"),
    ] = "info"
    events: Annotated[
        bool,
        Doc("Write one line for each good or bad event; `piste micro` does."),
    ] = False


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one running Piste."""

    admin_key: Annotated[
        str | None,
        Doc(
            "The administrator's key, 16 characters or more: a bearer token for all APIs. Without it, the "
            "first start makes a key and says it once."
        ),
        Secret(),
    ] = field(default=None, repr=False)
    server: Annotated[ServerSettings, Doc("Where Piste listens.")] = field(
        default_factory=ServerSettings
    )
    tls: Annotated[
        TlsSettings,
        Doc("The certificate for HTTPS: one PKCS12 file, or a PEM certificate and its key."),
    ] = field(default_factory=TlsSettings)
    storage: Annotated[StorageSettings, Doc("Where events are kept.")] = field(
        default_factory=StorageSettings
    )
    collector: Annotated[
        CollectorSettings, Doc("How requests of trackers are answered and recorded.")
    ] = field(default_factory=CollectorSettings)
    iglu: Annotated[IgluSettings, Doc("Where schemas come from.")] = field(
        default_factory=IgluSettings
    )
    registry: Annotated[
        RegistrySettings,
        Doc("The schema registry of Piste itself, which is asked before all others."),
    ] = field(default_factory=RegistrySettings)
    enrich: Annotated[EnrichSettings, Doc("How events are enriched.")] = field(
        default_factory=EnrichSettings
    )
    output: Annotated[OutputSettings, Doc("Events printed or posted while they arrive.")] = field(
        default_factory=OutputSettings
    )
    inspector: Annotated[InspectorSettings, Doc("The Micro API and the inspector page.")] = field(
        default_factory=InspectorSettings
    )
    traffic: Annotated[TrafficSettings, Doc("Web analytics.")] = field(
        default_factory=TrafficSettings
    )
    log: Annotated[LogSettings, Doc("What is written to standard error.")] = field(
        default_factory=LogSettings
    )

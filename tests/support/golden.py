"""Golden files: what others parse, kept as text."""

import json
from pathlib import Path
from typing import Any

from piste.events.payload import CollectorPayload
from piste.events.schema_key import Json
from piste.events.times import parse_iso

_FOLDER = Path(__file__).parents[1] / "golden"


def golden_text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def golden(name: str) -> Any:
    return json.loads(golden_text(name))


def golden_lines(name: str) -> list[str]:
    """The lines of a table, without comments and empty ones."""
    return [line for line in golden_text(name).splitlines() if line and not line.startswith("#")]


def request_of(sample: Json, querystring: str = "", body: str | None = None) -> CollectorPayload:
    """The request that a sample's `collectorPayload` or `rawEvent` describes."""
    api, source, context = sample["api"], sample["source"], sample["context"]
    return CollectorPayload(
        path=f"/{api['vendor']}/{api['version']}",
        querystring=querystring,
        body=body,
        content_type=sample["contentType"],
        collector=source["name"],
        encoding=source["encoding"],
        hostname=source["hostname"],
        timestamp_ms=parse_iso(context["timestamp"]),
        ip_address=context["ipAddress"],
        user_agent=context["useragent"],
        referer_uri=context["refererUri"],
        headers=tuple(context["headers"]),
        network_userid=context["userId"],
    )

"""Collector payloads to raw events: one adapter a (vendor, version).

Room:   rules; pure. Schema validation is handed in as `check`.
Limits: an adapter gives all raw events of a payload, or the problems; never a part.
"""

from piste.adapters.base import AdapterFailures, Check, Request, TrackerProtocolViolations
from piste.adapters.query import parse_path, parse_querystring
from piste.adapters.registry import adapt

__all__ = [
    "AdapterFailures",
    "Check",
    "Request",
    "TrackerProtocolViolations",
    "adapt",
    "parse_path",
    "parse_querystring",
]

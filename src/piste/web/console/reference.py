"""The page that shows an OpenAPI document to people.

Room:   a document in, HTML out. Everything that comes from the document is escaped.
Limits: no script, and nothing from another address. A component is shown once, and referred to by its name.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from piste.events.schema_key import Json

_COMPONENTS = "#/components/schemas/"
_STYLE = files("piste.web.console").joinpath("reference.css").read_text("utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def serve_reference(application: FastAPI, path: str) -> None:
    """The page of an application's own document, rendered once."""
    pages: list[str] = []

    @application.get(path, include_in_schema=False)
    def reference() -> HTMLResponse:
        if not pages:
            pages.append(page(application.openapi(), application.openapi_url or ""))
        return HTMLResponse(pages[0], headers=HEADERS)


def page(document: Mapping[str, Json], address: str) -> str:
    """`address` is where the document itself is."""
    title = escape(document["info"]["title"])
    groups = _by_tag(document)
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    main = [_group(tag, operations) for tag, operations in groups.items()]
    if schemas:
        shown = "".join(_component(name, schema) for name, schema in sorted(schemas.items()))
        main.append(f'<section><h2 id="schemas">Schemas</h2>{shown}</section>')
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>{title}</h1><p>Version {escape(document['info']['version'])}. As a document for "
        f'programs: <a href="{escape(address)}">OpenAPI {escape(document["openapi"])}</a>.</p></header>'
        f'<div class="columns"><nav aria-label="Operations">{_navigation(groups)}</nav>'
        f"<main>{''.join(main)}</main></div></body></html>"
    )


_Operation = tuple[str, str, Mapping[str, Any]]
"""Method, address and what the document says."""


def _by_tag(document: Mapping[str, Json]) -> dict[str, list[_Operation]]:
    groups: dict[str, list[_Operation]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["Other"])[0]
            groups.setdefault(tag, []).append((method.upper(), path, operation))
    return groups


def _navigation(groups: Mapping[str, list[_Operation]]) -> str:
    parts = []
    for tag, operations in groups.items():
        links = "".join(
            f'<li><a href="#{_slug(method, path)}">{_method(method)} '
            f"{escape(operation.get('summary', path))}</a></li>"
            for method, path, operation in operations
        )
        parts.append(f'<h2><a href="#{_slug(tag)}">{escape(tag)}</a></h2><ul>{links}</ul>')
    return "".join(parts) + '<h2><a href="#schemas">Schemas</a></h2>'


def _group(tag: str, operations: list[_Operation]) -> str:
    shown = "".join(_operation(*one) for one in operations)
    return f'<section><h2 id="{_slug(tag)}">{escape(tag)}</h2>{shown}</section>'


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    # A break after each slash, where a long address may go on in the next line.
    address = escape(path).replace("/", "/<wbr>")
    parts = [
        f'<article id="{_slug(method, path)}"><h3>{escape(operation.get("summary", path))}</h3>'
        f'<p class="address">{_method(method)} <code>{address}</code></p>',
        _text(operation.get("description")),
    ]
    if operation.get("parameters"):
        rows = "".join(map(_parameter, operation["parameters"]))
        parts.append(f'<h4>Parameters</h4><dl class="fields">{rows}</dl>')
    if "requestBody" in operation:
        parts.append(f"<h4>Request</h4>{_content(operation['requestBody'])}")
    parts.append("<h4>Answers</h4>")
    parts += [
        f"<details><summary><b>{escape(status)}</b> {escape(answer['description'])}</summary>"
        f"{_content(answer) or '<p>Without a body.</p>'}</details>"
        for status, answer in operation["responses"].items()
    ]
    return "".join(parts) + "</article>"


def _parameter(parameter: Mapping[str, Any]) -> str:
    place = f"in the {escape(parameter['in'])}"
    return _field(
        parameter["name"],
        f"{_type(parameter.get('schema', {}))}, {place}",
        is_required=parameter.get("required", False),
        text=parameter.get("description"),
    )


def _content(holder: Mapping[str, Any]) -> str:
    parts = []
    for media_type, content in holder.get("content", {}).items():
        schema = content.get("schema", {})
        parts.append(f"<p><code>{escape(media_type)}</code>: {_type(schema)}</p>{_fields(schema)}")
        if "example" in content:
            example = json.dumps(content["example"], indent=2, ensure_ascii=False)
            parts.append(f'<pre tabindex="0">{escape(example)}</pre>')
    return "".join(parts)


def _component(name: str, schema: Mapping[str, Any]) -> str:
    return (
        f'<article id="{_slug("schema", name)}"><h3>{escape(name)}</h3>'
        f"<p>{_type({key: one for key, one in schema.items() if key != 'title'})}</p>"
        f"{_text(schema.get('description'))}{_fields(schema)}</article>"
    )


def _fields(schema: Mapping[str, Any]) -> str:
    """The properties of an object, of a list's items or of each alternative, with theirs in them."""
    parts = []
    required = schema.get("required", ())
    rows = "".join(
        _field(
            name,
            _type(one),
            is_required=name in required,
            text=one.get("description"),
            inner=_fields(one),
        )
        for name, one in schema.get("properties", {}).items()
    )
    if rows:
        parts.append(f'<dl class="fields">{rows}</dl>')
    parts += map(_fields, _inner(schema))
    return "".join(parts)


def _inner(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for keyword in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(keyword, ())
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            yield schema[keyword]


def _field(name: str, kind: str, *, is_required: bool, text: str | None, inner: str = "") -> str:
    wanted = ' <em class="required">required</em>' if is_required else ""
    return f"<dt><code>{escape(name)}</code>{wanted} {kind}</dt><dd>{_text(text)}{inner}</dd>"


def _type(schema: Mapping[str, Any]) -> str:
    """In words, as HTML."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_COMPONENTS)
        return f'<a href="#{_slug("schema", name)}">{escape(name)}</a>'
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return " or ".join(dict.fromkeys(map(_type, schema[keyword])))
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(one))}</code>" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list{_limits(schema)} of {_type(schema.get('items', {}))}"
    kind = schema.get("type", "anything")
    names = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{escape(schema.get('format', names))}{_limits(schema)}"


_LIMITS = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {}"),
    ("maxItems", "at most {}"),
    ("maxProperties", "at most {} fields"),
    ("pattern", "matches {}"),
    ("default", "{} if absent"),
)


def _limits(schema: Mapping[str, Any]) -> str:
    said = [
        escape(
            words.format(json.dumps(schema[keyword]) if keyword == "default" else schema[keyword])
        )
        for keyword, words in _LIMITS
        if keyword in schema and not (keyword == "pattern" and "format" in schema)
    ]
    return f' <span class="limits">({", ".join(said)})</span>' if said else ""


def _text(text: str | None) -> str:
    """With what stands between backticks as code."""
    if not text:
        return ""
    return "<p>" + re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)) + "</p>"


def _method(method: str) -> str:
    return f'<span class="method {_slug(method)}">{escape(method)}</span>'


def _slug(*parts: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]+", "-", "-".join(parts)).strip("-").lower()

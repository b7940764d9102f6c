"""What requests and answers about data structures and tracking plans look like, for the OpenAPI document.

Room:   JSON Schemas; what is checked is in `piste.registry.structure_forms` and the forms of `piste.specs`.
Limits: whatever has a `title` becomes a component of the document.
"""

from http import HTTPStatus
from typing import Any

from piste.registry.migrations import ChangeType, MigrationType
from piste.registry.records import Environment
from piste.registry.structure_forms import MAX_CUSTOM_DATA
from piste.registry.structure_records import SchemaType
from piste.specs.findings import Code, Severity
from piste.specs.products import MAX_APPLICATIONS
from piste.specs.reading import MAX_ITEMS, MAX_NAME, MAX_TEXT, MAX_WHOLE
from piste.specs.specification import LockStatus, Status
from piste.web.console.specification_schemas import UUID_FORM, VERSION_PATTERN

Schema = dict[str, Any]

HASH_PATTERN = "^[0-9a-fA-F]{64}$"
_WITHOUT_NUL = "^[^\\u0000]*$"
_NOT_BLANK = "^[^\\u0000]*\\S[^\\u0000]*$"
_IGLU_PATTERN = "^iglu:[a-zA-Z0-9_.-]{1,255}(/[a-zA-Z0-9_-]{1,255}){2}/" + VERSION_PATTERN[1:]


def an_object(title: str | None, fields: Schema, *required: str) -> Schema:
    """That has no other fields."""
    named = {} if title is None else {"title": title}
    return {
        "type": "object",
        **named,
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def complete(title: str | None, fields: Schema) -> Schema:
    """That has all of these fields and no other."""
    return an_object(title, fields, *fields)


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def one_of(names: Any) -> Schema:
    """Of an enumeration."""
    return {"type": "string", "enum": [one.value for one in names]}


def answer(status: HTTPStatus, schema: Schema, example: Any = None) -> dict[int | str, Any]:
    """Part of the `responses` of a route."""
    content = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {int(status): {"description": status.phrase, "content": {"application/json": content}}}


def text(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest, "pattern": _WITHOUT_NUL}


def name(longest: int) -> Schema:
    return {**text(longest), "minLength": 1, "pattern": _NOT_BLANK}


ANY_TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", **UUID_FORM}
HASH: Schema = {"type": "string", "pattern": HASH_PATTERN}
VERSION: Schema = {"type": "string", "pattern": VERSION_PATTERN}
IGLU_URI: Schema = {"type": "string", "pattern": _IGLU_PATTERN}
TIME: Schema = {"type": "string", "format": "date-time"}
JSON_SCHEMA: Schema = {"type": "object", "description": "JSON Schema draft-04."}
_VENDOR: Schema = {"type": "string", "pattern": "^[a-zA-Z0-9_.-]{1,255}$"}
_NAME: Schema = {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,255}$"}
_FORMAT: Schema = {"const": "jsonschema"}

_META_FIELDS: Schema = {
    "hidden": {"type": "boolean"},
    "schemaType": nullable(one_of(SchemaType)),
    "customData": {
        "type": "object",
        "maxProperties": MAX_CUSTOM_DATA,
        "additionalProperties": {"type": "string", "maxLength": MAX_TEXT},
    },
}
META_FORM = an_object("DataStructureMetaForm", _META_FIELDS)
META = complete("DataStructureMeta", _META_FIELDS)
META_EXAMPLE: Schema = {
    "hidden": False,
    "schemaType": "event",
    "customData": {"department": "marketing"},
}

DEPLOYMENT = complete(
    "Deployment",
    {
        "version": VERSION,
        "patchLevel": {"type": "integer", "minimum": 0},
        "contentHash": HASH,
        "env": one_of(Environment),
        "ts": TIME,
        "message": ANY_TEXT,
        "initiator": ANY_TEXT,
        "initiatorId": ANY_TEXT,
    },
)
STRUCTURE = complete(
    "DataStructure",
    {
        "hash": HASH,
        "organizationId": ANY_TEXT,
        "vendor": _VENDOR,
        "name": _NAME,
        "format": _NAME,
        "description": nullable(ANY_TEXT),
        "meta": META,
        "deployments": listed(DEPLOYMENT),
    },
)
SCHEMA_FORM = an_object(
    "DataStructureForm", {"meta": nullable(META_FORM), "data": JSON_SCHEMA}, "data"
)
SCHEMA_EXAMPLE: Schema = {
    "meta": {"hidden": False, "schemaType": "event", "customData": {}},
    "data": {
        "$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#",
        "self": {
            "vendor": "com.example",
            "name": "ui_actions",
            "format": "jsonschema",
            "version": "1-0-0",
        },
        "description": "Something that a person did with the interface",
        "type": "object",
        "properties": {
            "action": {"description": "What", "type": "string", "maxLength": 64},
            "label": {"description": "Where", "type": ["string", "null"], "maxLength": 64},
        },
        "required": ["action"],
        "additionalProperties": False,
    },
}
DEPLOYMENT_FORM = an_object(
    "DeploymentForm",
    {
        "message": nullable(text(MAX_TEXT)),
        "source": {"enum": ["VALIDATED", "DEV"]},
        "target": {"enum": ["DEV", "PROD"]},
        "vendor": _VENDOR,
        "name": _NAME,
        "format": _FORMAT,
        "version": VERSION,
    },
    *("source", "target", "vendor", "name", "format", "version"),
)
DEPLOYMENT_EXAMPLE: Schema = {
    "message": "The first version",
    "source": "VALIDATED",
    "target": "DEV",
    "vendor": "com.example",
    "name": "ui_actions",
    "format": "jsonschema",
    "version": "1-0-0",
}
REPORT = complete(
    "Report",
    {
        "success": {"type": "boolean"},
        "errors": listed(ANY_TEXT),
        "warnings": listed(ANY_TEXT),
        "info": listed(ANY_TEXT),
        "message": ANY_TEXT,
        "affectedEventSpecs": listed(
            complete(
                "AffectedEventSpecification",
                {
                    "id": UUID,
                    "name": ANY_TEXT,
                    "version": {"type": "integer"},
                    "counterexample": {},
                    "path": ANY_TEXT,
                },
            )
        ),
    },
)
REPORT_EXAMPLE: Schema = {
    "success": True,
    "errors": [],
    "warnings": [],
    "info": [],
    "message": "iglu:com.example/ui_actions/jsonschema/1-0-0 is in DEV",
    "affectedEventSpecs": [],
}
MIGRATION_FORM = an_object(
    "MigrationForm",
    {
        "destinationType": nullable(text(MAX_NAME)),
        "sourceSchemaKey": IGLU_URI,
        "targetSchema": JSON_SCHEMA,
    },
    *("sourceSchemaKey", "targetSchema"),
)
MIGRATION_EXAMPLE: Schema = {
    "destinationType": "SNOWFLAKE",
    "sourceSchemaKey": "iglu:com.example/ui_actions/jsonschema/1-0-0",
    "targetSchema": SCHEMA_EXAMPLE["data"],
}
MIGRATIONS = complete(
    "Migrations",
    {
        "changeType": one_of(ChangeType),
        "migrations": listed(
            complete(
                "Migration",
                {
                    "migrationType": one_of(MigrationType),
                    "changeType": one_of(ChangeType),
                    "path": ANY_TEXT,
                    "message": ANY_TEXT,
                },
            )
        ),
    },
)
DRAFT = complete(
    "DataStructureDraft",
    {
        "vendor": _VENDOR,
        "name": _NAME,
        "format": _NAME,
        "version": VERSION,
        "meta": META,
        "data": JSON_SCHEMA,
        "updatedBy": ANY_TEXT,
        "updatedAt": TIME,
    },
)

_COUNT = nullable({"type": "integer", "minimum": 0, "maximum": MAX_WHOLE})


def _entities(*, is_form: bool) -> Schema:
    inner = nullable(JSON_SCHEMA) if is_form else JSON_SCHEMA
    fields = {
        "source": IGLU_URI,
        "minCardinality": _COUNT,
        "maxCardinality": _COUNT,
        "schema": inner,
    }
    required = ("source",) if is_form else ("source", "minCardinality", "maxCardinality")
    some = listed(an_object(None, fields, *required))
    if not is_form:
        return complete(None, {"tracked": some, "enriched": some})
    return an_object(None, {"tracked": nullable(some), "enriched": nullable(some)})


def _application(*, is_form: bool) -> Schema:
    optional = nullable if is_form else _as_it_is
    app_ids = {**listed(name(MAX_NAME)), "maxItems": MAX_ITEMS, "uniqueItems": True}
    fields = {
        "id": optional(UUID),
        "name": name(MAX_NAME),
        "description": optional(text(MAX_TEXT)),
        "owner": optional(text(MAX_NAME)),
        "appIds": optional(app_ids),
        "entities": optional(_entities(is_form=is_form)),
        "lockStatus": optional(one_of(LockStatus)),
        "managedFrom": optional(text(MAX_NAME)),
    }
    if is_form:
        return an_object("SourceApplicationForm", fields, "name")
    return an_object("SourceApplication", fields, "id", "name", "appIds", "entities")


def _product(title: str, *, is_form: bool = False, has_specifications: bool = False) -> Schema:
    optional = nullable if is_form else _as_it_is
    applications = {**listed(UUID), "maxItems": MAX_APPLICATIONS, "uniqueItems": True}
    fields = {
        "id": optional(UUID),
        "name": name(MAX_NAME),
        "description": optional(text(MAX_TEXT)),
        "domain": optional(text(MAX_NAME)),
        "owner": optional(text(MAX_NAME)),
        "accessInstructions": optional(text(MAX_TEXT)),
        "status": optional(one_of(Status)),
        "sourceApplications": optional(applications),
        "lockStatus": optional(one_of(LockStatus)),
        "managedFrom": optional(text(MAX_NAME)),
    }
    if is_form:
        fields["eventSpecs"] = {"description": "Passed over: a specification names its product."}
        return an_object(title, fields, "name")
    required = ["id", "name", "status", "sourceApplications"]
    if has_specifications:
        fields["eventSpecs"] = listed(complete(None, {"id": UUID, "url": ANY_TEXT}))
        required.append("eventSpecs")
    return an_object(title, fields, *required)


def _as_it_is(schema: Schema) -> Schema:
    return schema


def envelope(title: str, items: Schema, includes: Schema | None = None) -> Schema:
    """`{"data": […], "includes": …, "errors": []}`; the errors are never any where all is well."""
    errors = {"type": "array", "maxItems": 0}
    included = {"type": "object", "maxProperties": 0} if includes is None else includes
    return complete(title, {"data": listed(items), "includes": included, "errors": errors})


_FINDING = complete(
    "TrackingPlanFinding",
    {
        "type": one_of(Severity),
        "code": one_of(Code),
        "title": ANY_TEXT,
        "source": {"type": "string", "description": "The field."},
    },
)
REFUSAL = an_object(
    "TrackingPlanRefusal", {"message": ANY_TEXT, "errors": listed(_FINDING)}, "message"
)

APPLICATION_FORM = _application(is_form=True)
APPLICATION_EXAMPLE: Schema = {
    "name": "Shop",
    "description": "The shop's website",
    "owner": "Web team",
    "appIds": ["shop-web", "shop-web-test"],
    "entities": {"tracked": [], "enriched": []},
}
APPLICATIONS = envelope("SourceApplications", _application(is_form=False))

PRODUCT_FORM = _product("DataProductForm", is_form=True)
PRODUCT_EXAMPLE: Schema = {
    "name": "Performance tracking",
    "description": "Tracks performance",
    "domain": "Marketing",
    "owner": "IT department",
    "accessInstructions": "The data can be accessed in the warehouse, in the atomic.events table",
}
_SPECIFICATION: Schema = {
    "type": "object",
    "description": "An event specification in its latest version, as its own API answers it.",
    "required": ["id", "version", "status", "name"],
}
PRODUCTS = envelope(
    "DataProducts",
    _product("DataProduct", has_specifications=True),
    complete(None, {"eventSpecs": listed(_SPECIFICATION)}),
)
HISTORY = envelope(
    "DataProductHistory",
    complete(
        "DataProductChange",
        {
            "author": ANY_TEXT,
            "date": TIME,
            "dataProductId": UUID,
            "changed": listed(ANY_TEXT),
            "dataProduct": _product("DataProductThen"),
            "type": {"const": "History"},
        },
    ),
)
SUBSCRIPTION_FORM = an_object(
    "SubscriptionForm",
    {
        "reason": name(MAX_TEXT),
        "receiveNotifications": {"type": "boolean"},
        "recipient": nullable(text(MAX_NAME)),
    },
    *("reason", "receiveNotifications"),
)
SUBSCRIPTION_EXAMPLE: Schema = {
    "reason": "Get notified on breaking changes",
    "receiveNotifications": True,
}
SUBSCRIPTIONS = envelope(
    "Subscriptions",
    an_object(
        "Subscription",
        {
            "id": UUID,
            "dataProductId": UUID,
            "author": ANY_TEXT,
            "reason": ANY_TEXT,
            "receiveNotifications": {"type": "boolean"},
            "recipient": ANY_TEXT,
            "confirmed": {"type": "boolean"},
        },
        *("id", "dataProductId", "author", "reason", "receiveNotifications", "confirmed"),
    ),
)

"""What requests and answers about tracking plans look like, for the OpenAPI document.

Room:   JSON Schemas; what is checked is in the forms of `piste.specs`.
"""

from piste.specs.findings import Code, Severity
from piste.specs.products import MAX_APPLICATIONS
from piste.specs.reading import MAX_ITEMS, MAX_NAME, MAX_TEXT, MAX_WHOLE
from piste.specs.specification import LockStatus, Status
from piste.web.console.schema_parts import (
    ANY_TEXT,
    IGLU_URI,
    JSON_SCHEMA,
    TIME,
    UUID,
    Schema,
    an_object,
    complete,
    listed,
    name,
    nullable,
    one_of,
    text,
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

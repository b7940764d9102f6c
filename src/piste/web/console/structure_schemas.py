"""What requests and answers about data structures look like, for the OpenAPI document.

Room:   JSON Schemas; what is checked is in `piste.registry.structure_forms`.
"""

from piste.registry.migrations import ChangeType, MigrationType
from piste.registry.records import Environment
from piste.registry.structure_forms import MAX_CUSTOM_DATA
from piste.registry.structure_records import SchemaType
from piste.specs.reading import MAX_NAME, MAX_TEXT
from piste.web.console.schema_parts import (
    ANY_TEXT,
    FORMAT,
    HASH,
    IGLU_URI,
    JSON_SCHEMA,
    NAME,
    TIME,
    UUID,
    VENDOR,
    VERSION,
    Schema,
    an_object,
    complete,
    listed,
    nullable,
    one_of,
    text,
)

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
        "vendor": VENDOR,
        "name": NAME,
        "format": NAME,
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
        "vendor": VENDOR,
        "name": NAME,
        "format": FORMAT,
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
        "vendor": VENDOR,
        "name": NAME,
        "format": NAME,
        "version": VERSION,
        "meta": META,
        "data": JSON_SCHEMA,
        "updatedBy": ANY_TEXT,
        "updatedAt": TIME,
    },
)

"""All schemas of Iglu Central: linted, and published in their order."""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from iglu.data import iglu_central_schemas
from support.iglu import needs_iglu_central
from support.registries import OWN, registry_in

from piste.events.schema_key import SchemaKey, SchemaVer
from piste.iglu import compile_schema
from piste.iglu.validator import Schema
from piste.registry.linter import lint
from piste.registry.permissions import Super
from piste.registry.self_describing import Candidate, read_schema

pytestmark = needs_iglu_central

SUPER = Super("super", OWN)


@cache
def families() -> dict[tuple[str, str, str], dict[SchemaVer, Any]]:
    """Of self-describing JSON Schemas; Iglu Central has some of other formats as well."""
    found: dict[tuple[str, str, str], dict[SchemaVer, Any]] = defaultdict(dict)
    for path, file in iglu_central_schemas():
        key = SchemaKey.of(f"iglu:{path}")
        if key.format == "jsonschema":
            found[key[:3]][key.version] = json.loads(file.read_bytes())
    return found


def test_every_schema_describes_itself() -> None:
    for family in families().values():
        for schema in family.values():
            assert isinstance(read_schema(schema), Candidate)


def test_linting_crashes_on_none_and_finds_no_error() -> None:
    """All of them are published, so each error would be our own."""
    wrong = []
    for name, family in families().items():
        for version, schema in family.items():
            assert isinstance(compile_schema(schema), Schema)
            wrong += [(name, version, one) for one in lint(schema) if one.level == "ERROR"]
    assert wrong == []


def test_families_are_published_in_their_order(tmp_path: Path) -> None:
    """Every seventh family, and each with a version that breaks: those are refused with a counterexample
    that the older version takes and the newer one does not."""
    sample = dict(sorted(families().items())[::7])
    breaking = [
        ("com.iterable", "system_webhook", "jsonschema"),
        ("com.snowplowanalytics.snowplow.storage", "snowflake_config", "jsonschema"),
    ]
    sample |= {name: families()[name] for name in breaking}
    installed = registry_in(tmp_path)
    refused = set()
    for name, family in sample.items():
        for version in sorted(family):
            answer = installed.registry.publish(SUPER, family[version], is_public=True)
            if answer.status == 201:
                continue
            assert answer.status == 409, (name, version, answer)
            if "counterexample" in answer.json:
                refused.add(name)
                older = version._replace(addition=version.addition - 1)
                witness = answer.json["counterexample"]
                assert _is_valid(family[older], witness)
                assert not _is_valid(family[version], witness)
            else:  # a version after one that was refused
                assert name in refused, (name, version, answer)
    installed.close()
    assert set(breaking) <= refused
    assert len(refused) < len(sample) / 10


def _is_valid(schema: Any, data: Any) -> bool:
    compiled = compile_schema(schema)
    assert isinstance(compiled, Schema)
    return compiled.is_valid(data)

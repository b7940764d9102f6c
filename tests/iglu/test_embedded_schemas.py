"""The schemas that Piste ships are well-formed and say what the ones in Iglu Central say."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from .schema_instances import (
    Mutant,
    Schema,
    compare,
    example,
    instances,
    mutants,
    skeleton,
    verdict,
)

REPOSITORY = Path(__file__).resolve().parents[2]
EMBEDDED = REPOSITORY / "src" / "piste" / "iglu" / "embedded" / "schemas"
IGLU_CENTRAL = REPOSITORY.parent / "shared" / "data" / "iglu-central" / "schemas"

META_SCHEMA = (
    "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#"
)
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
SNOWPLOW = "com.snowplowanalytics.snowplow"

# Group -> vendor -> names. A name alone has version 1-0-0 only; others list their versions.
GROUPS: dict[str, dict[str, str]] = {
    "envelopes": {
        SNOWPLOW: """payload_data:1-0-0,1-0-1,1-0-2,1-0-3,1-0-4 contexts:1-0-0,1-0-1 unstruct_event
            uri_redirect""",
        "com.snowplowanalytics.self-desc": "schema instance instance-iglu-only",
        "com.snowplowanalytics.iglu": """anything-a anything-b anything-c validation_info
            resolver-config:1-0-0,1-0-1,1-0-2,1-0-3""",
    },
    "made by the pipeline": {
        SNOWPLOW: """atomic failure duplicate parent_event pii_transformation
            event_specification:1-0-0,1-0-1,1-0-2,1-0-3,1-0-4 event_specification_validation""",
        f"{SNOWPLOW}.badrows": """size_violation collector_payload_format_violation adapter_failures
            tracker_protocol_violations:1-0-0,1-0-1 schema_violations:1-0-0,2-0-0,2-0-1
            enrichment_failures:1-0-0,2-0-0,2-0-1 loader_parsing_error:1-0-0,2-0-0 generic_error""",
    },
    "made by enrichments": {
        SNOWPLOW: """ua_parser_context asn:1-0-0,1-0-1 bot_detection:1-0-0,1-0-1 cross_navigation
            identity:1-0-0,2-0-0 identity_merge:1-0-0,2-0-0""",
        "nl.basjes": "yauaa_context:1-0-0,1-0-1,1-0-2,1-0-3,1-0-4,1-0-5",
        "com.iab.snowplow": "spiders_and_robots",
        "com.maxmind": "anonymous_ip",
        "org.openweathermap": "weather",
        "org.ietf": "http_cookie http_header",
    },
    "web": {
        SNOWPLOW: """web_page client_session:1-0-0,1-0-1,1-0-2 browser_context:1-0-0,2-0-0
            link_click:1-0-0,1-0-1 button_click change_form focus_form submit_form site_search
            social_interaction add_to_cart remove_from_cart ad_click ad_conversion ad_impression
            timing consent_document consent_granted consent_withdrawn consent_preferences gdpr
            cmp_visible geolocation_context:1-0-0,1-1-0 web_vitals activity_metrics application
            application_error:1-0-0,1-0-1,1-0-2 identify client_side_bot_detection custom_event
            create_element expose_element obscure_element destroy_element element element_content
            element_statistics component_parents""",
        "org.w3": "PerformanceTiming PerformanceNavigationTiming",
        "org.ietf": "http_client_hints",
        "dev.amp.snowplow": "amp_consent amp_id amp_page_ping amp_session amp_web_page",
        "com.snowplowanalytics.signals": """intervention_receive intervention_handle
            intervention_handle_error intervention_instance""",
    },
    "third parties on the web": {
        "com.google.analytics": "cookies",
        "com.google.ga4": "cookies",
        "com.google.analytics.enhanced-ecommerce": """action actionFieldObject productFieldObject
            impressionFieldObject promoFieldObject""",
        "com.google.privacysandbox": "topics",
        "com.optimizely.optimizelyx": "summary:1-0-0,1-1-0",
        "com.optimizely": "experiment state variation visitor visitor_audience visitor_dimension",
        "com.optimizely.snowplow": "optimizely_summary",
        "com.parrable": "encrypted_payload decrypted_payload",
        "io.augur.snowplow": "identity_lite",
    },
    "apps": {
        SNOWPLOW: """application_background application_foreground screen_view desktop_context
            mobile_context:1-0-0,1-0-1,1-0-2,1-0-3 diagnostic_error""",
        "com.snowplowanalytics.mobile": """application application_install application_lifecycle
            deep_link deep_link_received list_item_view message_notification
            remote_config:1-0-0,1-0-1 screen screen_end screen_summary screen_view
            scroll_changed""",
        "com.android.installreferrer.api": "referrer_details",
        "com.apple": "notification_event:1-0-0,1-0-1",
        "com.apple.swiftui": """open_window dismiss_window open_immersive_space window_group
            dismiss_immersive_space immersive_space""",
    },
    "commerce": {
        f"{SNOWPLOW}.ecommerce": """snowplow_ecommerce_action:1-0-0,1-0-1,1-0-2 cart checkout_step
            page product promotion refund transaction transaction_error user""",
    },
    "media": {
        SNOWPLOW: "media_player:1-0-0,2-0-0 media_player_event",
        f"{SNOWPLOW}.media": """session ad ad_break ad_break_start_event ad_break_end_event
            ad_start_event ad_quartile_event ad_complete_event ad_click_event ad_pause_event
            ad_resume_event ad_skip_event buffer_start_event buffer_end_event end_event error_event
            fullscreen_change_event pause_event percent_progress_event ping_event play_event
            picture_in_picture_change_event playback_rate_change_event quality_change_event
            ready_event seek_start_event seek_end_event volume_change_event""",
        "org.whatwg": "media_element video_element",
        "com.youtube": "youtube",
        "com.vimeo": """meta chapter_change_event cue_point_event text_track_change_event
            interactive_hotspot_click_event interactive_overlay_panel_click_event interaction""",
        "com.roku": "device_info video",
    },
}

OURS = {"io.piste/hit/jsonschema/1-0-0", "io.piste/properties/jsonschema/1-0-0"}
"""Of our own vendor: there are no others to compare them with."""

ACCEPTS_EVERYTHING = {
    f"com.snowplowanalytics.iglu/anything-{letter}/jsonschema/1-0-0" for letter in "abc"
}

# Path -> why our schema is written otherwise than the original, though it accepts the same.
WRITTEN_DIFFERENTLY: dict[str, str] = {}

# (schemas, places, changes): why no instance can tell these mutants from the schema.
WITHOUT_EFFECT: dict[tuple[str, str, str], str] = {
    (
        r".*/(resolver-config|loader_parsing_error)/.*",
        r".*/connection|properties/failure",
        r"type .*",
    ): "what is no object fits every branch of oneOf, which is one too many",
    (
        r".*/collector_payload_format_violation/.*",
        r"properties/failure/properties/message(/anyOf/\d)?",
        r"type .*",
    ): "the field and its branches ask for an object, each on its own",
    (
        r".*/enrichment_failures/.*",
        r"properties/failure/properties/messages/items/properties/message(/anyOf/\d)?",
        r"type .*",
    ): "the field and its branches ask for an object, each on its own",
    (
        r".*/enrichment_failures/.*",
        r".*/items/properties/message",
        r"anyOf branch dropped: 1",
    ): "the branch of Iglu errors takes any error that is no object",
    (
        r".*/enrichment_failures/.*",
        r".*/items/properties/message/anyOf/1",
        r"(not required|property dropped): error",
    ): "the branch of Iglu errors takes any error that is no object",
    (
        r".*/enrichment_failures/.*",
        r".*/items/properties/message/anyOf/1/properties/error",
        r"maxLength .*|type widened: (?!object).*",
    ): "the branch of Iglu errors takes any error that is no object",
    (
        r".*/(schema_violations|tracker_protocol_violations)/.*",
        r".*/messages/items/anyOf/\d",
        r"not required: (json|schemaCriterion)",
    ): "the branch of Iglu errors, where nothing is required, takes what is left",
    (
        r".*mobile/screen(_view)?/.*",
        r"",
        r"minProperties (dropped|down by one)",
    ): "as many names are required",
    (
        r".*/(screen|screen_view|client_session|identity|identity_merge)/.*",
        r".*/(id|userId|snowplowId|snowplow_id)",
        r"maxLength (dropped|up by one)",
    ): "the pattern or the format leaves no longer text",
    (
        r".*/instance/.*",
        r"properties/schema(/anyOf/0)?",
        r"anyOf branch dropped: 0|pattern dropped",
    ): "the other branch names a format that the dialect does not check",
}

# What `mutants` does to a schema.
KINDS = {
    "not required",
    "required",
    "type widened",
    "type narrowed",
    "type dropped",
    "enum widened",
    "enum narrowed",
    "enum dropped",
    "pattern dropped",
    "format dropped",
    "multipleOf dropped",
    "items dropped",
    "dependencies dropped",
    "property dropped",
    "additionalProperties allowed",
    "additionalProperties forbidden",
    "anyOf branch dropped",
    "oneOf branch dropped",
    "allOf branch dropped",
}
KINDS |= {
    f"{keyword} {change}"
    for keyword in ("minimum", "maximum", "minLength", "maxLength", "minItems", "minProperties")
    for change in ("up by one", "down by one", "dropped")
}


def names_in_groups() -> Iterator[str]:
    for vendors in GROUPS.values():
        for vendor, entries in vendors.items():
            for entry in entries.split():
                name, _, versions = entry.partition(":")
                for version in (versions or "1-0-0").split(","):
                    yield f"{vendor}/{name}/jsonschema/{version}"


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def load(path: Path) -> Schema:
    schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    return schema


NAMES = sorted(set(names_in_groups()))
every_schema = pytest.mark.parametrize("name", NAMES)
every_schema_and_ours = pytest.mark.parametrize("name", sorted({*NAMES, *OURS}))
with_originals = pytest.mark.skipif(
    not IGLU_CENTRAL.is_dir(), reason=f"the original schemas are not at {IGLU_CENTRAL}"
)


def test_the_embedded_schemas_are_those_in_the_groups() -> None:
    listed = list(names_in_groups())

    assert len(listed) == len(set(listed)), "a schema stands in two groups"
    assert files_below(EMBEDDED) == sorted({*NAMES, *OURS})


@with_originals
def test_every_published_version_is_embedded() -> None:
    folders = {name.rpartition("/")[0] for name in NAMES}
    published = {f"{folder}/{path.name}" for folder in folders for path in versions_of(folder)}

    assert published == set(NAMES)


def versions_of(folder: str) -> Iterator[Path]:
    return (IGLU_CENTRAL / folder).iterdir()


@every_schema_and_ours
def test_the_file_is_well_formed(name: str) -> None:
    text = (EMBEDDED / name).read_text(encoding="utf-8")
    schema = json.loads(text)
    vendor, short, form, version = name.split("/")

    assert text == json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    assert list(schema)[:3] == ["$schema", "description", "self"]
    assert schema["$schema"] == META_SCHEMA
    assert schema["self"] == {"vendor": vendor, "name": short, "format": form, "version": version}
    assert list(schema["self"]) == ["vendor", "name", "format", "version"]
    assert 0 < len(schema["description"]) < 100
    assert "\n" not in schema["description"]


@every_schema_and_ours
def test_the_schema_is_valid_and_compiles(name: str) -> None:
    schema = load(EMBEDDED / name)
    own_meta_schema = load(EMBEDDED / "com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0")

    assert jsonschema_rs.Draft4Validator({"$ref": DRAFT_4}, offline=True).is_valid(schema)
    assert jsonschema_rs.Draft4Validator(own_meta_schema, offline=True).is_valid(schema)
    jsonschema_rs.Draft4Validator(schema, validate_formats=True, offline=True)


@with_originals
@every_schema
def test_the_schema_accepts_what_the_original_accepts(name: str) -> None:
    comparison = compare(load(EMBEDDED / name), load(IGLU_CENTRAL / name))

    assert comparison.difference is None
    assert comparison.accepted > 0
    assert (comparison.refused > 0) == (name not in ACCEPTS_EVERYTHING)


@with_originals
@every_schema
def test_the_examples_of_each_are_valid_for_the_other(name: str) -> None:
    ours, theirs = load(EMBEDDED / name), load(IGLU_CENTRAL / name)

    for full in (False, True):
        assert verdict(theirs)(example(ours, full=full))
        assert verdict(ours)(example(theirs, full=full))


@with_originals
@every_schema
def test_the_schema_is_written_as_the_original(name: str) -> None:
    # as text, in which 0 is not 0.0: error messages show numbers as they are written
    ours = json.dumps(skeleton(load(EMBEDDED / name)), indent=1)
    theirs = json.dumps(skeleton(load(IGLU_CENTRAL / name)), indent=1)

    if name in WRITTEN_DIFFERENTLY:
        assert ours != theirs, "no longer true: take it out of the table"
    else:
        assert ours == theirs


@with_originals
@every_schema
def test_the_words_are_our_own(name: str) -> None:
    ours = set(descriptions(load(EMBEDDED / name)))
    theirs = set(descriptions(load(IGLU_CENTRAL / name)))

    assert not ours & theirs


def descriptions(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for keyword, value in schema.items():
            if keyword in ("description", "title") and isinstance(value, str):
                yield value.strip(" .").casefold()
            else:
                yield from descriptions(value)
    elif isinstance(schema, list):
        for part in schema:
            yield from descriptions(part)


# ------------------------------------------------ is the comparison itself worth anything?


@every_schema
def test_the_comparison_detects_a_changed_keyword(name: str) -> None:
    assert not undetected(name, some_mutants(name))


def test_the_changes_tried_are_of_every_kind() -> None:
    assert {mutant.kind for name in NAMES for mutant in some_mutants(name)} == KINDS


def test_the_mutants_called_without_effect_have_none() -> None:
    for rule in WITHOUT_EFFECT:
        found = {
            (name, mutant.kind): mutant
            for name in NAMES
            for mutant in mutants(load(EMBEDDED / name))
            if follows(rule, name, mutant)
        }
        assert found, f"{rule} speaks of no mutant"
        for (name, _), mutant in found.items():
            assert compare(load(EMBEDDED / name), mutant.schema).difference is None, mutant[1:]


def test_the_instances_are_the_same_in_every_run() -> None:
    schema = load(EMBEDDED / f"{SNOWPLOW}.ecommerce/product/jsonschema/1-0-0")

    assert list(instances(schema)) == list(instances(schema))


@pytest.mark.soak
def test_the_comparison_detects_every_changed_keyword(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("some forty thousand mutants take five minutes: runs with -m soak")

    missed = {name: undetected(name, mutants(load(EMBEDDED / name))) for name in NAMES}

    assert not {name: places for name, places in missed.items() if places}


def some_mutants(name: str) -> list[Mutant]:
    """Of each kind one of the schema's mutants, drawn, but the same in every run."""
    of_kind: dict[str, list[Mutant]] = {}
    for mutant in mutants(load(EMBEDDED / name)):
        if not without_effect(name, mutant):
            of_kind.setdefault(mutant.kind, []).append(mutant)
    random = Random(name)
    return [random.choice(found) for found in of_kind.values()]


def undetected(name: str, changed: Iterable[Mutant]) -> list[tuple[str, str]]:
    schema = load(EMBEDDED / name)
    return [
        (mutant.place, mutant.change)
        for mutant in changed
        if not without_effect(name, mutant) and compare(schema, mutant.schema).difference is None
    ]


def without_effect(name: str, mutant: Mutant) -> bool:
    return any(follows(rule, name, mutant) for rule in WITHOUT_EFFECT)


def follows(rule: tuple[str, str, str], name: str, mutant: Mutant) -> bool:
    described = (name, mutant.place, mutant.change)
    return all(re.fullmatch(part, text) for part, text in zip(rule, described, strict=True))

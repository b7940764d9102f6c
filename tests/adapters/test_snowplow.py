"""Snowplow's own protocols: from a request to the parameters of its events."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.adapting import adapted, parameters_of
from support.iglu import accept_all, contexts, payload_data, resolver, sdj, unstruct
from support.requests import REDIRECT, TP1, TP2, get, payload, post

from piste.adapters import AdapterFailures, Check, TrackerProtocolViolations
from piste.adapters.base import MAX_EVENTS
from piste.events.failures import (
    CriterionMismatch,
    IgluError,
    IgluFailure,
    InputData,
    InvalidData,
    NotIglu,
    NotJson,
    ResolutionError,
)
from piste.events.payload import CollectorPayload
from piste.events.schema_key import IgluParseError, Json, SchemaCriterion, SchemaKey, SelfDescribing
from piste.jsontext import decode, decode_base64, encode_base64

PV = {"e": "pv", "p": "web", "tv": "js-4.0.0"}
PP = {"e": "pp", "p": "web", "tv": "js-4.0.0"}
ONE_OF = (
    "expected one of application/json, application/json; charset=utf-8, "
    "application/json; charset=UTF-8"
)
TP1_PATHS = [TP1, "/ice.png", "/com.snowplowanalytics.snowplow/tp1"]


def violations(adapted: object) -> list[Any]:
    assert isinstance(adapted, TrackerProtocolViolations)
    return list(adapted.problems)


# tp1


@pytest.mark.parametrize("path", TP1_PATHS)
def test_tp1_takes_the_query_string_as_one_event(path: str) -> None:
    """Each pair is a parameter; the last of a repeated name counts; a name alone has no value."""
    request = payload(path, querystring="e=pv&page=a+b&x&aid=one&aid=two")
    assert parameters_of(request) == [{"e": "pv", "page": "a b", "x": None, "aid": "two"}]


def test_tp1_checks_nothing() -> None:
    """A GET has no envelope: what is missing or unknown is no matter of the adapter."""

    def refuse(data: SelfDescribing) -> SchemaKey | IgluError:
        raise AssertionError("nothing to validate")

    assert isinstance(adapted(get({"unknown": "x"}), refuse), tuple)


@pytest.mark.parametrize("path", TP1_PATHS)
@pytest.mark.parametrize("querystring", ["", "&", "=x"], ids=["none", "no pair", "nameless"])
def test_tp1_without_a_query_string(path: str, querystring: str) -> None:
    """An adapter failure, in the original's odd words."""
    expectation = "empty querystring: not a valid URI redirect"
    assert adapted(payload(path, querystring=querystring)) == AdapterFailures(
        (InputData("querystring", None, expectation),)
    )


# tp2: body, content type and query string


@pytest.mark.parametrize("body", [None, ""], ids=["no body", "an empty body"])
def test_tp2_without_a_body_takes_the_query_string(body: str | None) -> None:
    """A GET to tp2 is one event."""
    assert parameters_of(get(PV, TP2, body=body)) == [PV]


@pytest.mark.parametrize(
    ("request_", "problems"),
    [
        pytest.param(
            payload(TP2),
            [
                InputData("body", None, "empty body: not a valid tracker protocol event"),
                InputData("querystring", None, "empty querystring: not a valid tracker protocol event"),
            ],
            id="neither body nor query string",
        ),
        pytest.param(
            payload(TP2, body="", content_type="application/json", querystring="e=pv"),
            [InputData("body", None, "empty body: not a valid track protocol event")],
            id="a content type and no body",
        ),
        pytest.param(
            post(payload_data(PV), content_type=None),
            [InputData("contentType", None, ONE_OF)],
            id="a body and no content type",
        ),
        pytest.param(
            post(payload_data(PV), content_type="text/plain; charset=utf-8"),
            [InputData("contentType", "text/plain; charset=utf-8", ONE_OF)],
            id="a body of plain text, as beacons send it",
        ),
        pytest.param(
            payload(TP2, content_type="text/plain", querystring="e=pv"),
            [InputData("contentType", "text/plain", ONE_OF)],
            id="another content type and no body",
        ),
        pytest.param(
            post(payload_data(PV), content_type="application/json;charset=utf-8"),
            [InputData("contentType", "application/json;charset=utf-8", ONE_OF)],
            id="a content type that the collector has not normalised",
        ),
        pytest.param(
            post("", content_type="application/x-www-form-urlencoded"),
            [InputData("contentType", "application/x-www-form-urlencoded", ONE_OF)],
            id="the content type is judged before the body",
        ),
    ],
)  # fmt: skip
def test_tp2_needs_body_and_content_type(
    request_: CollectorPayload, problems: list[InputData]
) -> None:
    """A request that cannot hold events says which part is wrong."""
    assert violations(adapted(request_)) == problems


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_tp2_takes_an_event_an_element(content_type: str) -> None:
    """Each element of `data` is an event, in order."""
    request = post(payload_data(PV, PP), content_type=content_type)
    assert parameters_of(request) == [PV, PP]


@pytest.mark.parametrize("addition", range(5))
def test_tp2_takes_every_payload_data_1_0(addition: int) -> None:
    """Any addition of payload_data 1-0 will do."""
    body = payload_data(PV, version=f"1-0-{addition}")
    assert isinstance(adapted(post(body), resolver().check), tuple)


def test_tp2_merges_the_query_string_into_each_event() -> None:
    """A parameter of the query string beats that of the body, in every element."""
    request = post(payload_data(PV, PP), querystring="e=se&aid=shop&x")
    extra = {"e": "se", "aid": "shop", "x": None}
    assert parameters_of(request) == [PV | extra, PP | extra]


# tp2: the order of checks of a body


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(
            "not json",
            lambda p: isinstance(p, NotJson) and (p.field, p.value) == ("body", "not json"),
            id="no JSON",
        ),
        pytest.param(
            "[" * 41 + "]" * 41,
            lambda p: p.error == "invalid json: maximum allowed JSON depth exceeded",
            id="JSON that nests too deep",
        ),
        pytest.param(
            " ",
            lambda p: p == NotJson("body", " ", "invalid json: exhausted input"),
            id="white space",
        ),
        pytest.param(
            [PV],
            lambda p: p == NotIglu([PV], IgluParseError.INVALID_DATA_PAYLOAD),
            id="JSON that is not self-describing",
        ),
        pytest.param(
            sdj("iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0", [PV]),
            lambda p: isinstance(p, NotIglu) and p.error is IgluParseError.INVALID_IGLUURI,
            id="a URI that is none",
        ),
        pytest.param(
            sdj("iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/01-0-4", [PV]),
            lambda p: isinstance(p, NotIglu) and p.error is IgluParseError.INVALID_SCHEMAVER,
            id="a version that is none",
        ),
        pytest.param(
            sdj("iglu:com.acme/missing/jsonschema/1-0-0", [PV]),
            lambda p: isinstance(p, IgluFailure) and isinstance(p.error, ResolutionError),
            id="a schema that nobody has, though of another name",
        ),
        pytest.param(
            payload_data({"e": "pv"}),
            lambda p: isinstance(p, IgluFailure) and isinstance(p.error, InvalidData),
            id="an event without p and tv",
        ),
        pytest.param(
            payload_data(PV, PV | {"unknown": "x"}),
            lambda p: isinstance(p, IgluFailure) and isinstance(p.error, InvalidData),
            id="one event of two with an unknown parameter",
        ),
        pytest.param(
            payload_data(PV | {"cv": "x"}),
            lambda p: isinstance(p, IgluFailure) and isinstance(p.error, InvalidData),
            id="a parameter that only a GET may have",
        ),
        pytest.param(
            payload_data(PV | {"vid": 1}),
            lambda p: isinstance(p, IgluFailure) and isinstance(p.error, InvalidData),
            id="a parameter that is no text",
        ),
        pytest.param(
            payload_data(),
            lambda p: isinstance(p, IgluFailure) and isinstance(p.error, InvalidData),
            id="no events",
        ),
        pytest.param(
            contexts(sdj("iglu:com.acme/x/jsonschema/1-0-0", {})),
            lambda p: (
                p
                == CriterionMismatch(
                    SchemaKey.of("iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0"),
                    SchemaCriterion(
                        "com.snowplowanalytics.snowplow", "payload_data", "jsonschema", 1, 0
                    ),
                )
            ),
            id="valid data of another schema",
        ),
    ],
)
def test_tp2_refuses_a_body_as_a_whole(body: Json, problem: Callable[[Any], bool]) -> None:
    """JSON, then envelope, then schema, then criterion; the first that fails is the one problem."""
    (found,) = violations(adapted(post(body), resolver().check))
    assert problem(found), found


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param({}, InputData("body", "{}", "json is not an array"), id="an object"),
        pytest.param([], InputData("body", None, "empty list of events"), id="no events"),
        pytest.param([PV, 1], InputData("body", "1", "json is not an object"), id="a number"),
        pytest.param(
            [PV, {"e": None}], InputData("e", None, "value cannot be null"), id="a null parameter"
        ),
        pytest.param(
            [{"e": [1]}], InputData("e", "[1]", "value is not a string"), id="a list as parameter"
        ),
        pytest.param(
            [{}] * (MAX_EVENTS + 1),
            InputData("body", None, f"more than {MAX_EVENTS} events in one request"),
            id="one event more than a request may have",
        ),
    ],
)
def test_tp2_does_not_trust_a_lax_schema(data: Json, problem: InputData) -> None:
    """A registry may override payload_data; the adapter still gives texts only."""
    body = sdj("iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", data)
    assert violations(adapted(post(body), accept_all)) == [problem]


def test_tp2_takes_as_many_events_as_a_request_may_have() -> None:
    """The limit itself is fine."""
    assert len(parameters_of(post(payload_data(*[{}] * MAX_EVENTS)))) == MAX_EVENTS


def test_tp2_takes_the_superseding_schemas_word() -> None:
    """What counts is the schema that the body names, whichever one it was validated with."""
    later = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/2-0-0")
    check: Check = lambda data: later  # noqa: E731
    assert isinstance(adapted(post(payload_data(PV)), check), tuple)


# redirects

TARGET = "https://example.com/?a=b&c=d"
REDIRECT_ENTITY = sdj(
    "iglu:com.snowplowanalytics.snowplow/uri_redirect/jsonschema/1-0-0", {"uri": TARGET}
)
ENTITY = sdj("iglu:com.acme/user/jsonschema/1-0-0", {"id": 1})
OTHER = sdj("iglu:com.acme/other/jsonschema/1-0-0", {"id": 2})
FORCED = {"p": "web", "tv": "r-tp2"}


def redirect(**parameters: str) -> dict[str, str | None]:
    (found,) = parameters_of(get({"u": TARGET} | parameters, REDIRECT))
    return found


def test_a_redirect_is_an_event_of_its_own() -> None:
    """Without `e` the target is a self-describing event; `u` is gone, `tv` and `p` are set."""
    found = redirect(aid="shop")
    event = json.loads(found.pop("ue_pr") or "")
    assert event == unstruct(REDIRECT_ENTITY)
    assert found == {"e": "ue", "aid": "shop"} | FORCED


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param({}, FORCED, id="neither"),
        pytest.param({"p": "mob", "tv": "js-1"}, {"p": "mob", "tv": "r-tp2"}, id="both"),
        pytest.param({"p": ""}, FORCED, id="an empty platform"),
    ],
)
@pytest.mark.parametrize("e", ["", "pv"], ids=["without an event", "with an event"])
def test_a_redirect_forces_tv_and_defaults_p(
    e: str, sent: dict[str, str], expected: dict[str, str]
) -> None:
    """The tracker version is the redirect's own; the platform is web unless it was sent."""
    found = redirect(e=e, **sent)
    assert {name: found[name] for name in ("p", "tv")} == expected
    assert "u" not in found


def test_an_empty_e_counts_as_absent() -> None:
    """An empty event type could only fail."""
    assert redirect(e="")["e"] == "ue"


@pytest.mark.parametrize("co", [{}, {"co": ""}], ids=["no contexts", "empty contexts"])
def test_a_redirect_of_an_event_is_its_entity(co: dict[str, str]) -> None:
    """With `e` and no contexts, the target is the only entity, in `co`."""
    found = redirect(e="pv", **co)
    assert json.loads(found.pop("co") or "") == contexts(REDIRECT_ENTITY)
    assert found == {"e": "pv"} | FORCED


def test_a_redirect_is_put_first_in_co() -> None:
    """The envelope stays as it was sent."""
    found = redirect(e="pv", co=json.dumps(contexts(ENTITY, version="1-0-1")))
    assert json.loads(found["co"] or "") == contexts(REDIRECT_ENTITY, ENTITY, version="1-0-1")


@pytest.mark.parametrize("padding", ["", "=="], ids=["without padding", "with any padding"])
def test_a_redirect_is_put_first_in_cx(padding: str) -> None:
    """Contexts in base64 stay in base64."""
    cx = encode_base64(json.dumps(contexts(ENTITY))).rstrip("=") + padding
    found = redirect(e="pv", cx=cx)
    assert decode(decode_base64(found["cx"] or "")) == contexts(REDIRECT_ENTITY, ENTITY)
    assert "co" not in found


def test_of_co_and_cx_the_later_one_gets_the_redirect() -> None:
    """When both are sent the later one counts, and the redirect must not get lost."""
    co, cx = json.dumps(contexts(ENTITY)), encode_base64(json.dumps(contexts(OTHER)))
    late_cx = redirect(e="pv", co=co, cx=cx)
    assert late_cx["co"] == co
    assert decode(decode_base64(late_cx["cx"] or "")) == contexts(REDIRECT_ENTITY, OTHER)
    late_co = redirect(e="pv", cx=cx, co=co)
    assert late_co["cx"] == cx
    assert decode(late_co["co"] or "") == contexts(REDIRECT_ENTITY, ENTITY)
    assert list(late_co) == ["e", "cx", "co", "tv", "p"]


@pytest.mark.parametrize(
    ("querystring", "problem"),
    [
        pytest.param(
            "",
            InputData("querystring", None, "empty querystring: not a valid URI redirect"),
            id="no query string",
        ),
        pytest.param(
            "e=pv&aid=x+y",
            InputData(
                "querystring", "e=pv&aid=x+y", "missing `u` parameter: not a valid URI redirect"
            ),
            id="no target",
        ),
        pytest.param(
            "u",
            InputData("querystring", "u", "missing `u` parameter: not a valid URI redirect"),
            id="a target without a value",
        ),
        pytest.param(
            "u=x&e=pv&cx=A",
            lambda p: (
                (p.field, p.value) == ("cx", "A")
                and p.expectation.startswith("Could not base64 decode: ")
            ),
            id="contexts that are no base64",
        ),
        pytest.param(
            "u=x&e=pv&co=nul",
            lambda p: isinstance(p, NotJson) and (p.field, p.value) == ("co", "nul"),
            id="contexts that are no JSON",
        ),
        pytest.param(
            "u=x&e=pv&co=1",
            NotIglu(1, IgluParseError.INVALID_DATA_PAYLOAD),
            id="contexts that are a number",
        ),
        pytest.param(
            "u=x&e=pv&co=%7B%22data%22:1%7D",
            NotIglu({"data": 1}, IgluParseError.INVALID_DATA_PAYLOAD),
            id="contexts without a list",
        ),
    ],
)
def test_a_redirect_that_cannot_be_taken(querystring: str, problem: Any) -> None:
    """A redirect without a target, or with contexts that nothing can be put into, fails."""
    (found,) = violations(adapted(payload(REDIRECT, querystring=querystring)))
    assert problem(found) if callable(problem) else problem == found

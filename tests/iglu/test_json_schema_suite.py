"""The official JSON-Schema-Test-Suite for draft-04: a case per group.

All that the standard requires holds. Of the optional part, Snowplow's own list of formats and its
patterns decide; `DEVIATIONS` names each case in which they differ from the standard, and why.
"""

import json

import pytest

from iglu.data import SUITE, needs_suite
from piste.iglu import Schema, compile_schema

DRAFT4 = SUITE / "draft4"

LENIENT_URI = "networknt's pattern looks at the scheme and refuses white space, no more"
LENIENT_IPV6 = "networknt's pattern takes white space around and a zone behind the address"

DEVIATIONS = {
    ("ipv6", "leading whitespace is invalid"): LENIENT_IPV6,
    ("ipv6", "trailing whitespace is invalid"): LENIENT_IPV6,
    ("ipv6", "zone id is not a part of ipv6 address"): LENIENT_IPV6,
    ("uri", "an invalid protocol-relative URI Reference"): "networknt's pattern takes `//host`",
    ("uri", "an invalid URI with comma in scheme"): "`+-.` in networknt's pattern is a range",
    ("uri", "invalid userinfo"): LENIENT_URI,
    ("uri", "unescaped non US-ASCII characters"): LENIENT_URI,
    ("uri", "invalid backslash character"): LENIENT_URI,
    ("uri", 'invalid " character'): LENIENT_URI,
    ("uri", "invalid <> characters"): LENIENT_URI,
    ("uri", "invalid {} characters"): LENIENT_URI,
    ("uri", "invalid ^ character"): LENIENT_URI,
    ("uri", "invalid ` character"): LENIENT_URI,
    ("uri", "invalid | character"): LENIENT_URI,
    ("uri", "invalid percent-encoding with non-hex digits"): LENIENT_URI,
    ("uri", "incomplete percent-encoding triplet"): LENIENT_URI,
    ("uri", "lone percent sign is invalid"): LENIENT_URI,
    ("uri", "non-numeric port is invalid"): LENIENT_URI,
    ("uri", "leading zero in an embedded IPv4 address is invalid"): LENIENT_URI,
    ("uri", "square brackets are not allowed in a path segment"): LENIENT_URI,
}
"""(file, test) of the optional part -> why Snowplow's answer is the other one."""


def groups(pattern):
    return [
        pytest.param(group, file.stem, id=f"{file.stem}: {group['description']}")
        for file in sorted(DRAFT4.glob(pattern))
        for group in json.loads(file.read_text())
    ]


def retrieve(uri: str):
    """The suite's remote documents, which it expects at this address."""
    return json.loads((SUITE / "remotes" / uri.removeprefix("http://localhost:1234/")).read_text())


def verdicts(group):
    schema = compile_schema(group["schema"], retrieve=retrieve)
    assert isinstance(schema, Schema), schema
    for test in group["tests"]:
        verdict = schema.is_valid(test["data"])
        assert bool(schema.reports(test["data"])) is not verdict, "an explanation for each refusal"
        yield test, verdict


@needs_suite
@pytest.mark.parametrize(("group", "file"), groups("*.json"))
def test_required(group, file):
    """What draft-04 requires, to the last case."""
    for test, verdict in verdicts(group):
        assert verdict is test["valid"], test["description"]


@needs_suite
@pytest.mark.parametrize(("group", "file"), groups("optional/**/*.json"))
def test_optional(group, file):
    """What draft-04 leaves open: as the suite has it, but for the deviations, which are exact."""
    for test, verdict in verdicts(group):
        is_known = (file, test["description"]) in DEVIATIONS
        assert (verdict is test["valid"]) is not is_known, test["description"]

"""What a request may say of a website, and which field is at fault when it may not."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from piste.traffic.flaws import Flaw
from piste.traffic.website_forms import (
    MAX_DOMAIN,
    PathGroup,
    WebsiteForm,
    domain_of,
    read_change,
    read_creation,
    uuid_of,
)

ID = "9f2d3a4e-5b6c-4d7e-8f90-a1b2c3d4e5f6"
LONGEST = f"{'a' * 251}.com"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.com", "example.com"),
        ("Example.COM", "example.com"),
        ("www.my-shop.example.co.uk", "www.my-shop.example.co.uk"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("1und1.de", "1und1.de"),
        ("a", "a"),
        ("a--b.example", "a--b.example"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        (LONGEST, LONGEST),
    ],
)
def test_domains(text: str, domain: str) -> None:
    """In lower case and in the letters that browsers send."""
    assert domain_of(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "-",
        "example..com",
        ".example.com",
        "example.com.",
        "-example.com",
        "example-.com",
        "example.com-",
        "exa_mple.com",
        "exa mple.com",
        " example.com",
        "example.com\n",
        "https://example.com",
        "example.com/blog",
        "example.com:8080",
        "user@example.com",
        "*.example.com",
        "[::1]",
        "::1",
        "a" + LONGEST,
        "ü" * 255,
        "ü." * 127,
        "straße.de",
        "βόλος.com",
        "a\u200db.com",
        "example\0.com",
        "\ud800.com",
        "\u2028",
        "😀" * 100,
    ],
)
def test_what_is_no_domain(text: str) -> None:
    """Nor what the two versions of IDNA make different domains of."""
    assert domain_of(text) is None


@given(st.text(max_size=300))
@example("\u0130.com")
@example("K.com")
@example("ⅷ.com")
def test_domains_are_stable(text: str) -> None:
    """Whatever comes in: what comes out is one, and comes out again."""
    domain = domain_of(text)
    if domain is not None:
        assert domain.isascii()
        assert 1 <= len(domain) <= MAX_DOMAIN
        assert domain_of(domain) == domain


def test_uuids() -> None:
    assert uuid_of(ID) == ID
    assert uuid_of(ID.upper()) == ID
    other: list[Any] = [None, 1, [], {}, True, "", "1", ID[:-1], f"{ID}0", f" {ID}", f"{ID}\n"]
    other += [ID.replace("-", ""), f"{{{ID[:34]}}}", f"urn:uuid:{ID}", ID.replace("a", "á")]
    other += ["9f2d3a4e5-b6c-4d7e-8f90-a1b2c3d4e5f6", ID.replace("9", "٩", 1)]
    assert [uuid_of(one) for one in other] == [None] * len(other)


def test_a_creation_with_all_fields() -> None:
    """Blanks around names, patterns and addresses go."""
    body = {
        "domain": "Example.com",
        "content_groups": [
            {"name": " Blog ", "pattern": " /blog/** "},
            {"name": "Blog", "pattern": "regex:^/news"},
        ],
        "excluded_ips": ["203.0.113.7", " 2001:db8::/32 ", "203.0.113.*", "203.0.113.10-20"],
        "account_id": ID.upper(),
    }
    assert read_creation(body) == WebsiteForm(
        "example.com",
        (PathGroup("Blog", "/blog/**"), PathGroup("Blog", "regex:^/news")),
        ("203.0.113.7", "2001:db8::/32", "203.0.113.*", "203.0.113.10-20"),
        ID,
    )


def test_a_creation_with_a_domain_only() -> None:
    assert read_creation({"domain": "example.com"}) == WebsiteForm("example.com")


def test_a_change_names_what_it_changes() -> None:
    """An empty list empties; null is one."""
    form = read_change({"content_groups": [], "excluded_ips": None})
    assert isinstance(form, WebsiteForm)
    assert form.settings == {"content_groups": (), "excluded_ips": ()}
    form = read_change({"domain": "example.org"})
    assert isinstance(form, WebsiteForm)
    assert form.settings == {"domain": "example.org"}


NO_DOMAIN = (
    "`domain` must be a domain of 1 to 255 letters, digits, hyphens and dots, "
    "without scheme, port and path"
)
WRONG: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"domain": None}, [("domain", NO_DOMAIN)]),
    ({"domain": 1}, [("domain", NO_DOMAIN)]),
    ({"domain": ["example.com"]}, [("domain", NO_DOMAIN)]),
    ({"domain": "a b"}, [("domain", f"{NO_DOMAIN}: a b")]),
    ({"domain": "x" * 300}, [("domain", f"{NO_DOMAIN}: {'x' * 60}…")]),
    (
        {"domain": "example.com", "content_groups": "Blog"},
        [("content_groups", "`content_groups` must be an array of groups")],
    ),
    (
        {"domain": "example.com", "content_groups": [{"name": "", "pattern": "/"}, 1]},
        [
            (
                "content_groups[0].name",
                "`content_groups[0].name` must be a text that is not empty",
            ),
            (
                "content_groups[1]",
                "`content_groups[1]` must be an object with `name` and `pattern`",
            ),
        ],
    ),
    (
        {"domain": "example.com", "content_groups": [{"name": "a", "pattern": "/", "colour": 1}]},
        [("content_groups[0].colour", "`content_groups[0].colour` is not a field here")],
    ),
    (
        {"domain": "example.com", "content_groups": [{"name": "a", "pattern": "/"}] * 101},
        [("content_groups", "`content_groups` has more than 100 groups")],
    ),
    (
        {"domain": "example.com", "excluded_ips": "203.0.113.7"},
        [("excluded_ips", "`excluded_ips` must be an array of addresses")],
    ),
    (
        {"domain": "example.com", "excluded_ips": ["203.0.113.7", "300.0.0.1"]},
        [
            (
                "excluded_ips[1]",
                "`excluded_ips[1]` is no address, CIDR, wildcard or range: 300.0.0.1",
            )
        ],
    ),
    (
        {"domain": "example.com", "Domain": "x", "excludedIps": []},
        [
            ("Domain", "`Domain` is not a field here"),
            ("excludedIps", "`excludedIps` is not a field here"),
        ],
    ),
    ([], [("body", "The body must be an object")]),
    (None, [("body", "The body must be an object")]),
    ("domain", [("body", "The body must be an object")]),
]


@pytest.mark.parametrize(("body", "flaws"), WRONG)
def test_what_is_wrong_is_named(body: Any, flaws: list[tuple[str, str]]) -> None:
    """All of it, in creations and in changes."""
    expected = tuple(Flaw(*one) for one in flaws)
    assert read_creation(body) == expected
    assert read_change(body) == expected


def test_a_creation_without_a_domain() -> None:
    assert read_creation({}) == (Flaw("domain", "`domain` is missing"),)
    assert read_creation({"excluded_ips": []}) == (Flaw("domain", "`domain` is missing"),)


def test_a_change_without_a_field() -> None:
    message = "There is nothing to change: give one of `domain`, `content_groups`, `excluded_ips`"
    assert read_change({}) == (Flaw("body", message),)


def test_accounts_are_named_at_creation_only() -> None:
    """And by a UUID."""
    body: dict[str, Any] = {"domain": "example.com", "account_id": "default"}
    assert read_creation(body) == (Flaw("account_id", "`account_id` must be a UUID"),)
    body |= {"account_id": None}
    assert read_creation(body) == (Flaw("account_id", "`account_id` must be a UUID"),)
    body |= {"account_id": ID}
    assert read_change(body) == (Flaw("account_id", "`account_id` is not a field here"),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["domain", "content_groups", "excluded_ips", "account_id", "other"]),
        json_values,
    )
)
def test_any_json_is_read_or_refused(body: dict[str, Any]) -> None:
    for read in (read_creation, read_change):
        form = read(body)
        assert isinstance(form, WebsiteForm) or all(isinstance(one, Flaw) for one in form)
        assert form

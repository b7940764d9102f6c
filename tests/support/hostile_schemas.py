"""Pairs of schemas that are to hurt: names, and functions that make them, for some are large."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

Pair = tuple[Any, Any]
Case = Callable[[], Pair]
"""Makes the pair, for some are large."""

STRING = {"type": "string"}
NULL = {"type": "null"}


def an_object(**keywords: Any) -> Any:
    return {"type": "object", **keywords}


def an_array(**keywords: Any) -> Any:
    return {"type": "array", **keywords}


def pattern(text: str) -> Any:
    return {"type": "string", "pattern": text}


def ref(name: object) -> Any:
    return {"$ref": f"#/definitions/{name}"}


def defined(**definitions: Any) -> Any:
    return {"$ref": "#/definitions/d0", "definitions": definitions}


def primes(most: int) -> list[int]:
    return [n for n in range(2, most) if all(n % p for p in range(2, int(n**0.5) + 1))]


def han(n: int) -> str:
    return chr(0x4E00 + n)


WORDS = [f"w{n * 7919 % 100_003}" for n in range(10_000)]

PATTERNS: dict[str, str] = {
    "quantifiers in quantifiers": "^(a+)+$",
    "overlapping alternatives": "^(a|aa|a?)*b$",
    "stars": "^(((a*)*)*)*$",
    "adjacent stars": "^" + "a*" * 30 + "$",
    "optional then counted": "^" + "a?" * 200 + "a{200}$",
    "subsets": "^(a|b)*a(a|b){18}$",
    "counted": "^.{1,65535}$",
    "counted exactly": "^(ab|c){65535}$",
    "counted alternatives": "^(ab|c){1,65535}$",
    "counted in counted": "^((a{1,100}){1,100}){1,100}$",
    "counted without end": "(((a{99999999999}){99999999999}){99999999999}){2,}",
    "a count of 5,000 digits": "^a{" + "9" * 5_000 + "}$",
    "counts in a row": "^" + "[a-z]{0,500}[0-9]{0,500}" * 20 + "$",
    "a far letter": "^.*a.{60}b.{60}c$",
    "10,000 words": "^(" + "|".join(WORDS) + ")$",
    "2,000 words": "^(" + "|".join(WORDS[:2_000]) + ")$",
    "10,000 letters": "^" + "ab" * 5_000 + "$",
    "3,000 optional letters": "^" + "a?" * 3_000 + "$",
    "5,000 distinct letters": "^" + "".join(map(han, range(5_000))) + "$",
    "2,000 classes": "^" + "".join(f"[{han(n)}-{han(n + 7)}]" for n in range(2_000)) + "$",
    "1,000 alternative classes": "|".join(
        f"^[{han(n)}-{han(3 * n + 7)}]{n}$" for n in range(1_000)
    ),
    "a class of 20,000 members": "^[" + "".join(han(2 * n) for n in range(10_000)) + "]+$",
    "1,000 groups": "(" * 1_000 + "a" + ")" * 1_000,
    "100,000 groups": "(" * 100_000 + "a" + ")" * 100_000,
    "groups without end": "(" * 99,
    "500 repeats of repeats": "(?:" * 90 + "a" + ")*" * 90,
    "10,000 edges": r"\b" * 10_000 + "a" + r"\B\b" * 100,
    "edges in a star": r"^(\b\w+\b\W*|\B.)*$",
    "anchors inside": "a^b$c|(^|x)*y($|z)*",
    "a surrogate pair": r"^\ud83d\ude00+$",
    "a character beyond 16 bits": "^[\U0001f600-\U0001f64f]{3}$",
    "half a surrogate pair": r"^\ud83d$",
    "half a surrogate pair, itself": "^\ud83d$",
    "NUL": "^\0+\\0\\x00$",
    "look-ahead": "^(?=a+b)(?!c)a*b$",
    "look-behind": "(?<=a)(?<!b)c",
    "back-reference": r"^(a*)\1*(b+)\2$",
    "named back-reference": r"^(?<n>a*)\k<n>$",
    "properties of characters": r"^\p{L}\P{Nd}\p{Script=Greek}$",
    "ECMA only": r"^[^]\cA\/[]|a{,3}]$",
    "the validator only": r"(?i)^(?P<n>a)\z[[:alpha:]&&[^b]]$",
    "no pattern": "*a(",
    "a range the wrong way round": "[z-a]",
    "5 MB": "^" + "abcdefghij" * 500_000 + "$",
}


def with_pattern(text: str) -> dict[str, Pair]:
    """Everywhere a pattern may stand."""
    other = pattern("^(a|bb)*c?$")
    long = {"minLength": 2 * 10**9 - 1, "maxLength": 2 * 10**9}
    closed = {"type": "object", "patternProperties": {text: NULL}, "additionalProperties": False}
    return {
        "on the left": (pattern(text), other),
        "on the right": (other, pattern(text)),
        "and more": (pattern(text), {"anyOf": [pattern(text + "|a"), pattern(text + "b")]}),
        "and long": (pattern(text) | long, NULL),
        "or long": (STRING, {"anyOf": [pattern(text), long]}),
        "of names": (closed, {"patternProperties": {"^a": {"type": "number"}, text + "b": NULL}}),
        "of many names": (closed | {"minProperties": 2 * 10**9}, NULL),
    }


WRAPS: dict[str, Callable[[Any], Any]] = {
    "properties": lambda schema: {"properties": {"a": schema}, "required": ["a"]},
    "patternProperties": lambda schema: {"patternProperties": {"^a+$": schema}},
    "additionalProperties": lambda schema: {"additionalProperties": schema, "minProperties": 1},
    "dependencies": lambda schema: {"dependencies": {"a": schema}, "required": ["a"]},
    "items": lambda schema: {"items": schema, "minItems": 1},
    "items by position": lambda schema: {"items": [schema, schema], "minItems": 2},
    "additionalItems": lambda schema: {"items": [{}], "additionalItems": schema, "minItems": 2},
    "uniqueItems": lambda schema: {"items": schema, "minItems": 2, "uniqueItems": True},
    "allOf": lambda schema: {"allOf": [schema, schema]},
    "anyOf": lambda schema: {"anyOf": [schema, NULL, schema]},
    "oneOf": lambda schema: {"oneOf": [schema, {"type": "number"}]},
    "not": lambda schema: {"not": schema},
    "enum": lambda schema: {"enum": [schema]},
}
"""One level of every keyword that holds schemas (and of `enum`, which holds anything)."""


def nested(wrap: Callable[[Any], Any], levels: int) -> Any:
    schema: Any = {}
    for _ in range(levels):
        schema = wrap(schema)
    return schema


def recursive(keyword: str) -> dict[str, Pair]:
    """Through the keyword."""
    wrap = WRAPS[keyword]
    itself = wrap({"$ref": "#"})
    cycle = defined(d0=wrap(ref("d1")), d1=wrap(ref("d2")), d2={"anyOf": [ref("d0"), ref("d1")]})
    chain = {f"d{n}": wrap(ref(f"d{n + 1}")) for n in range(3_000)}
    return {
        "itself": (itself, itself | {"type": ["object", "array"]}),
        "itself, never": (itself, NULL),
        "a cycle": (cycle, itself),
        "a cycle, denied": (wrap(ref("d2")) | cycle, {"not": cycle}),
        "a chain": (defined(**chain, d3000=NULL), NULL),
    }


LEVELS = (12, 40, 73, 74, 75, 148, 149, 150, 151, 1_000, 100_000)


def deep(keyword: str, levels: int) -> Pair:
    schema = nested(WRAPS[keyword], levels)
    return schema, STRING


def deep_twice(keyword: str, levels: int) -> Pair:
    return nested(WRAPS[keyword], levels), nested(WRAPS[keyword], levels + 1)


def doubled(keyword: str, last: Any) -> Any:
    """A few lines that are 2^60 branches."""
    doubles = {f"d{n}": {keyword: [ref(f"d{n + 1}")] * 2} for n in range(60)}
    return defined(**doubles, d60=last)


def doubles(keyword: str) -> dict[str, Pair]:
    """Against everything, one value, and one kind."""
    others: dict[str, Any] = {"anything": {}, "a value": {"enum": [1]}, "arrays": {"type": "array"}}
    one = doubled(keyword, NULL)
    return {
        **{f"against {name}": (one, other) for name, other in others.items()},
        **{f"{name} against it": (other, one) for name, other in others.items()},
    }


def crossed(keyword: str) -> Any:
    """2^40 combinations."""
    parts = [[{"required": [f"{n}{letter}"]} for letter in "ab"] for n in range(40)]
    return {"type": "object", "allOf": [{keyword: part} for part in parts]}


def branches(keyword: str, count: int, **more: Any) -> Any:
    return {
        keyword: [{"properties": {"k": {"enum": [n]}, f"p{n}": more}} for n in range(count)],
        "type": "object",
    }


_WORDS = """
# #/ #a ## a.json ../a.json#/b //h/a urn:a http://127.0.0.1:9/a# file:///dev/stdin json-schema:///
http://json-schema.org/draft-04/schema# #/nowhere #/properties #/properties/ #/properties/a%2Fb
#/properties/a~1b #/properties/%7E0 #/properties/~ #/properties/~2 #/properties/%ff%FE #/properties/%
#/properties/é #/required #/required/0 #/minimum #/title #/enum/0 #/items/0 #/items/00 #/items/-1
#/items/٣
"""
REFERENCES: list[Any] = [
    *_WORDS.split(),
    *("", "#\0", "#/properties/\ud800", "#/items/" + "9" * 5_000, "#/" + "a/" * 10**5),
    *(1, None, True, [], {}, {"$ref": "#"}, ["#"], Decimal("1.5")),
]


def referring(reference: Any) -> dict[str, Pair]:
    """From where it is read, and from where only the validator reads it."""
    used: Any = {
        "properties": {"a/b": STRING, "~0": {}, "": NULL, "é": STRING, "it": {"$ref": reference}},
        "items": [STRING, {"$ref": reference}],
        "required": ["it"],
        "enum": [{"it": 1}, [1, 2], 3],
        "minimum": 1,
        "title": "a",
    }
    unused = {"definitions": {"it": {"$ref": reference}}, "additionalItems": {"$ref": reference}}
    return {
        "on the left": (used, NULL),
        "on the right": ({}, used),
        "unused on the left": (unused, NULL),
        "unused on the right": ({}, unused | NULL),
    }


NUMBERS: dict[str, Case] = {
    "huge": lambda: ({"minimum": Decimal("1E+400000")}, {"maximum": Decimal("1E+400001")}),
    "tiny": lambda: ({"multipleOf": Decimal("1E-400000"), "minimum": 1}, NULL),
    "in an enum": lambda: (
        {"enum": [Decimal("1E+99999999"), 1]},
        {"enum": [Decimal("1E-99999999")]},
    ),
    "counts": lambda: (
        {"minItems": Decimal("1.0E9"), "type": "array"},
        {"maxItems": Decimal("1E+9")},
    ),
    "huge counts": lambda: ({"minLength": Decimal("1E+900")}, {"maxProperties": Decimal("1E+999")}),
    "tiny multiples": lambda: (
        {"multipleOf": Decimal("1E-300"), "minimum": 10**300},
        {"multipleOf": Decimal("3E-300")},
    ),
    "equal open bounds": lambda: (
        {"type": "number", "minimum": 1, "maximum": 1, "exclusiveMinimum": True},
        NULL,
    ),
    "5,000 digits": lambda: ({"type": "number"}, {"minimum": Decimal("1." + "1" * 5_000)}),
    "an integer of 4,000 digits": lambda: ({"type": "integer"}, {"maximum": -(10**4_000)}),
    "an integer of 5,000 digits": lambda: ({"minimum": 10**5_000}, {"maximum": -(10**5_000)}),
    "100,000 digits": lambda: (
        {"type": "number", "minimum": Decimal("1." + "1" * 10**5), "exclusiveMinimum": True},
        {"minimum": Decimal("1." + "1" * 99_999 + "2")},
    ),
    "1,000,000 digits": lambda: (
        {"minimum": Decimal("1" * 10**6)},
        {"enum": [Decimal("." + "1" * 10**6)]},
    ),
    "multiples without a common one": lambda: (
        {"allOf": [{"multipleOf": p} for p in primes(20_000)], "type": "number", "minimum": 1},
        NULL,
    ),
    "no multiples": lambda: (
        {"type": "integer", "minimum": 2, "maximum": 30_000},
        {"anyOf": [{"multipleOf": p} for p in primes(30_000)]},
    ),
    "no multiples of fractions": lambda: (
        {"multipleOf": Decimal("0.0001"), "minimum": 1, "maximum": 20, "type": "number"},
        {"anyOf": [{"multipleOf": Decimal(n).scaleb(-4)} for n in range(2, 60)]},
    ),
    "many left out": lambda: (
        {"type": "integer", "minimum": 0, "maximum": 49_999},
        {"enum": [*range(49_998)]},
    ),
    "nearly equal floats": lambda: (
        {"minimum": 0.1 + 0.2, "maximum": 5e-324},
        {"multipleOf": 1e-300},
    ),
    "negative zero": lambda: (
        {"minimum": -0.0, "maximum": Decimal("-0"), "type": "number"},
        {"enum": [0]},
    ),
}

NO_NUMBERS = [float("nan"), float("inf"), *map(Decimal, ("NaN", "sNaN", "-Infinity"))]

PYTHON: dict[str, Any] = {
    "items a tuple": {"items": (STRING,)},
    "types a tuple": {"type": ("string",)},
    "values a tuple": {"enum": ((1, 2), [1, 2])},
    "a deep tuple": {"enum": [nested(lambda value: (value,), 3_000)]},
    "required a set": {"required": {"a"}},
    "bytes": {"enum": [b"a"], "pattern": b"a"},
    "an object": {"enum": [object()]},
    "a number as a name": {"properties": {1: {}}},
    "no name": {None: 1, "enum": [{(1, 2): 3}]},
    "a complex number": {"minimum": 1j},
    "no schema": None,
    "a string": "{}",
    "true": True,
    "strange names": {
        "required": [
            "__proto__",
            "a.b",
            "a'b\"c",
            "a\nb",
            "\0",
            "",
            "constructor",
            "$ref",
            "🙂" * 99,
        ],
        "properties": {"__proto__": {"properties": {"a.b[0]": STRING}, "required": ["a.b[0]"]}},
    },
    "names that are halves": {"type": "object", "required": ["\ud800", "\udfff\ud800"]},
    "values that are halves": {"enum": ["\ud800", {"\udc00": ["\ud83d"]}]},
    "a text of halves": {"description": "\ud800", "format": "\ud800"},
}
"""What a caller may pass by mistake, and names that somebody may mistake for something else."""

SIZES: dict[str, Case] = {
    "20,000 properties": lambda: (
        {"properties": {f"p{n}": STRING for n in range(20_000)}, "type": "object"},
        {"properties": {f"p{n}": NULL if n == 19_999 else STRING for n in range(20_000)}},
    ),
    "5 MB of properties": lambda: (
        {"properties": {"p" * 100 + str(n): STRING for n in range(40_000)}},
        {"required": ["p"]},
    ),
    "5 MB of values": lambda: (
        {"enum": [f"{n:050}" for n in range(90_000)]},
        {"pattern": "^[0-9]{1,60}$"},
    ),
    "5 MB of text": lambda: ({"description": "a" * 5_000_000, "title": "é" * 10**6}, STRING),
    "a value of 5 MB": lambda: ({"enum": ["a" * 5_000_000]}, {"pattern": "^(a|aa)+$"}),
    "a value of 5 MB, refused": lambda: ({"enum": ["a" * 5_000_000]}, {"pattern": "^(a?){99}b|c$"}),
    "a name of 5 MB": lambda: (
        {"required": ["a" * 5_000_000], "type": "object"},
        {"maxProperties": 0},
    ),
    "names below a name of 5 MB": lambda: (
        {"properties": {"a" * 5_000_000: {"properties": {f"p{n}": {} for n in range(20_000)}}}},
        NULL,
    ),
    "5 MB of arrays": lambda: ({"enum": [[[[]] * 50] * 500]}, {"default": [[[[]] * 99] * 500]}),
    "2,500,000 arrays": lambda: ({"default": [[]] * 2_500_000}, {"enum": [[[]] * 2_500_000]}),
    "300,000 values": lambda: ({"enum": [*range(300_000)]}, {"enum": [*range(299_999)]}),
    "90,000 values": lambda: ({"enum": [*range(90_000)]}, {"enum": [*range(89_999)]}),
    "objects as values": lambda: ({"enum": [{"a": n} for n in range(45_000)]}, {"required": ["a"]}),
    "objects left out": lambda: ({"type": "object"}, {"enum": [{"a": n} for n in range(20_000)]}),
    "objects against objects": lambda: (
        {"enum": [{"a": n, "b": [n]} for n in range(20_000)]},
        {"enum": [{"b": [n], "a": n} for n in range(19_999)]},
    ),
    "deep values": lambda: (
        {"enum": [nested(lambda value: {"a": [value]}, 70)]},
        {
            "enum": [
                nested(lambda value: {"a": [value]}, 71),
                nested(lambda value: {"a": [value]}, 70),
            ]
        },
    ),
    "50,000 names": lambda: (
        {"required": [f"a{n}" for n in range(50_000)], "type": "object"},
        {"required": [f"a{n}" for n in range(50_001)]},
    ),
    "other names": lambda: (
        {"required": [f"a{n}" for n in range(20_000)], "type": "object"},
        {"required": [f"b{n}" for n in range(20_000)]},
    ),
    "all the names there are": lambda: (
        {
            "properties": {f"a{n}": {} for n in range(5_000)},
            "additionalProperties": False,
            "minProperties": 5_000,
            "type": "object",
        },
        {"required": [f"a{n}" for n in range(5_000)]},
    ),
    "255 names to find": lambda: (an_object(minProperties=255), {"type": "array"}),
    "256 names where 255 may be": lambda: (an_object(), {"maxProperties": 255}),
    "5,000 names to find": lambda: (an_object(minProperties=5_000), NULL),
    "5,000 names of a pattern": lambda: (
        an_object(
            minProperties=5_000, patternProperties={"^[ab]+$": {}}, additionalProperties=False
        ),
        NULL,
    ),
    "many objects": lambda: (an_object(minProperties=10**9), {"maxProperties": 3}),
    "many items": lambda: (an_array(minItems=10**9), {"maxItems": 3}),
    "10,000 positions": lambda: (
        an_array(items=[STRING] * 10_000, minItems=9_999),
        {"items": [STRING] * 9_999 + [NULL]},
    ),
    "positions by positions": lambda: (
        {"type": "array"},
        {
            "anyOf": [
                {"items": [{"type": "integer"}] * 3_000},
                {"items": [STRING] * 3_000},
                {"items": [{"anyOf": [STRING, {"not": STRING}]}] * 3_000},
            ]
        },
    ),
    "no two of 10,000": lambda: (an_array(items=[{}] * 10_000, maxItems=1), {"uniqueItems": True}),
    "301 of 300 values": lambda: (
        an_array(uniqueItems=True, minItems=301, items={"enum": [*range(300)]}),
        {"maxItems": 300},
    ),
    "2,000 of 2,000 values": lambda: (
        an_array(uniqueItems=True, minItems=2_000, items={"enum": [*range(2_000)]}),
        {"minItems": 2_000},
    ),
    "two equal of 3,000 values": lambda: (
        an_array(items={"enum": [*range(3_000)]}, maxItems=3_000),
        {"uniqueItems": True},
    ),
    "names by names": lambda: (
        an_object(
            properties={f"p{n}": {"type": "boolean"} for n in range(20)}, additionalProperties=False
        ),
        {
            "anyOf": [
                *(
                    {"properties": {f"p{n}": {"enum": [m % 2 == 0]} for n in range(20)}}
                    for m in range(12)
                ),
                {"additionalProperties": {"type": "boolean"}},
            ]
        },
    ),
    "60 branches on the right": lambda: (
        branches("oneOf", 60),
        branches("oneOf", 60, type="string"),
    ),
    "60 alternatives on the right": lambda: (
        branches("anyOf", 60),
        branches("anyOf", 60, type="string"),
    ),
    "3,000 branches": lambda: ({}, {"oneOf": [{"minimum": n} for n in range(3_000)]}),
    "3,000 branches on the left": lambda: (
        {"oneOf": [{"minimum": n} for n in range(3_000)]},
        STRING,
    ),
    "40,000 branches": lambda: ({}, {"oneOf": [{"minimum": n} for n in range(40_000)]}),
    "40,000 alternatives": lambda: ({}, {"anyOf": [{"minimum": n} for n in range(40_000)]}),
    "crossed": lambda: (crossed("anyOf"), crossed("oneOf")),
    "crossed, few": lambda: (crossed("anyOf") | {"maxProperties": 20}, NULL),
    "crossed on the right": lambda: (STRING, {"not": crossed("anyOf") | {"maxProperties": 20}}),
    "400 choices": lambda: (
        {
            "allOf": [
                {"anyOf": [{"required": [f"a{n}"]}, {"required": [f"b{n}"]}]} for n in range(400)
            ]
        },
        NULL,
    ),
    "20 branches in branches": lambda: (
        nested(lambda schema: {"oneOf": [schema, {"allOf": [schema, STRING]}]}, 20),
        nested(lambda schema: {"anyOf": [schema, {"allOf": [schema, NULL]}]}, 20),
    ),
    "40 dependencies": lambda: (
        an_object(dependencies={f"a{n}": [f"a{n + 1}", f"b{n}"] for n in range(40)}),
        {"dependencies": {f"a{n}": {"required": [f"a{(n + 7) % 40}"]} for n in range(40)}},
    ),
    "8 patterns of names": lambda: (
        an_object(patternProperties={f"^.*{n}.*x": {} for n in range(4)}),
        {"patternProperties": {f"{n}.*x$": STRING for n in range(4)}},
    ),
    "30 patterns of names": lambda: (
        an_object(patternProperties={f"^{n}.*x": {} for n in range(30)}),
        {"patternProperties": {f"{n}x$": STRING for n in range(30)}},
    ),
    "300 large patterns of names": lambda: (
        an_object(properties={"x": {}}, required=["x"]),
        {"patternProperties": {f"^[^a]{{1,2000}}{n}$": {} for n in range(300)}, "required": ["y"]},
    ),
    "40 patterns": lambda: (
        {"type": "string", "allOf": [{"pattern": f"a.{{{n}}}b"} for n in range(1, 40)]},
        {"anyOf": [{"pattern": f"b.{{{n}}}a"} for n in range(1, 40)]},
    ),
    "a chain of 10,000 references": lambda: (
        defined(**{f"d{n}": ref(f"d{n + 1}") for n in range(10_000)}, d10000=NULL),
        NULL,
    ),
    "10,000 references": lambda: (defined(d0=STRING) | {"allOf": [ref("d0")] * 10_000}, STRING),
    "itself and more on the right": lambda: (
        {},
        {"type": "integer", "allOf": [{"$ref": "#"}, STRING, {"$ref": "#"}]},
    ),
    "only itself on the right": lambda: (an_object(), {"$ref": "#"}),
    "not itself": lambda: ({"not": {"$ref": "#"}}, {"not": {"not": {"$ref": "#"}}}),
    "not each other": lambda: (
        defined(d0={"not": ref("d1")}, d1={"anyOf": [{"not": ref("d0")}, NULL]}),
        defined(d0={"oneOf": [ref("d1"), ref("d0")]}, d1={"not": ref("d0")}),
    ),
    "a base of its own": lambda: (
        {"id": "http://127.0.0.1:9/a/", "properties": {"x": {"id": "b", "$ref": "#"}}},
        {"id": "\0:", "not": {"id": "http://127.0.0.1:9/", "$schema": "http://127.0.0.1:9/s"}},
    ),
}


def _cases() -> Iterator[tuple[str, Case]]:
    def each(
        name: str, make: Callable[[Any], dict[str, Pair]], of: Any
    ) -> Iterator[tuple[str, Case]]:
        for one in make("items"):  # what they are called is the same for all
            yield f"{name}: {one}", lambda one=one: make(of)[one]  # type: ignore[misc]

    for name, text in PATTERNS.items():
        yield from each(name, with_pattern, text)
    for keyword in WRAPS:
        yield from each(keyword, recursive, keyword)
        for levels in LEVELS:
            yield f"{keyword}: {levels:,} deep", partial(deep, keyword, levels)
            yield f"{keyword}: {levels:,} deep twice", partial(deep_twice, keyword, levels)
    for keyword in ("anyOf", "oneOf", "allOf"):
        yield from each(f"doubled {keyword}", doubles, keyword)
    for place, reference in enumerate(REFERENCES):
        yield from each(f"reference {place}, {reference!a:.30}", referring, reference)
    for name, make in NUMBERS.items():
        yield f"numbers: {name}", make
    for keyword in ("minimum", "multipleOf", "minLength", "enum", "default"):
        for number in NO_NUMBERS:
            schema = {keyword: [number] if keyword == "enum" else number}
            yield f"numbers: {keyword} {number!r}", partial(_pair, schema, NULL)
    for name, value in PYTHON.items():
        yield f"python: {name}", partial(_pair, value, NULL)
        yield f"python: {name}, on the right", partial(_pair, {}, value)
    yield from SIZES.items()


def _pair(left: Any, right: Any) -> Pair:
    return left, right


CASES = dict(_cases())

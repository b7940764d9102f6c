"""Recorded requests as bytes of the log."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.requests import payload

from piste.events.payload import CollectorPayload, OversizedPayload
from piste.ingest.records import decode_record, encode_record

MAYBE = st.none() | st.text()
PAYLOADS = st.builds(
    CollectorPayload,
    path=st.text(),
    querystring=st.text(),
    body=MAYBE,
    content_type=MAYBE,
    collector=st.text(),
    encoding=st.text(),
    hostname=MAYBE,
    timestamp_ms=st.integers(-(2**63), 2**63 - 1),
    ip_address=MAYBE,
    user_agent=MAYBE,
    referer_uri=MAYBE,
    headers=st.lists(st.text()).map(tuple),
    network_userid=MAYBE,
)
SIZES = st.integers(0, 2**40)


@given(PAYLOADS | st.builds(OversizedPayload, PAYLOADS, SIZES, SIZES))
def test_decode_undoes_encode(recorded: CollectorPayload | OversizedPayload) -> None:
    """Whatever was recorded comes back, as what it was."""
    assert decode_record(encode_record(recorded)) == recorded


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x03" + encode_record(payload())[1:], id="a kind of a later version"),
        pytest.param(encode_record(payload())[:-1], id="a record that was cut"),
        pytest.param(b"\x01\x80", id="a record without its fields"),
        pytest.param(b"\x02" + encode_record(payload())[1:], id="a record of another kind"),
    ],
)
def test_other_bytes_are_refused(record: bytes) -> None:
    """What no version of Piste wrote is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (msgspec's own is one)
        decode_record(record)


def test_a_field_of_a_later_version_is_ignored() -> None:
    """A record that has more than this version knows can still be read."""
    fields: dict[str, Any] = msgspec.to_builtins(payload())
    record = b"\x01" + msgspec.msgpack.encode(fields | {"new": 1})
    assert decode_record(record) == payload()

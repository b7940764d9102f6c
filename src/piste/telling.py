"""Tells the pipeline what was decided: what is published, whose traffic is measured, and the salts for it.

Room:   the top; from the metadata store to `ingest.decisions`. Imported when the store is opened.
Limits: reads what there is after a change, whatever the change was, so that nothing is told out of order.
        Safe from several threads.
"""

import logging
import os
import threading
from collections.abc import Collection, Sequence

from piste.enriching import clock_ms
from piste.events.schema_key import SchemaKey
from piste.ingest.decisions import Decision, Decisions, Subject
from piste.ingest.measuring import website_json
from piste.jsontext import encode
from piste.registry.published import published
from piste.specs.published import Published
from piste.store.errors import StoreError
from piste.store.metadata import MetadataStore
from piste.traffic.identity import DAY_MS, SALT_BYTES

_logger = logging.getLogger(__name__)

SALTS_AGAIN_MS = 10_000
"""When they cannot be read, they are asked for again after so long."""


class Telling:
    """Of one store, to one pipeline."""

    def __init__(self, store: MetadataStore, decisions: Decisions) -> None:
        self._store, self._decisions = store, decisions
        self._telling = threading.Lock()
        self._told: dict[str, int] = {}
        """The revision of each specification that the pipeline knows."""
        self._website_ids: set[str] = set()
        self._salting = threading.Lock()
        self._salts: dict[str, bytes] = {}
        self._salted_until_ms = 0
        """When the pipeline needs others than those in `_salts`, which it knows."""

    def all(self) -> None:
        """To a pipeline that knows nothing yet."""
        self.schemas()
        self.specifications()
        self.websites()

    def schemas(self, keys: Collection[SchemaKey] | None = None) -> None:
        """All, or these and the other versions of them, of which one may supersede another now."""
        schemas = self._store.schemas()
        with self._telling:
            if keys is not None:
                families = {(key.vendor, key.name) for key in keys}
                stored = [one for v, n in families for one in schemas.find(vendor=v, name=n)]
                keys = {*keys, *(one.key for one in stored)}
            found = published(schemas, keys)
            self._decisions.tell(
                Decision(Subject.SCHEMA, key.uri, encode(found[key]) if key in found else None)
                for key in (found if keys is None else keys)
            )

    def specifications(self) -> None:
        """Those that have changed since they were told last."""
        with self._telling:
            revisions = self._store.specification_revisions()
            gone = self._told.keys() - revisions.keys()
            decisions = [Decision(Subject.SPECIFICATION, id_, None) for id_ in gone]
            for record in self._store.specifications_of(
                [id_ for id_, revision in revisions.items() if self._told.get(id_) != revision]
            ):
                known = Published.of(record)
                json = None if known is None else encode(known.to_json())
                decisions.append(Decision(Subject.SPECIFICATION, record.id, json))
            self._decisions.tell(decisions)
            self._told = revisions

    def websites(self, website_ids: Sequence[str] | None = None) -> None:
        """All, or these."""
        records = self._store.websites()
        with self._telling:
            if website_ids is None:
                found = {website.id: website for website in records.find()}
                website_ids = list(found)
            else:
                some = ((one, records.get(one)) for one in website_ids)
                found = {id_: website for id_, website in some if website is not None}
            self._decisions.tell(
                Decision(
                    Subject.WEBSITE,
                    id_,
                    encode(website_json(found[id_])) if id_ in found else None,
                )
                for id_ in website_ids
            )
            self._website_ids.difference_update(website_ids)
            self._website_ids.update(found)
        self.salts()

    def knows_salts(self) -> bool:
        """Whether the pipeline has the salts for events of now, or needs none: there are no websites."""
        return not self._website_ids or clock_ms() < self._salted_until_ms

    def salts(self) -> None:
        """Those of today and yesterday. Without them events are kept, but are no visitor's."""
        with self._salting:
            if self.knows_salts():
                return
            now_ms = clock_ms()
            day = now_ms // DAY_MS
            try:
                salts = self._store.salts().of(day, os.urandom(SALT_BYTES))
            except StoreError:
                _logger.exception("the salts of visitors' hashes could not be read")
                self._salted_until_ms = now_ms + SALTS_AGAIN_MS
                return
            told = {str(one): encode(salt.hex()) for one, salt in salts.items()}
            self._decisions.tell(
                Decision(Subject.SALT, one, told.get(one)) for one in {**self._salts, **told}
            )
            self._salts = told
            self._salted_until_ms = (day + 1) * DAY_MS

"""What people decide, as against what happens: accounts, schemas, tracking plans, specifications."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from piste.specs.records import Record
from piste.store.metadata.accounts import AccountDatabase
from piste.store.metadata.database import open_database
from piste.store.metadata.plans import ApplicationRecords, ProductRecords
from piste.store.metadata.salts import SaltRecords
from piste.store.metadata.schemas import IgluDraftRecords, IgluKeyRecords, SchemaRecords
from piste.store.metadata.specifications import SpecificationRecords, records, revisions
from piste.store.metadata.structures import StructureDatabase
from piste.store.metadata.websites import WebsiteRecords


class MetadataStore:
    """One database. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        """Raises `StoreUnreadable` or `StoreTooNew`."""
        self._engine = open_database(file)

    def specifications(self, organization_id: str) -> SpecificationRecords:
        return SpecificationRecords(self._engine, organization_id)

    def specification_revisions(self) -> dict[str, int]:
        """Of every organization, by id."""
        return revisions(self._engine)

    def specifications_of(self, ids: Iterable[str]) -> Iterator[Record]:
        """Of whichever organization."""
        return records(self._engine, ids)

    def accounts(self) -> AccountDatabase:
        return AccountDatabase(self._engine)

    def schemas(self) -> SchemaRecords:
        return SchemaRecords(self._engine)

    def iglu_keys(self) -> IgluKeyRecords:
        return IgluKeyRecords(self._engine)

    def iglu_drafts(self) -> IgluDraftRecords:
        return IgluDraftRecords(self._engine)

    def structures(self, organization_id: str) -> StructureDatabase:
        return StructureDatabase(self._engine, organization_id)

    def applications(self, organization_id: str) -> ApplicationRecords:
        return ApplicationRecords(self._engine, organization_id)

    def products(self, organization_id: str) -> ProductRecords:
        return ProductRecords(self._engine, organization_id)

    def websites(self) -> WebsiteRecords:
        """Of every account."""
        return WebsiteRecords(self._engine)

    def salts(self) -> SaltRecords:
        return SaltRecords(self._engine)

    def close(self) -> None:
        self._engine.dispose()

"""What people decide, as against what happens: accounts, schemas, tracking plans, specifications."""

from pathlib import Path

from piste.store.metadata.database import open_database
from piste.store.metadata.specifications import SpecificationRecords


class MetadataStore:
    """One database. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        """Raises `StoreUnreadable` or `StoreTooNew`."""
        self._engine = open_database(file)

    def specifications(self, organization_id: str) -> SpecificationRecords:
        return SpecificationRecords(self._engine, organization_id)

    def close(self) -> None:
        self._engine.dispose()

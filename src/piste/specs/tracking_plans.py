"""Source applications and data products: what they are, and how they are kept.

Room:   the types of a tracking plan, and the small interfaces that the services need of a store.
Limits: what is read knows by its `revision` which state it is; a store refuses to write over another one
        (`Conflict`). All of it is of one organization.
Source: Snowplow's console, tracking plans (data products) and source applications.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from piste.events.schema_key import Json
from piste.specs.specification import Entities, LockStatus, Status

T = TypeVar("T")

NO_ENTITIES = Entities()


@dataclass(frozen=True, slots=True)
class SourceApplication:
    """What sends events: a website, an app. `app_ids` are those that its trackers send."""

    id: str
    name: str
    description: str | None = None
    owner: str | None = None
    app_ids: tuple[str, ...] = ()
    entities: Entities = NO_ENTITIES
    lock_status: LockStatus | None = None
    managed_from: str | None = None

    def to_json(self) -> dict[str, Json]:
        """As the API prints it, in its order."""
        return _without_none(
            {
                "id": self.id,
                "name": self.name,
                "description": self.description,
                "owner": self.owner,
                "appIds": list(self.app_ids),
                "entities": self.entities.to_json(),
                "lockStatus": self.lock_status and self.lock_status.value,
                "managedFrom": self.managed_from,
            }
        )


@dataclass(frozen=True, slots=True)
class DataProduct:
    """A set of event specifications with a purpose; they name it, not it them."""

    id: str
    name: str
    status: Status
    description: str | None = None
    domain: str | None = None
    owner: str | None = None
    access_instructions: str | None = None
    source_applications: tuple[str, ...] = ()
    lock_status: LockStatus | None = None
    managed_from: str | None = None

    def to_json(self) -> dict[str, Json]:
        """As the API prints it, in its order, without its specifications."""
        return _without_none(
            {
                "id": self.id,
                "name": self.name,
                "description": self.description,
                "domain": self.domain,
                "owner": self.owner,
                "accessInstructions": self.access_instructions,
                "status": self.status.value,
                "sourceApplications": list(self.source_applications),
                "lockStatus": self.lock_status and self.lock_status.value,
                "managedFrom": self.managed_from,
            }
        )


@dataclass(frozen=True, slots=True)
class ProductChange:
    """An entry of a product's history. `product` is what it was afterwards, `changed` the fields that were
    another way before; `author` is a user's UUID as text, `date` has a time zone."""

    author: str
    date: datetime
    changed: tuple[str, ...]
    product: DataProduct

    def to_json(self) -> dict[str, Json]:
        return {
            "author": self.author,
            "date": self.date.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "dataProductId": self.product.id,
            "changed": list(self.changed),
            "dataProduct": self.product.to_json(),
            "type": "History",
        }


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody who wants to know when a product changes. Without a `recipient` it is the user who asked."""

    id: str
    product_id: str
    author: str
    reason: str
    receive_notifications: bool
    recipient: str | None = None
    is_confirmed: bool = False

    def to_json(self) -> dict[str, Json]:
        return _without_none(
            {
                "id": self.id,
                "dataProductId": self.product_id,
                "author": self.author,
                "reason": self.reason,
                "receiveNotifications": self.receive_notifications,
                "recipient": self.recipient,
                "confirmed": self.is_confirmed,
            }
        )


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """With its revision; 0 is not stored yet."""

    item: T
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Of a history: at most `limit` entries not after `before`, without the first `offset`."""

    before: datetime | None = None
    limit: int = 100
    offset: int = 0
    is_newest_first: bool = True


class InUse(Exception):
    """It cannot go: data products of these names refer to it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class Applications(Protocol):
    """Source applications."""

    def get(self, application_id: str) -> Kept[SourceApplication] | None: ...

    def find(self) -> list[SourceApplication]:
        """The oldest first."""
        ...

    def put(self, application: Kept[SourceApplication]) -> None:
        """Create or replace. Raises `Conflict`, also when the name is taken."""
        ...

    def delete(self, application_id: str) -> bool:
        """Whether there was one. Raises `InUse`."""
        ...


class Products(Protocol):
    """Data products with their history and subscriptions, which go when they go."""

    def get(self, product_id: str) -> Kept[DataProduct] | None: ...

    def find(self) -> list[DataProduct]:
        """The oldest first."""
        ...

    def put(self, product: Kept[DataProduct], change: ProductChange) -> None:
        """Create or replace. Raises `Conflict`, also when the name is taken or one of its source applications
        is not there."""
        ...

    def delete(self, product_id: str) -> bool:
        """With all event specifications whose latest version is of it; whether there was one."""
        ...

    def history(self, product_id: str, page: Page) -> list[ProductChange]: ...

    def subscriptions(self, product_id: str) -> list[Subscription]:
        """The oldest first."""
        ...

    def add_subscription(self, subscription: Subscription) -> bool:
        """False, when its product is not there."""
        ...

    def replace_subscription(self, subscription: Subscription) -> bool:
        """Whether there was one of its id and product."""
        ...

    def delete_subscription(self, product_id: str, subscription_id: str) -> bool:
        """Whether there was one."""
        ...


def _without_none(json: dict[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in json.items() if value is not None}

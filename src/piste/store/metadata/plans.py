"""Source applications and data products in the metadata database.

Limits: each is a row with all its fields as JSON, and the columns that it is found by. Who read an older
        state than there is gets `Conflict`. What belongs to a product goes with it, in one transaction.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from piste.specs.applications import read_application
from piste.specs.products import Form, read_product
from piste.specs.records import Conflict
from piste.specs.tracking_plans import (
    DataProduct,
    InUse,
    Kept,
    Page,
    ProductChange,
    SourceApplication,
    Subscription,
)
from piste.store.metadata.database import TABLES, reading


def _table(name: str) -> Table:
    return Table(
        name,
        TABLES,
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("organization_id", Text, nullable=False),
        Column("id", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("item", Text, nullable=False),
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "name"),
    )


_applications = _table("source_applications")
_products = _table("data_products")


def _of_product() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organization_id", "product_id"],
        ["data_products.organization_id", "data_products.id"],
        ondelete="CASCADE",
    )


_product_applications = Table(
    "data_product_applications",
    TABLES,
    Column("organization_id", Text, primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("application_id", Text, primary_key=True),
    _of_product(),
    ForeignKeyConstraint(
        ["organization_id", "application_id"],
        ["source_applications.organization_id", "source_applications.id"],
    ),
)

_changes = Table(
    "data_product_changes",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("organization_id", Text, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("item", Text, nullable=False),
    _of_product(),
)

_subscriptions = Table(
    "data_product_subscriptions",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("organization_id", Text, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("receive_notifications", Boolean, nullable=False),
    Column("recipient", Text),
    Column("is_confirmed", Boolean, nullable=False),
    UniqueConstraint("organization_id", "id"),
    _of_product(),
)


class ApplicationRecords:
    """Of one organization (`piste.specs.tracking_plans.Applications`)."""

    def __init__(self, engine: Engine, organization_id: str) -> None:
        self._engine, self._organization_id = engine, organization_id

    def get(self, application_id: str) -> Kept[SourceApplication] | None:
        with reading(self._engine) as connection:
            row = _get(connection, _applications, self._organization_id, application_id)
        return None if row is None else Kept(_application(row.item), row.revision)

    def find(self) -> list[SourceApplication]:
        with reading(self._engine) as connection:
            rows = _find(connection, _applications, self._organization_id)
        return [_application(row.item) for row in rows]

    def put(self, application: Kept[SourceApplication]) -> None:
        with self._engine.begin() as connection:
            item = application.item.to_json()
            _put(connection, _applications, self._organization_id, application.revision, item)

    def delete(self, application_id: str) -> bool:
        columns, links = _products.c, _product_applications.c
        using = (
            select(columns.name)
            .join(
                _product_applications,
                (columns.organization_id == links.organization_id)
                & (columns.id == links.product_id),
            )
            .where(
                links.organization_id == self._organization_id,
                links.application_id == application_id,
            )
            .order_by(columns.number)
        )
        with self._engine.begin() as connection:
            names = connection.execute(using).scalars().all()
            if names:
                raise InUse(names)
            return _delete(connection, _applications, self._organization_id, application_id)


class ProductRecords:
    """Of one organization (`piste.specs.tracking_plans.Products`)."""

    def __init__(self, engine: Engine, organization_id: str) -> None:
        self._engine, self._organization_id = engine, organization_id

    def get(self, product_id: str) -> Kept[DataProduct] | None:
        with reading(self._engine) as connection:
            row = _get(connection, _products, self._organization_id, product_id)
        return None if row is None else Kept(_product(row.item), row.revision)

    def find(self) -> list[DataProduct]:
        with reading(self._engine) as connection:
            rows = _find(connection, _products, self._organization_id)
        return [_product(row.item) for row in rows]

    def put(self, product: Kept[DataProduct], change: ProductChange) -> None:
        item = product.item
        of_product = {"organization_id": self._organization_id, "product_id": item.id}
        links = [{**of_product, "application_id": one} for one in item.source_applications]
        columns = _product_applications.c
        try:
            with self._engine.begin() as connection:
                printed = item.to_json()
                _put(connection, _products, self._organization_id, product.revision, printed)
                connection.execute(
                    delete(_product_applications).where(
                        columns.organization_id == self._organization_id,
                        columns.product_id == item.id,
                    )
                )
                if links:
                    connection.execute(insert(_product_applications), links)
                connection.execute(
                    insert(_changes).values(
                        **of_product,
                        author=change.author,
                        date=_utc(change.date),
                        changed=_text(change.changed),
                        item=_text(printed),
                    )
                )
        except IntegrityError as error:
            raise Conflict(item.id) from error

    def delete(self, product_id: str) -> bool:
        with self._engine.begin() as connection:
            is_gone = _delete(connection, _products, self._organization_id, product_id)
            if is_gone:
                specifications = TABLES.tables["specifications"]
                columns = specifications.c
                connection.execute(
                    delete(specifications).where(
                        columns.organization_id == self._organization_id,
                        columns.data_product_id == product_id,
                    )
                )
        return is_gone

    def history(self, product_id: str, page: Page) -> list[ProductChange]:
        columns = _changes.c
        order = columns.date, columns.number
        wanted = select(_changes).where(
            columns.organization_id == self._organization_id, columns.product_id == product_id
        )
        if page.before is not None:
            wanted = wanted.where(columns.date <= _utc(page.before))
        if page.is_newest_first:
            wanted = wanted.order_by(*(column.desc() for column in order))
        else:
            wanted = wanted.order_by(*order)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.limit(page.limit).offset(page.offset)).all()
        return [_change(row) for row in rows]

    def subscriptions(self, product_id: str) -> list[Subscription]:
        columns = _subscriptions.c
        wanted = (
            select(_subscriptions)
            .where(
                columns.organization_id == self._organization_id, columns.product_id == product_id
            )
            .order_by(columns.number)
        )
        with reading(self._engine) as connection:
            return [_subscription(row) for row in connection.execute(wanted)]

    def add_subscription(self, subscription: Subscription) -> bool:
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(_subscriptions).values(
                        organization_id=self._organization_id,
                        id=subscription.id,
                        product_id=subscription.product_id,
                        author=subscription.author,
                        **_editable(subscription),
                    )
                )
        except IntegrityError:
            return False
        return True

    def replace_subscription(self, subscription: Subscription) -> bool:
        at = self._at(subscription.product_id, subscription.id)
        replaced = update(_subscriptions).where(*at).values(**_editable(subscription))
        with self._engine.begin() as connection:
            return connection.execute(replaced).rowcount == 1

    def delete_subscription(self, product_id: str, subscription_id: str) -> bool:
        gone = delete(_subscriptions).where(*self._at(product_id, subscription_id))
        with self._engine.begin() as connection:
            return connection.execute(gone).rowcount == 1

    def _at(self, product_id: str, subscription_id: str) -> tuple[Any, ...]:
        columns = _subscriptions.c
        return (
            columns.organization_id == self._organization_id,
            columns.product_id == product_id,
            columns.id == subscription_id,
        )


def _get(connection: Connection, table: Table, organization_id: str, item_id: str) -> Any:
    """The row, or None."""
    columns = table.c
    wanted = select(columns.revision, columns.item).where(
        columns.organization_id == organization_id, columns.id == item_id
    )
    return connection.execute(wanted).one_or_none()


def _find(connection: Connection, table: Table, organization_id: str) -> list[Row[Any]]:
    columns = table.c
    wanted = select(columns.item).where(columns.organization_id == organization_id)
    return list(connection.execute(wanted.order_by(columns.number)))


def _put(
    connection: Connection,
    table: Table,
    organization_id: str,
    revision: int,
    item: Mapping[str, Any],
) -> None:
    """Raises `Conflict`."""
    columns = table.c
    values = {
        "organization_id": organization_id,
        "id": item["id"],
        "revision": revision + 1,
        "name": item["name"],
        "item": _text(item),
    }
    try:
        if revision == 0:
            connection.execute(insert(table).values(values))
            return
        changed = connection.execute(
            update(table)
            .where(
                columns.organization_id == organization_id,
                columns.id == item["id"],
                columns.revision == revision,
            )
            .values(values)
        )
    except IntegrityError as error:
        raise Conflict(item["id"]) from error
    if changed.rowcount != 1:
        raise Conflict(item["id"])


def _delete(connection: Connection, table: Table, organization_id: str, item_id: str) -> bool:
    columns = table.c
    gone = delete(table).where(columns.organization_id == organization_id, columns.id == item_id)
    return connection.execute(gone).rowcount == 1


def _application(text: str) -> SourceApplication:
    """What was stored has been a form once."""
    found = read_application(json.loads(text))
    assert isinstance(found, SourceApplication), found
    return found


def _product(text: str) -> DataProduct:
    """What was stored has been a form once."""
    found = read_product(json.loads(text))
    assert isinstance(found, Form), found
    return found.product


def _change(row: Row[Any]) -> ProductChange:
    changed = tuple(json.loads(row.changed))
    return ProductChange(row.author, datetime.fromisoformat(row.date), changed, _product(row.item))


def _editable(subscription: Subscription) -> dict[str, Any]:
    return {
        "reason": subscription.reason,
        "receive_notifications": subscription.receive_notifications,
        "recipient": subscription.recipient,
        "is_confirmed": subscription.is_confirmed,
    }


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        product_id=row.product_id,
        author=row.author,
        reason=row.reason,
        receive_notifications=row.receive_notifications,
        recipient=row.recipient,
        is_confirmed=row.is_confirmed,
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _utc(time: datetime) -> str:
    """Of equal length, so that texts are ordered as the times are."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")

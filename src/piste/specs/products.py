"""What can be done with the data products of an organization.

Room:   rules; the store, the clock and the ids are handed in.
Limits: Piste sends no mail.
Source: Snowplow's console, tracking plans (data products). Its deletion of a product with its event
        specifications is followed; that nothing but a product's own fields changes its history is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from piste.events.schema_key import Json
from piste.specs.findings import Code, Finding, error
from piste.specs.reading import MAX_NAME, MAX_TEXT, Reading
from piste.specs.records import Conflict, Query, Records
from piste.specs.refusal import INVALID, Refusal, missing, name_taken, overtaken, refusal
from piste.specs.specification import EventSpecification, LockStatus, Status
from piste.specs.tracking_plans import (
    Applications,
    DataProduct,
    Kept,
    Page,
    ProductChange,
    Products,
)

WHAT = "data product"

FIELDS = (
    *("id", "name", "description", "domain", "owner", "accessInstructions", "status"),
    *("sourceApplications", "lockStatus", "managedFrom"),
)

DERIVED = ("eventSpecs",)
"""Printed, and passed over when it comes back."""


MAX_APPLICATIONS = 1_000
"""Of one product."""


@dataclass(frozen=True, slots=True)
class Form:
    """A product as it was sent. Without an id, its id is empty; `status` is None when it was not given."""

    product: DataProduct
    status: Status | None

    def at(self, product_id: str, otherwise: Status) -> DataProduct:
        return replace(self.product, id=product_id, status=self.status or otherwise)


def read_product(body: Json) -> Form | tuple[Finding, ...]:
    """Of a request's body."""
    if not isinstance(body, dict):
        return (error(Code.INVALID_FIELD, "", "The body must be an object"),)
    reading = Reading()
    reading.refuse_others(body, (*FIELDS, *DERIVED))
    status = reading.choice(body, "status", Status)
    applications = reading.uuids(body, "sourceApplications") or ()
    if len(applications) > MAX_APPLICATIONS:
        reading.refuse("sourceApplications", f"at most {MAX_APPLICATIONS} UUIDs")
    if len(set(applications)) < len(applications):
        reading.refuse("sourceApplications", "without repetition")
    product = DataProduct(
        id=reading.uuid(body, "id") or "",
        name=reading.text(body, "name", MAX_NAME, is_required=True) or "",
        status=status or Status.DRAFT,
        description=reading.text(body, "description", MAX_TEXT),
        domain=reading.text(body, "domain", MAX_NAME),
        owner=reading.text(body, "owner", MAX_NAME),
        access_instructions=reading.text(body, "accessInstructions", MAX_TEXT),
        source_applications=applications,
        lock_status=reading.choice(body, "lockStatus", LockStatus),
        managed_from=reading.text(body, "managedFrom", MAX_NAME),
    )
    return tuple(reading.findings) or Form(product, status)


@dataclass(frozen=True, slots=True)
class TrackingPlan:
    """A product with its event specifications, each in its latest version."""

    product: DataProduct
    specifications: tuple[EventSpecification, ...]


@dataclass(frozen=True, slots=True)
class DataProducts:
    """Of one organization, for one user. `now` has a time zone; `on_change` is called when event
    specifications have gone."""

    records: Products
    applications: Applications
    specifications: Records
    author: str
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    on_change: Callable[[], None]

    def find(self) -> list[TrackingPlan]:
        return [self._plan(product) for product in self.records.find()]

    def get(self, product_id: str) -> TrackingPlan | Refusal:
        found = self.records.get(product_id)
        return missing(WHAT) if found is None else self._plan(found.item)

    def create(self, body: Json) -> TrackingPlan | Refusal:
        form = read_product(body)
        if not isinstance(form, Form):
            return Refusal(INVALID, form)
        product_id = form.product.id or self.new_id()
        if self.records.get(product_id) is not None:
            return overtaken(WHAT)
        return self._stored(Kept(form.at(product_id, Status.DRAFT)), None)

    def edit(self, product_id: str, body: Json) -> TrackingPlan | Refusal:
        """As a whole: what is not given is cleared, but for the status, which stays."""
        found = self.records.get(product_id)
        if found is None:
            return missing(WHAT)
        before = found.item
        form = read_product(body)
        if not isinstance(form, Form):
            return Refusal(INVALID, form)
        if form.product.id not in ("", before.id):
            title = "`id` must be that of the address, or absent"
            return refusal(INVALID, Code.INVALID_FIELD, "id", title)
        return self._stored(replace(found, item=form.at(before.id, before.status)), before)

    def delete(self, product_id: str) -> Refusal | None:
        """With its event specifications, for good."""
        if not self.records.delete(product_id):
            return missing(WHAT)
        self.on_change()
        return None

    def history(self, product_id: str, page: Page) -> list[ProductChange] | Refusal:
        if self.records.get(product_id) is None:
            return missing(WHAT)
        return self.records.history(product_id, page)

    def _plan(self, product: DataProduct) -> TrackingPlan:
        found = self.specifications.find(Query(data_product_id=product.id))
        return TrackingPlan(product, tuple(record.latest for record in found))

    def _stored(
        self, kept: Kept[DataProduct], before: DataProduct | None
    ) -> TrackingPlan | Refusal:
        product = kept.item
        for other in self.records.find():
            if other.name == product.name and other.id != product.id:
                return name_taken(WHAT, other.id)
        if unknown := self._unknown_applications(product):
            return Refusal(INVALID, unknown)
        changed = _changed(before, product)
        if changed:
            change = ProductChange(self.author, self.now(), changed, product)
            try:
                self.records.put(kept, change)
            except Conflict:
                return overtaken(WHAT)
        return self._plan(product)

    def _unknown_applications(self, product: DataProduct) -> tuple[Finding, ...]:
        at = "sourceApplications"
        return tuple(
            error(Code.INVALID_FIELD, f"{at}[{position}]", f"There is no source application {id_}")
            for position, id_ in enumerate(product.source_applications)
            if self.applications.get(id_) is None
        )


def _changed(before: DataProduct | None, after: DataProduct) -> tuple[str, ...]:
    """The names of the fields that differ, in the order in which they are printed."""
    old = {} if before is None else before.to_json()
    new = after.to_json()
    return tuple(name for name in FIELDS if old.get(name) != new.get(name))

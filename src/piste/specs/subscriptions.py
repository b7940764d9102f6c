"""Who wants to know when a data product changes.

Room:   rules; the store and the ids are handed in.
Limits: Piste sends no mail: a subscription is kept for whoever reads it, and is confirmed by a call.
Source: Snowplow's console, "Subscription Management" of tracking plans.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from piste.events.schema_key import Json
from piste.specs.findings import Code, Finding, error
from piste.specs.reading import MAX_NAME, MAX_TEXT, Reading
from piste.specs.refusal import INVALID, Refusal, missing
from piste.specs.tracking_plans import Products, Subscription

WHAT = "subscription"


@dataclass(frozen=True, slots=True)
class Form:
    """A subscription as it was sent."""

    reason: str
    receive_notifications: bool
    recipient: str | None


def read_subscription(body: Json) -> Form | tuple[Finding, ...]:
    """Of a request's body."""
    if not isinstance(body, dict):
        return (error(Code.INVALID_FIELD, "", "The body must be an object"),)
    reading = Reading()
    reading.refuse_others(body, ("reason", "receiveNotifications", "recipient"))
    form = Form(
        reading.text(body, "reason", MAX_TEXT, is_required=True) or "",
        reading.flag(body, "receiveNotifications", is_required=True) or False,
        reading.text(body, "recipient", MAX_NAME),
    )
    return tuple(reading.findings) or form


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Of the data products of one organization, for one user."""

    products: Products
    author: str
    new_id: Callable[[], str]

    def find(self, product_id: str) -> list[Subscription] | Refusal:
        if self.products.get(product_id) is None:
            return missing("data product")
        return self.products.subscriptions(product_id)

    def create(self, product_id: str, body: Json) -> Subscription | Refusal:
        form = read_subscription(body)
        if not isinstance(form, Form):
            return Refusal(INVALID, form)
        new = Subscription(
            id=self.new_id(),
            product_id=product_id,
            author=self.author,
            reason=form.reason,
            receive_notifications=form.receive_notifications,
            recipient=form.recipient,
        )
        return new if self.products.add_subscription(new) else missing("data product")

    def edit(self, product_id: str, subscription_id: str, body: Json) -> Subscription | Refusal:
        """Another recipient has to confirm again."""
        found = self._get(product_id, subscription_id)
        if found is None:
            return missing(WHAT)
        form = read_subscription(body)
        if not isinstance(form, Form):
            return Refusal(INVALID, form)
        is_confirmed = found.is_confirmed and form.recipient == found.recipient
        return self._replaced(
            replace(
                found,
                reason=form.reason,
                receive_notifications=form.receive_notifications,
                recipient=form.recipient,
                is_confirmed=is_confirmed,
            )
        )

    def confirm(self, product_id: str, subscription_id: str) -> Subscription | Refusal:
        found = self._get(product_id, subscription_id)
        return missing(WHAT) if found is None else self._replaced(replace(found, is_confirmed=True))

    def delete(self, product_id: str, subscription_id: str) -> Refusal | None:
        is_gone = self.products.delete_subscription(product_id, subscription_id)
        return None if is_gone else missing(WHAT)

    def _get(self, product_id: str, subscription_id: str) -> Subscription | None:
        some = self.products.subscriptions(product_id)
        return next((one for one in some if one.id == subscription_id), None)

    def _replaced(self, subscription: Subscription) -> Subscription | Refusal:
        return subscription if self.products.replace_subscription(subscription) else missing(WHAT)

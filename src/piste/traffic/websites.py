"""Websites: whose traffic is measured, and what can be done with them.

Room:   rules; the store, the clock, the ids and who else is told are handed in.
Limits: an admin sees every website, a user those of their account; the others are not there. In one account a
        domain is there once.
Source: TinyTrail's API, "Websites".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from piste.accounts.principal import Principal, Role
from piste.events.schema_key import Json
from piste.traffic.flaws import Flaw
from piste.traffic.website_forms import (
    Flaws,
    PathGroup,
    WebsiteForm,
    read_change,
    read_creation,
)


class DomainTaken(Exception):
    """Another website of the account has the domain."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        self.domain = domain


class UnknownAccount(Exception):
    """There is no account for the website."""


@dataclass(frozen=True, slots=True)
class Website:
    """Ids are UUIDs as text; the domain is `website_forms.domain_of` one; `created_at` has a time zone."""

    id: str
    account_id: str
    domain: str
    content_groups: tuple[PathGroup, ...]
    excluded_ips: tuple[str, ...]
    created_at: datetime


class Records(Protocol):
    """Each call is one transaction. Safe to use from several threads and processes."""

    def find(self, account_id: str | None = None) -> list[Website]:
        """Of an account or of all, the oldest first."""
        ...

    def get(self, website_id: str) -> Website | None: ...

    def add(self, website: Website) -> None:
        """Raises `DomainTaken` or `UnknownAccount`."""
        ...

    def change(self, website_id: str, change: Callable[[Website], Website]) -> Website | None:
        """As it is then; None when there is none. Nobody writes in between. Raises `DomainTaken`."""
        ...

    def delete(self, website_id: str) -> None:
        """And note that its events are to be deleted."""
        ...

    def forgotten(self) -> list[str]:
        """Ids of deleted websites whose events may still be there."""
        ...

    def settle(self, website_id: str) -> None:
        """The events of a deleted website are gone."""
        ...


@dataclass(frozen=True, slots=True)
class Websites:
    """Safe to use from several threads, as far as what is handed in is.

    `on_change` hears the ids of websites that are new, changed or gone, once they are stored.
    `delete_events` deletes all events of a website that nobody takes any for, as often as it is asked.
    """

    records: Records
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    on_change: Callable[[Sequence[str]], None]
    delete_events: Callable[[str], None]

    def find(self, principal: Principal) -> list[Website]:
        """Those that they may see, the oldest first."""
        is_admin = principal.role is Role.ADMIN
        return self.records.find(None if is_admin else principal.account_id)

    def get(self, principal: Principal, website_id: str) -> Website | None:
        """None when there is none that they may see."""
        found = self.records.get(website_id)
        return found if found is not None and principal.acts_for(found.account_id) else None

    def create(self, principal: Principal, body: Json) -> Website | Flaws | None:
        """What is wrong with the request, or None when a user names an account that is not theirs."""
        form = read_creation(body)
        if not isinstance(form, WebsiteForm):
            return form
        account_id = form.account_id or principal.account_id
        if not principal.acts_for(account_id):
            return None
        website = Website(
            id=self.new_id(),
            account_id=account_id,
            domain=form.domain or "",
            content_groups=form.content_groups or (),
            excluded_ips=form.excluded_ips or (),
            created_at=self.now(),
        )
        try:
            self.records.add(website)
        except DomainTaken as taken:
            return _taken(taken)
        except UnknownAccount:
            return (Flaw("account_id", f"`account_id`: there is no account {account_id}"),)
        self.on_change([website.id])
        return website

    def change(self, principal: Principal, website_id: str, body: Json) -> Website | Flaws | None:
        """What is wrong with the request, or None when there is no such website that they may see."""
        form = read_change(body)
        if not isinstance(form, WebsiteForm):
            return form
        if self.get(principal, website_id) is None:  # a website stays with its account
            return None
        try:
            changed = self.records.change(
                website_id, lambda website: replace(website, **form.settings)
            )
        except DomainTaken as taken:
            return _taken(taken)
        if changed is not None:
            self.on_change([website_id])
        return changed

    def delete(self, principal: Principal, website_id: str) -> Website | None:
        """With its events; None when there is none that they may see.

        When their deletion fails, that is raised, and the website is gone all the same: they are deleted with
        the next call, or by `delete_forgotten`.
        """
        found = self.get(principal, website_id)
        if found is not None:
            self._delete([found])
        self.delete_forgotten()
        return found

    def delete_of_account(self, account_id: str) -> None:
        """All of them with their events, before the account goes."""
        self._delete(self.records.find(account_id))
        self.delete_forgotten()

    def delete_forgotten(self) -> None:
        """Events of deleted websites that are still there: at a start, the last process may have ended too
        early."""
        for website_id in self.records.forgotten():
            self.delete_events(website_id)
            self.records.settle(website_id)

    def _delete(self, websites: Sequence[Website]) -> None:
        for website in websites:
            self.records.delete(website.id)
        if websites:
            # Events that come after this are for nobody, so that the deletion is the last word.
            self.on_change([website.id for website in websites])


def _taken(taken: DomainTaken) -> Flaws:
    return (Flaw("domain", f"`domain`: the account has a website for {taken.domain} already"),)

"""Accounts, users and keys, and who makes a request.

Room:   rules; the store, the secret, the clock, the ids and the randomness are handed in.
Limits: a name, a description and an email are labels (`labels.is_label`): who reads them from a request looks
        at that. A key or a token is valid while its key and its user exist.
Source: TinyTrail's API, "Authentication", "Accounts", "Users"; Snowplow's console, credentials.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from piste.accounts.account import Account
from piste.accounts.keys import (
    RANDOM_BYTES,
    ApiKey,
    StoredKey,
    given_key_flaw,
    new_key,
    sha256_of,
)
from piste.accounts.principal import Principal, Role
from piste.accounts.records import Accounts, AccountStore
from piste.accounts.sealing import NONCE_BYTES, Vault
from piste.accounts.tokens import Tokens
from piste.accounts.user import User

FIRST_ACCOUNT = "default"
FIRST_KEY = "First key"
GIVEN_KEY = "PISTE_ADMIN_KEY"
"""Description of the operator's key."""
USER_KEY = "Key of the user"
"""Description of the key that a user is created with."""


class UnfitAdminKey(ValueError):
    """The operator's key cannot be used; the message says why, and not what it is."""


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key that may be shown, as its user writes it."""

    api_key: ApiKey
    key: str


@dataclass(frozen=True, slots=True)
class NewUser:
    user: User
    first_key: ShownKey


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid key gives."""

    principal: Principal
    key_id: str


class Identity:
    """Safe to use from several threads."""

    def __init__(
        self,
        store: AccountStore,
        secret: bytes,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        random_bytes: Callable[[int], bytes],
        forget: Callable[[str], None] = lambda account_id: None,
    ) -> None:
        """`now` has a time zone; an id is a UUID as text; `random_bytes` is fit for secrets.

        `forget` deletes what other stores keep of an account, before the account goes; when it raises, the
        account stays.
        """
        self._store = store
        self._vault, self._tokens = Vault(secret), Tokens(secret)
        self._now, self._new_id, self._random_bytes = now, new_id, random_bytes
        self._forget = forget

    def ensure_first(self, admin_key: str | None) -> NewUser | None:
        """At each start: there is an admin, and `admin_key` is an admin's for as long as it is set.

        An admin with a key to print, once: when there is no other way in. Raises `UnfitAdminKey`.
        """
        flaw = None if admin_key is None else given_key_flaw(admin_key)
        if flaw:
            raise UnfitAdminKey(f"The admin key cannot be used: {flaw}")
        with self._store.transaction() as accounts:
            admins = [user for user in accounts.users() if user.role is Role.ADMIN]
            admins = admins or [self._first_admin(accounts)]
            self._take_given(accounts, admins, admin_key)
            if any(accounts.keys(admin.id) for admin in admins):
                return None
            return NewUser(admins[0], self._add_key(accounts, admins[0].id, FIRST_KEY))

    def grant(self, key: str, key_id: str | None = None) -> Grant | None:
        """None when there is no such key, or when it has another id."""
        sha256 = sha256_of(key)
        with self._store.reading() as accounts:
            found = accounts.key_by_sha256(sha256)
            # The database looks a hash up in a time that may depend on it; what counts is compared here.
            if found is None or not hmac.compare_digest(found.sha256, sha256):
                return None
            if key_id not in (None, found.api_key.id):
                return None
            user = accounts.user(found.api_key.user_id)
        return None if user is None else Grant(user.principal, found.api_key.id)

    def authenticate_key(self, key: str) -> Principal | None:
        found = self.grant(key)
        return None if found is None else found.principal

    def token(self, grant: Grant) -> str:
        """Valid for `tokens.VALID_FOR`, as long as the key exists."""
        return self._tokens.issue(grant.principal, grant.key_id, self._new_id(), self._now())

    def authenticate(self, token_or_key: str) -> Principal | None:
        """With role and account as they are now."""
        claims = self._tokens.read(token_or_key, self._now())
        if claims is None:
            return self.authenticate_key(token_or_key)
        with self._store.reading() as accounts:
            key, user = accounts.key(claims.key_id), accounts.user(claims.user_id)
        if key is None or user is None or key.api_key.user_id != user.id:
            return None
        return user.principal

    def accounts(self) -> list[Account]:
        """The oldest first."""
        with self._store.reading() as accounts:
            return accounts.accounts()

    def account(self, account_id: str) -> Account | None:
        with self._store.reading() as accounts:
            return accounts.account(account_id)

    def has_account(self, account_id: str) -> bool:
        return self.account(account_id) is not None

    def create_account(self, name: str) -> Account:
        account = Account(self._new_id(), name, self._now())
        with self._store.transaction() as accounts:
            accounts.add_account(account)
        return account

    def delete_account(self, account_id: str) -> Account | None:
        """With all that belongs to it; None when there is none."""
        if not self.has_account(account_id):
            return None
        self._forget(account_id)
        with self._store.transaction() as accounts:
            account = accounts.account(account_id)
            accounts.delete_account(account_id)
        return account

    def users(self) -> list[User]:
        """Of all accounts, the oldest first."""
        with self._store.reading() as accounts:
            return accounts.users()

    def create_user(self, account_id: str, role: Role, email: str | None = None) -> NewUser | None:
        """With their first key; None when there is no such account."""
        user = User(self._new_id(), account_id, email, role, self._now())
        with self._store.transaction() as accounts:
            if accounts.account(account_id) is None:
                return None
            accounts.add_user(user)
            return NewUser(user, self._add_key(accounts, user.id, USER_KEY))

    def delete_user(self, user_id: str) -> User | None:
        """With their keys; None when there is none."""
        with self._store.transaction() as accounts:
            user = accounts.user(user_id)
            accounts.delete_user(user_id)
        return user

    def keys(self, user_id: str) -> list[ApiKey]:
        """The oldest first."""
        with self._store.reading() as accounts:
            return [stored.api_key for stored in accounts.keys(user_id)]

    def create_key(self, user_id: str, description: str) -> ShownKey | None:
        """None when there is no such user."""
        with self._store.transaction() as accounts:
            if accounts.user(user_id) is None:
                return None
            return self._add_key(accounts, user_id, description)

    def delete_key(self, user_id: str, key_id: str) -> ApiKey | None:
        """None when the user has none with this id. One that `is_given` stays: the setting ends it."""
        with self._store.transaction() as accounts:
            found = accounts.key(key_id)
            if found is None or found.api_key.user_id != user_id:
                return None
            if not found.api_key.is_given:
                accounts.delete_key(key_id)
            return found.api_key

    def shown_key(self, user_id: str) -> ShownKey | None:
        """The oldest key of a user, once more; None without one, or when another secret has sealed it."""
        with self._store.reading() as accounts:
            stored = next(iter(accounts.keys(user_id)), None)
        key = stored and self._vault.open(stored.sealed, stored.api_key.id)
        return ShownKey(stored.api_key, key) if stored and key else None

    def _first_admin(self, accounts: Accounts) -> User:
        """Of the oldest account, which is created when there is none."""
        account = next(iter(accounts.accounts()), None)
        if account is None:
            account = Account(self._new_id(), FIRST_ACCOUNT, self._now())
            accounts.add_account(account)
        admin = User(self._new_id(), account.id, None, Role.ADMIN, self._now())
        accounts.add_user(admin)
        return admin

    def _take_given(self, accounts: Accounts, admins: list[User], key: str | None) -> None:
        """Let `key` be the only one that `is_given`; its id stays while it is the same."""
        found = None if key is None else accounts.key_by_sha256(sha256_of(key))
        for former in accounts.given_keys():
            if former != found:
                accounts.delete_key(former.api_key.id)
        if key is None:
            return
        if found is None:
            self._add_key(accounts, admins[0].id, GIVEN_KEY, given=key)
        elif found.api_key.user_id not in {admin.id for admin in admins}:
            raise UnfitAdminKey(
                "The admin key cannot be used: it is the key of a user who is no admin"
            )
        elif not found.api_key.is_given:
            accounts.delete_key(found.api_key.id)
            accounts.add_key(replace(found, api_key=replace(found.api_key, is_given=True)))

    def _add_key(
        self, accounts: Accounts, user_id: str, description: str, given: str | None = None
    ) -> ShownKey:
        key = new_key(self._random_bytes(RANDOM_BYTES)) if given is None else given
        api_key = ApiKey(self._new_id(), user_id, description, self._now(), given is not None)
        sealed = self._vault.seal(key, api_key.id, self._random_bytes(NONCE_BYTES))
        accounts.add_key(StoredKey(api_key, sha256_of(key), sealed))
        return ShownKey(api_key, key)

"""Accounts, users and keys on a real database: first start, who is let in, and for how long."""

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from support.identities import START, World, identity_of

from piste.accounts.account import Account
from piste.accounts.keys import sha256_of
from piste.accounts.principal import Principal, Role
from piste.accounts.service import Identity, ShownKey, UnfitAdminKey
from piste.accounts.tokens import Tokens
from piste.store.metadata import MetadataStore

GIVEN = "given-by-the-operator"
OTHER = "given-by-the-operator-later"
UNKNOWN = "00000000-0000-4000-8000-00000000ffff"


@dataclass
class Installation:
    """One data folder that can be started again and again."""

    folder: object
    world: World
    store: MetadataStore
    identity: Identity

    def restart(self, admin_key=None):
        """What the start prints."""
        self.store.close()
        self.store = MetadataStore(self.folder / "metadata.db")
        self.identity = identity_of(self.store, self.folder, self.world)
        return self.identity.ensure_first(admin_key)


@pytest.fixture
def installed(tmp_path):
    world = World()
    store = MetadataStore(tmp_path / "metadata.db")
    made = Installation(tmp_path, world, store, identity_of(store, tmp_path, world))
    yield made
    made.store.close()


@pytest.fixture
def identity(installed):
    return installed.identity


def test_the_first_start_makes_an_account_an_admin_and_a_key(installed):
    """And tells the key once."""
    first = installed.identity.ensure_first(None)
    assert first is not None
    [account] = installed.identity.accounts()
    assert (account.name, account.created_at) == ("default", START)
    assert installed.identity.users() == [first.user]
    assert (first.user.account_id, first.user.role) == (account.id, Role.ADMIN)
    assert first.first_key.api_key.description == "First key"
    found = installed.identity.authenticate_key(first.first_key.key)
    assert found == Principal(first.user.id, account.id, Role.ADMIN)
    assert installed.identity.ensure_first(None) is None
    assert installed.restart() is None
    assert installed.identity.authenticate_key(first.first_key.key) == found
    assert len(installed.identity.accounts()) == len(installed.identity.users()) == 1


def test_a_first_start_with_the_operators_key(installed):
    """Nothing is to be printed, and there is no other key."""
    assert installed.identity.ensure_first(GIVEN) is None
    found = installed.identity.authenticate_key(GIVEN)
    assert found is not None
    assert found.role is Role.ADMIN
    [key] = installed.identity.keys(found.user_id)
    assert (key.description, key.is_given) == ("PISTE_ADMIN_KEY", True)


def test_the_operators_key_keeps_its_id_while_it_is_the_same(installed):
    """So tokens outlive a restart."""
    installed.identity.ensure_first(GIVEN)
    grant = installed.identity.grant(GIVEN)
    token = installed.identity.token(grant)
    installed.restart(GIVEN)
    assert installed.identity.grant(GIVEN) == grant
    assert installed.identity.authenticate(token) == grant.principal


def test_another_operators_key_ends_the_former(installed):
    """With its tokens, and for the same administrator."""
    installed.identity.ensure_first(GIVEN)
    former = installed.identity.grant(GIVEN)
    token = installed.identity.token(former)
    assert installed.restart(OTHER) is None
    assert installed.identity.authenticate(GIVEN) is None
    assert installed.identity.authenticate(token) is None
    assert installed.identity.authenticate(OTHER) == former.principal
    assert len(installed.identity.keys(former.principal.user_id)) == 1
    installed.restart(GIVEN)
    assert installed.identity.authenticate(OTHER) is None
    assert installed.identity.authenticate(GIVEN) == former.principal


def test_without_the_setting_the_operators_key_ends(installed):
    """Who has no other key is told one."""
    installed.identity.ensure_first(GIVEN)
    admin = installed.identity.authenticate(GIVEN)
    printed = installed.restart()
    assert printed is not None
    assert printed.user.principal == admin
    assert installed.identity.authenticate(GIVEN) is None
    assert installed.identity.authenticate(printed.first_key.key) == admin


def test_the_operators_key_beside_others(installed):
    """It is the way back in for who has lost the first key."""
    first = installed.identity.ensure_first(None)
    assert installed.restart(GIVEN) is None
    for key in (GIVEN, first.first_key.key):
        assert installed.identity.authenticate(key) == first.user.principal
    assert installed.restart() is None
    assert installed.identity.authenticate(GIVEN) is None
    assert installed.identity.authenticate(first.first_key.key) == first.user.principal


def test_a_printed_key_that_becomes_the_operators(installed):
    """From then on it is valid for as long as the setting has it; its id and its tokens stay."""
    first = installed.identity.ensure_first(None)
    key = first.first_key.key
    grant = installed.identity.grant(key)
    token = installed.identity.token(grant)
    installed.restart(key)
    assert installed.identity.grant(key) == grant
    assert installed.identity.authenticate(token) == first.user.principal
    assert installed.identity.shown_key(first.user.id).key == key
    installed.restart(OTHER)
    assert installed.identity.authenticate(key) is None


def test_the_operators_key_cannot_be_that_of_a_mere_user(installed):
    """It would make an administrator of them; and what was before stays."""
    installed.identity.ensure_first(GIVEN)
    account = installed.identity.accounts()[0]
    user = installed.identity.create_user(account.id, Role.USER)
    with pytest.raises(UnfitAdminKey, match="it is the key of a user who is no admin"):
        installed.restart(user.first_key.key)
    assert installed.identity.authenticate(GIVEN) is not None
    assert installed.identity.authenticate(user.first_key.key) == user.user.principal


@pytest.mark.parametrize("key", ["", "too short", "with spaces in it all over"])
def test_an_operators_key_that_is_unfit(installed, key):
    """Nothing is created, and the message does not tell the key."""
    with pytest.raises(UnfitAdminKey, match=r"^The admin key cannot be used: it has ") as raised:
        installed.identity.ensure_first(key)
    assert not key or key not in str(raised.value)
    assert installed.identity.accounts() == []


def test_there_is_an_admin_after_each_start(installed):
    """Who deletes the last one gets another with the next start, in the oldest account."""
    first = installed.identity.ensure_first(None)
    installed.identity.delete_user(first.user.id)
    assert installed.identity.authenticate(first.first_key.key) is None
    printed = installed.restart()
    assert printed.user.account_id == first.user.account_id
    installed.identity.delete_account(first.user.account_id)
    installed.identity.create_account("Acme Corp")
    printed = installed.restart()
    assert [one.name for one in installed.identity.accounts()] == ["Acme Corp"]
    assert printed.user.account_id == installed.identity.accounts()[0].id


def test_an_admin_of_any_account_will_do(installed):
    """No key is printed when some administrator has one, even if the first has none any more."""
    first = installed.identity.ensure_first(None)
    account = installed.identity.create_account("Acme Corp")
    installed.identity.create_user(account.id, Role.ADMIN)
    installed.identity.delete_key(first.user.id, first.first_key.api_key.id)
    assert installed.restart() is None
    assert installed.identity.keys(first.user.id) == []
    installed.identity.delete_user(first.user.id)
    assert installed.restart() is None
    assert len(installed.identity.users()) == 1


def test_a_token_is_valid_for_a_day(installed):
    """By the clock that is handed in; the key stays valid."""
    first = installed.identity.ensure_first(None)
    token = installed.identity.token(installed.identity.grant(first.first_key.key))
    installed.world.pass_time(timedelta(hours=24, seconds=-1))
    assert installed.identity.authenticate(token) == first.user.principal
    installed.world.pass_time(timedelta(seconds=1))
    assert installed.identity.authenticate(token) is None
    assert installed.identity.authenticate(first.first_key.key) == first.user.principal


def test_a_token_outlives_a_restart(installed):
    first = installed.identity.ensure_first(None)
    token = installed.identity.token(installed.identity.grant(first.first_key.key))
    installed.restart()
    assert installed.identity.authenticate(token) == first.user.principal


def test_a_token_ends_with_its_key(identity):
    """And with no other one."""
    first = identity.ensure_first(None)
    second = identity.create_key(first.user.id, "Continuous integration")
    tokens = [identity.token(identity.grant(one.key)) for one in (first.first_key, second)]
    assert len(set(tokens)) == 2
    assert identity.delete_key(first.user.id, second.api_key.id) == second.api_key
    assert [identity.authenticate(one) for one in tokens] == [first.user.principal, None]
    assert identity.authenticate(second.key) is None


def test_a_token_ends_with_its_user_and_their_account(identity):
    identity.ensure_first(None)
    account = identity.create_account("Acme Corp")
    users = [identity.create_user(account.id, Role.USER) for _ in range(2)]
    tokens = [identity.token(identity.grant(one.first_key.key)) for one in users]
    identity.delete_user(users[0].user.id)
    assert [identity.authenticate(one) for one in tokens] == [None, users[1].user.principal]
    identity.delete_account(account.id)
    assert [identity.authenticate(one) for one in tokens] == [None, None]


def test_a_token_of_one_user_with_the_key_of_another(installed):
    """Such a token is never issued; it would not be taken either."""
    first = installed.identity.ensure_first(None)
    user = installed.identity.create_user(first.user.account_id, Role.USER)
    grant = installed.identity.grant(user.first_key.key)
    forged = replace(grant, principal=first.user.principal)
    assert installed.identity.authenticate(installed.identity.token(grant)) == user.user.principal
    assert installed.identity.authenticate(installed.identity.token(forged)) is None


def test_the_secret_of_the_key_file_signs(installed):
    """A token signed with anything else is none."""
    first = installed.identity.ensure_first(None)
    arguments = (first.user.principal, first.first_key.api_key.id, "id", START)
    secret = (installed.folder / "secret.key").read_bytes()
    assert installed.identity.authenticate(Tokens(secret).issue(*arguments)) is not None
    assert installed.identity.authenticate(Tokens(bytes(32)).issue(*arguments)) is None


def test_a_key_and_its_id(identity):
    """The id of another key, also of one's own, does not fit."""
    first = identity.ensure_first(None)
    second = identity.create_key(first.user.id, "Another")
    key = first.first_key.key
    assert identity.grant(key, first.first_key.api_key.id) == identity.grant(key)
    for key_id in (second.api_key.id, UNKNOWN, "", first.first_key.api_key.id.upper() + " "):
        assert identity.grant(key, key_id) is None


@pytest.mark.parametrize("text", ["", "tt_" + "0" * 43, "a.b.c", "\0", "\udc80", "x" * 100_000])
def test_what_is_no_key(identity, text):
    """A key in other letters is another one."""
    first = identity.ensure_first(None)
    assert identity.authenticate(text) is None
    assert identity.authenticate(first.first_key.key.upper()) is None
    assert identity.authenticate(sha256_of(first.first_key.key)) is None


def test_hashes_are_compared_in_constant_time(identity, monkeypatch):
    """After the look-up: what the database thinks is equal does not count alone."""
    first = identity.ensure_first(None)
    compared, answers = [], [True, False]

    def compare(one, other):
        compared.append((one, other))
        return answers.pop(0)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert identity.authenticate_key(first.first_key.key) == first.user.principal
    assert identity.authenticate_key(first.first_key.key) is None
    assert compared == [(sha256_of(first.first_key.key),) * 2] * 2


def test_accounts(installed):
    identity = installed.identity
    account = identity.create_account("Acme Corp")
    assert account == Account(account.id, "Acme Corp", START)
    assert identity.accounts() == [account]
    assert identity.account(account.id) == account
    assert identity.has_account(account.id)
    assert identity.delete_account(account.id) == account
    assert installed.world.forgotten == [account.id]
    assert identity.accounts() == []
    assert not identity.has_account(account.id)
    assert identity.account(account.id) is None
    assert identity.delete_account(account.id) is None
    assert installed.world.forgotten == [account.id]


def test_two_accounts_may_have_one_name(identity):
    """They are two; the oldest comes first."""
    accounts = [identity.create_account(name) for name in ("b", "a", "a")]
    assert identity.accounts() == accounts


def test_an_account_stays_when_its_data_cannot_be_forgotten(installed):
    """So the deletion can be asked for again."""

    def fail(account_id):
        raise OSError("disk is gone")

    installed.identity._forget = fail
    account = installed.identity.create_account("Acme Corp")
    with pytest.raises(OSError, match="disk is gone"):
        installed.identity.delete_account(account.id)
    assert installed.identity.accounts() == [account]


def test_users(identity):
    account = identity.create_account("Acme Corp")
    made = identity.create_user(account.id, Role.USER, "user@example.com")
    user = made.user
    assert (user.account_id, user.email, user.role) == (account.id, "user@example.com", Role.USER)
    assert user.created_at == START
    assert made.first_key.key.startswith("tt_")
    assert identity.users() == [user]
    assert identity.shown_key(user.id) == made.first_key
    assert identity.delete_user(user.id) == user
    assert identity.users() == []
    assert identity.delete_user(user.id) is None
    assert identity.shown_key(user.id) is None


def test_a_user_of_no_account(identity):
    assert identity.create_user(UNKNOWN, Role.USER) is None
    assert identity.users() == []


def test_an_account_goes_with_its_users_and_keys(identity):
    """And with nobody else's."""
    accounts = [identity.create_account(name) for name in ("one", "two")]
    users = [identity.create_user(one.id, Role.USER) for one in accounts]
    identity.delete_account(accounts[0].id)
    assert identity.users() == [users[1].user]
    assert [identity.authenticate(one.first_key.key) for one in users] == [
        None,
        users[1].user.principal,
    ]
    assert identity.keys(users[0].user.id) == []


def test_keys(identity):
    first = identity.ensure_first(None)
    second = identity.create_key(first.user.id, "Continuous integration")
    assert second.api_key.description == "Continuous integration"
    assert identity.keys(first.user.id) == [first.first_key.api_key, second.api_key]
    assert identity.delete_key(first.user.id, second.api_key.id) == second.api_key
    assert identity.delete_key(first.user.id, second.api_key.id) is None
    assert identity.keys(first.user.id) == [first.first_key.api_key]


def test_a_key_of_nobody(identity):
    assert identity.create_key(UNKNOWN, "Lost") is None


def test_a_key_of_somebody_else_cannot_be_deleted(identity):
    first = identity.ensure_first(None)
    other = identity.create_user(first.user.account_id, Role.USER)
    assert identity.delete_key(other.user.id, first.first_key.api_key.id) is None
    assert identity.authenticate(first.first_key.key) == first.user.principal


def test_the_operators_key_cannot_be_deleted(identity):
    """It would come back with the next start."""
    identity.ensure_first(GIVEN)
    grant = identity.grant(GIVEN)
    found = identity.delete_key(grant.principal.user_id, grant.key_id)
    assert found is not None
    assert found.is_given
    assert identity.authenticate(GIVEN) == grant.principal


def test_a_key_is_shown_again(installed):
    """The oldest one, also after a restart; the next one when that is gone."""
    first = installed.identity.ensure_first(None)
    second = installed.identity.create_key(first.user.id, "Another")
    installed.restart()
    assert installed.identity.shown_key(first.user.id) == first.first_key
    installed.identity.delete_key(first.user.id, first.first_key.api_key.id)
    assert installed.identity.shown_key(first.user.id) == second
    assert isinstance(second, ShownKey)


def test_after_the_key_file_is_lost(installed):
    """Keys are good as before; they cannot be shown, and tokens have ended."""
    first = installed.identity.ensure_first(None)
    token = installed.identity.token(installed.identity.grant(first.first_key.key))
    (installed.folder / "secret.key").unlink()
    installed.world.counted += 1
    assert installed.restart() is None
    assert installed.identity.authenticate(first.first_key.key) == first.user.principal
    assert installed.identity.authenticate(token) is None
    assert installed.identity.shown_key(first.user.id) is None
    again = installed.identity.create_key(first.user.id, "After the loss")
    assert installed.identity.authenticate(again.key) == first.user.principal


def test_a_secret_does_not_show_in_texts(identity):
    """Whatever is logged by accident: what carries a key is only what answers one."""
    first = identity.ensure_first(None)
    key = first.first_key.key
    assert key not in repr(identity.grant(key)) + repr(identity.keys(first.user.id))
    assert key not in repr(identity)

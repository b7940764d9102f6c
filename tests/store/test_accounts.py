"""Accounts on disk: nothing readable of a key, one first start out of many, and the key file."""

import stat
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from support.identities import START, World, identity_of

from piste.accounts.account import Account
from piste.accounts.keys import ApiKey, StoredKey
from piste.accounts.principal import Role
from piste.accounts.user import User
from piste.store.metadata import MetadataStore
from piste.store.metadata.keyfile import KeyFileUnreadable, open_secret

ACCOUNT = Account("account", "Acme Corp", START)
USER = User("user", "account", None, Role.USER, datetime(2026, 1, 15, 10, 30, 0, 1, UTC))
KEY = StoredKey(ApiKey("key", "user", "Its key", START), "hash", b"\0sealed\xff")
ADMIN_KEY = "given-by-the-operator"


@pytest.fixture
def store(tmp_path):
    store = MetadataStore(tmp_path / "metadata.db")
    yield store
    store.close()


def test_what_is_added_is_read_again(store):
    """To the microsecond and the byte."""
    with store.accounts().transaction() as accounts:
        accounts.add_account(ACCOUNT)
        accounts.add_user(USER)
        accounts.add_key(KEY)
    with store.accounts().reading() as accounts:
        assert accounts.accounts() == [accounts.account("account")] == [ACCOUNT]
        assert accounts.users() == [accounts.user("user")] == [USER]
        assert accounts.keys("user") == [accounts.key("key")] == [KEY]
        assert accounts.key_by_sha256("hash") == KEY
        assert accounts.given_keys() == []


def test_what_is_not_there(store):
    with store.accounts().transaction() as accounts:
        for nobody in ("", "account", "\0", "'; drop table users; --", "x" * 100_000):
            assert accounts.account(nobody) is None
            assert accounts.user(nobody) is None
            assert accounts.key(nobody) is None
            assert accounts.key_by_sha256(nobody) is None
            assert accounts.keys(nobody) == []
            accounts.delete_account(nobody)
            accounts.delete_user(nobody)
            accounts.delete_key(nobody)


def test_a_transaction_is_undone_as_a_whole(store):
    def add_and_fail():
        with store.accounts().transaction() as accounts:
            accounts.add_account(ACCOUNT)
            accounts.add_account(ACCOUNT)

    with pytest.raises(IntegrityError):
        add_and_fail()
    with store.accounts().reading() as accounts:
        assert accounts.accounts() == []


def test_what_belongs_to_an_account_goes_with_it(store):
    """The database sees to it."""
    with store.accounts().transaction() as accounts:
        accounts.add_account(ACCOUNT)
        accounts.add_user(USER)
        accounts.add_key(KEY)
        accounts.delete_account("account")
        assert (accounts.users(), accounts.key("key")) == ([], None)


def test_a_user_needs_an_account_and_a_key_a_user(store):
    for add in ("add_user", "add_key"):
        with pytest.raises(IntegrityError), store.accounts().transaction() as accounts:
            getattr(accounts, add)({"add_user": USER, "add_key": KEY}[add])


def test_no_file_has_a_key_in_it(tmp_path, store):
    """Neither a made one nor the operator's, in the database, its log or the key file."""
    world = World()
    identity = identity_of(store, tmp_path, world)
    first = identity.ensure_first(None)
    keys = [first.first_key.key, ADMIN_KEY]
    keys += [identity.create_key(first.user.id, "Another").key for _ in range(5)]
    identity.ensure_first(ADMIN_KEY)
    token = identity.token(identity.grant(ADMIN_KEY))
    files = sorted(tmp_path.iterdir())
    assert {"metadata.db", "metadata.db-wal", "secret.key"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        for secret in (*keys, *(key.removeprefix("tt_") for key in keys), token):
            assert secret.encode() not in content
            assert secret.encode("utf-16-le") not in content
    secret = (tmp_path / "secret.key").read_bytes()
    assert not any(secret in file.read_bytes() for file in files if file.name != "secret.key")


def test_the_key_file_is_for_its_owner_only(tmp_path):
    """And stays as it is."""
    file = tmp_path / "secret.key"
    secret = open_secret(file, lambda count: b"\x07" * count)
    assert secret == file.read_bytes() == b"\x07" * 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_secret(file, lambda count: b"\x08" * count) == secret


@pytest.mark.parametrize(
    "content, why",
    [
        (b"short", "it should have 32 bytes, and has 5 bytes"),
        (b"x" * 31, "it should have 32 bytes, and has 31 bytes"),
        (b"x" * 33, "it should have 32 bytes, and has more"),
        (b"x" * 100_000, "it should have 32 bytes, and has more"),
    ],
)
def test_a_file_that_is_no_key_file(tmp_path, content, why):
    """It is refused, and not written over."""
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    with pytest.raises(KeyFileUnreadable) as raised:
        open_secret(file, lambda count: b"\x07" * count)
    assert str(raised.value) == f"{file} cannot be read as Piste's key file: {why}"
    assert file.read_bytes() == content


def test_a_key_file_whose_maker_was_killed(tmp_path):
    """Nothing was sealed with it yet: it is made now."""
    file = tmp_path / "secret.key"
    file.touch()
    assert open_secret(file, lambda count: b"\x07" * count) == file.read_bytes() == b"\x07" * 32


def test_a_key_file_that_two_make_at_the_same_time(tmp_path):
    """The second waits for the first, and takes its secret."""
    file = tmp_path / "secret.key"
    second = []
    other = threading.Thread(
        target=lambda: second.append(open_secret(file, lambda count: b"\x08" * count))
    )

    def slowly(count):
        other.start()
        other.join(timeout=0.2)
        assert second == []
        return b"\x07" * count

    assert open_secret(file, slowly) == b"\x07" * 32
    other.join()
    assert second == [file.read_bytes()] == [b"\x07" * 32]


def test_a_key_file_that_cannot_be_made(tmp_path):
    with pytest.raises(OSError, match="No such file or directory"):
        open_secret(tmp_path / "missing" / "secret.key", bytes)
    with pytest.raises(IsADirectoryError):
        open_secret(tmp_path, bytes)


@pytest.mark.parametrize("admin_key", [None, ADMIN_KEY])
def test_many_first_starts_make_one_account(tmp_path, admin_key):
    """Fifty at the same time, each with a database connection of its own: one tells a key."""
    barrier = threading.Barrier(50)
    printed = []
    failures = []

    def start(number):
        barrier.wait()
        try:
            store = MetadataStore(tmp_path / "metadata.db")
            try:
                world = World(counted=number * 1000)
                printed.append(identity_of(store, tmp_path, world).ensure_first(admin_key))
            finally:
                store.close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(printed) == 50
    told = [one for one in printed if one is not None]
    store = MetadataStore(tmp_path / "metadata.db")
    identity = identity_of(store, tmp_path, World(counted=1_000_000))
    [account] = identity.accounts()
    [admin] = identity.users()
    assert admin.account_id == account.id
    keys = [one.first_key.key for one in told] if admin_key is None else [admin_key]
    assert len(told) == (1 if admin_key is None else 0)
    assert [identity.authenticate_key(key) for key in keys] == [admin.principal]
    assert len(identity.keys(admin.id)) == 1
    assert identity.shown_key(admin.id).key == keys[0]
    store.close()

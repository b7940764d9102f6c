"""Single registries: folders with real files, the package's own schemas, HTTP with a real server."""

import errno
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import orjson
import pytest
from support.iglu import IGLU_CENTRAL, needs_iglu_central

from iglu.fakes import Clock, key
from piste.events.failures import InvalidData, RegistryError, RegistryErrorKind, ResolutionError
from piste.events.schema_key import SchemaKey, SchemaVer, SelfDescribing
from piste.http_fetch import HttpFetcher
from piste.iglu import (
    EmbeddedRegistry,
    FetchedResponse,
    FetchError,
    FolderRegistry,
    HttpRegistry,
    RegistryClass,
    Resolver,
)
from piste.iglu.lookups import RESTAT_MS
from piste.iglu.registry import MAX_SCHEMA_BYTES, NOT_FOUND, Unreachable

STRING = {"type": "string"}
WEB_PAGE = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0")


def write(folder: Path, content: object = STRING, path: str = "com.acme/thing/jsonschema/1-0-0"):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
    return file


def failure(answer) -> str | None:
    assert isinstance(answer, RegistryError)
    assert answer.kind is RegistryErrorKind.REPO_FAILURE
    return answer.message


@pytest.fixture
def folder(tmp_path) -> FolderRegistry:
    return FolderRegistry(tmp_path / "schemas of mine", "mine")


# ------------------------------------------------------------------------------------ folder


@pytest.mark.parametrize("below", ["", "schemas", "iglu-client-embedded/schemas"])
@pytest.mark.parametrize("suffix", ["", ".json"])
def test_folder_layouts(folder, below, suffix):
    """The layout may start at the folder or below it; files may have an extension."""
    write(folder.path / below, path=f"com.acme/thing/jsonschema/1-0-0{suffix}")
    assert folder.lookup(key()) == STRING
    assert folder.lookup(key("1-0-1")) == NOT_FOUND
    assert folder.schemas() == [key()]


def test_a_folder_may_not_exist_yet(folder):
    assert folder.lookup(key()) == NOT_FOUND
    assert folder.schemas() == []


def test_listing_skips_what_is_no_schema(folder):
    for path in ("README.md", "a/b", "com.acme/thing/jsonschema/latest", "x/y/z/1-0-0/deeper"):
        write(folder.path, path=path)
    write(folder.path, path="com.acme/thing/jsonschema/2-0-0")
    write(folder.path, path="com.acme/thing/jsonschema/10-0-0.json")
    assert folder.schemas() == [key("2-0-0"), key("10-0-0")]


@pytest.mark.parametrize("vendor", [".", "..", "..."])
def test_a_key_cannot_leave_the_folder(folder, vendor):
    """`..` is a legal vendor; it names nothing."""
    write(folder.path)
    write(folder.path.parent, path="thing/jsonschema/1-0-0")
    outside = SchemaKey(vendor, "thing", "jsonschema", SchemaVer(1, 0, 0))
    assert folder.lookup(outside) == NOT_FOUND
    assert folder.fingerprint(outside) != folder.fingerprint(key())


def test_a_link_out_of_the_folder_is_refused(folder, tmp_path):
    secret = write(tmp_path / "elsewhere", path="secret.json")
    link = folder.path / "com.acme/thing/jsonschema/1-0-0"
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    assert failure(folder.lookup(key())).startswith("A link that leads out")
    assert folder.schemas() == []


def test_a_linked_root_below_the_folder_is_refused_as_well(folder, tmp_path):
    write(tmp_path / "elsewhere")
    folder.path.mkdir()
    (folder.path / "schemas").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert failure(folder.lookup(key())).startswith("A link that leads out")


def test_a_link_within_the_folder_is_followed(folder, tmp_path):
    """So is the folder itself when it is one."""
    write(folder.path, path="shared.json")
    link = folder.path / "com.acme/thing/jsonschema/1-0-0"
    link.parent.mkdir(parents=True)
    link.symlink_to(folder.path / "shared.json")
    (tmp_path / "link").symlink_to(folder.path, target_is_directory=True)
    assert FolderRegistry(tmp_path / "link", "linked").lookup(key()) == STRING


def test_a_link_to_itself_is_a_failure(folder):
    link = folder.path / "com.acme/thing/jsonschema/1-0-0"
    link.parent.mkdir(parents=True)
    link.symlink_to(link)
    assert failure(folder.lookup(key())).startswith("Too many levels of symbolic links")
    assert folder.schemas() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "Invalid JSON: unexpected end of data: line 1 column 2 (char 1)"),
        (b"", "Invalid JSON: "),
        (b'"\xff"', "Invalid JSON: "),
        (b"[" * 2_000 + b"]" * 2_000, "Invalid JSON: "),
        (b" " * (MAX_SCHEMA_BYTES + 1), f"Larger than {MAX_SCHEMA_BYTES} bytes"),
    ],
)
def test_a_bad_file_says_what_is_wrong(folder, content, message):
    write(folder.path, content)
    assert failure(folder.lookup(key())).startswith(message)


def test_what_is_no_file_is_not_read(folder):
    """A named pipe would block, a folder has no content."""
    for version, make in {"1-0-0": os.mkdir, "1-0-1": os.mkfifo}.items():
        path = folder.path / "com.acme/thing/jsonschema" / version
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
        assert failure(folder.lookup(key(version))).startswith("Not a regular file")


def test_names_longer_than_a_file_system_takes_are_not_found(folder):
    """No `OSError` for what somebody sent."""
    long = SchemaKey("v" * 5_000, "n" * 5_000, "jsonschema", SchemaVer(1, 0, 0))
    assert folder.lookup(long) == NOT_FOUND
    assert set(folder.fingerprint(long)) == {None}


def test_a_file_that_cannot_be_read(folder, monkeypatch):
    """Permissions are a failure with a reason; they are faked, as root may read anything."""
    write(folder.path)

    def refuse(self, *args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    message = failure(folder.lookup(key()))
    assert message == "Permission denied: com.acme/thing/jsonschema/1-0-0"


# -------------------------------------------------------------------------------- hot reload


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_hot_reload(folder, clock):
    """A file that appears, changes, breaks, heals or goes is seen without a restart."""
    resolver = Resolver([EmbeddedRegistry(), folder], clock_ms=clock)
    text = SelfDescribing(key(), "text")
    assert isinstance(resolver.check(text), ResolutionError)
    write(folder.path)
    assert resolver.check(text) == key(), "a new file at once"

    file = write(folder.path, {"type": "number"})
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.check(text), InvalidData)

    file.write_bytes(b"{")
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.check(text), ResolutionError)

    write(folder.path)
    assert resolver.check(text) == key(), "a repaired file at once"

    file.unlink()
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.check(text), ResolutionError)


def test_a_changed_superseding_schema_is_seen(folder, clock):
    """Data depends on two files then."""
    resolver = Resolver([folder], clock_ms=clock)
    write(folder.path, {**STRING, "$supersededBy": "1-0-1"})
    number = SelfDescribing(key(), 5)
    assert isinstance(resolver.check(number), ResolutionError)
    write(folder.path, {"type": "integer"}, "com.acme/thing/jsonschema/1-0-1")
    assert resolver.check(number) == key("1-0-1")
    write(folder.path, STRING, "com.acme/thing/jsonschema/1-0-1")
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.check(number), InvalidData)


def test_a_change_of_permissions_is_seen(folder):
    """A file that could not be read is looked at again once its mode has changed."""
    file = write(folder.path)
    before = folder.fingerprint(key())
    file.chmod(0o600)
    assert folder.fingerprint(key()) != before


def test_a_change_that_keeps_size_and_time_is_seen(folder, clock):
    """Editors replace files: the inode tells."""
    resolver = Resolver([folder], clock_ms=clock)
    file = write(folder.path, {"type": "string"})
    assert resolver.check(SelfDescribing(key(), "text")) == key()
    then = file.stat()
    new = file.with_name("new")
    new.write_bytes(orjson.dumps({"type": "number"}))
    os.utime(new, ns=(then.st_atime_ns, then.st_mtime_ns))
    new.replace(file)
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.check(SelfDescribing(key(), "text")), InvalidData)


def test_a_hit_does_not_touch_the_disk_each_time(folder, clock, monkeypatch):
    resolver = Resolver([folder], clock_ms=clock)
    write(folder.path)
    text = SelfDescribing(key(), "text")
    assert resolver.check(text) == key()
    monkeypatch.setattr(os, "stat", lambda path: pytest.fail(f"looked at {path}"))
    clock.pass_ms(RESTAT_MS - 1)
    assert resolver.check(text) == key()


# ---------------------------------------------------------------------------------- embedded


def test_embedded():
    registry = EmbeddedRegistry()
    assert registry.name == "Iglu Client Embedded"
    assert registry.lookup(WEB_PAGE)["self"]["name"] == "web_page"
    assert registry.lookup(key()) == NOT_FOUND
    assert (
        registry.lookup(SchemaKey("..", "schemas", "jsonschema", SchemaVer(1, 0, 0))) == NOT_FOUND
    )
    assert registry.lookup(SchemaKey("v" * 5_000, "n", "f", SchemaVer(1, 0, 0))) == NOT_FOUND
    keys = registry.schemas()
    assert WEB_PAGE in keys
    assert keys == sorted(keys)
    assert all(isinstance(registry.lookup(each), dict) for each in keys)


# -------------------------------------------------------------------------------------- HTTP


def http(fetch, uri: str = "http://r/api", apikey: str | None = None) -> HttpRegistry:
    return HttpRegistry("r", uri, apikey, (), 0, fetch)


def answering(status: int, body: bytes):
    return lambda url, headers: FetchedResponse(status, body)


@pytest.mark.parametrize(
    ("uri", "apikey", "url", "headers"),
    [
        ("http://r", None, "http://r/schemas/com.acme/thing/jsonschema/1-0-0", {}),
        ("http://r/", None, "http://r/schemas/com.acme/thing/jsonschema/1-0-0", {}),
        (
            "http://r/api/",
            "secret",
            "http://r/api/schemas/com.acme/thing/jsonschema/1-0-0",
            {"apikey": "secret"},
        ),
    ],
)
def test_http_request(uri, apikey, url, headers):
    asked = []

    def fetch(*args):
        asked.append(args)
        return FetchedResponse(200, b"{}")

    assert http(fetch, uri, apikey).lookup(key()) == {}
    assert asked == [(url, headers)]


def test_a_printed_registry_keeps_its_key_to_itself():
    assert "secret" not in repr(http(answering(200, b""), apikey="secret"))


@pytest.mark.parametrize("status", [100, 199, 300, 301, 400, 401, 403, 404, 500, 503])
def test_any_answer_but_success_is_not_found(status):
    assert http(answering(status, b'{"type": "string"}')).lookup(key()) == NOT_FOUND


@pytest.mark.parametrize("status", [200, 201, 299])
def test_any_success_is_one(status):
    assert http(answering(status, b'{"type": "string"}')).lookup(key()) == STRING


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b" " * (MAX_SCHEMA_BYTES + 1)])
def test_an_unreadable_body_is_a_failure_of_this_schema_alone(body):
    answer = http(answering(200, body)).lookup(key())
    assert failure(answer)
    assert not isinstance(answer, Unreachable)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (FetchError("r", unknown_host=True), "Unknown host issue fetching: r"),
        (FetchError("read timed out"), "Unexpected exception fetching: read timed out"),
    ],
)
def test_no_answer_is_a_failure_of_the_registry(error, message):
    def fetch(url, headers):
        raise error

    answer = http(fetch).lookup(key())
    assert failure(answer) == message
    assert isinstance(answer, Unreachable)


@pytest.mark.parametrize("vendor", [".", ".."])
def test_a_key_cannot_leave_the_url(vendor):
    """Clients resolve `..` in a path, so it is never asked for."""
    outside = SchemaKey(vendor, "thing", "jsonschema", SchemaVer(1, 0, 0))
    assert http(lambda url, headers: pytest.fail(url)).lookup(outside) == NOT_FOUND


@pytest.fixture
def iglu_central():
    """Iglu Central as a static registry on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=IGLU_CENTRAL))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@needs_iglu_central
def test_a_static_registry_over_real_http(iglu_central, clock):
    """The whole way: resolver, registry, sockets, files."""
    registry = HttpRegistry("Iglu Central", iglu_central, None, (), 1, HttpFetcher())
    assert registry.kind is RegistryClass.HTTP
    resolver = Resolver([registry], clock_ms=clock)
    page = {"id": "024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f"}
    assert resolver.check(SelfDescribing(WEB_PAGE, page)) == WEB_PAGE
    assert isinstance(resolver.check(SelfDescribing(WEB_PAGE, {})), InvalidData)
    assert isinstance(resolver.check(SelfDescribing(key(), {})), ResolutionError)


def test_nobody_listens(clock):
    """A dead port is a repository failure with a readable reason."""
    registry = HttpRegistry("dead", "http://127.0.0.1:1", None, (), 1, HttpFetcher())
    [history] = Resolver([registry], clock_ms=clock).lookup(key()).lookup_history
    [error] = history.errors
    assert error.message == "Unexpected exception fetching: Connection refused"

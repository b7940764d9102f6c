"""The resolver: who is asked, in which order, how often, and what is remembered of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iglu.fakes import Clock, FakeRegistry, key, repo_failure, unreachable
from piste.events.failures import (
    InvalidData,
    InvalidSchema,
    LookupHistory,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
)
from piste.events.schema_key import SelfDescribing
from piste.iglu import Found, OwnRegistry, RegistryClass, Resolver
from piste.iglu.lookups import RESTAT_MS
from piste.iglu.registry import NOT_FOUND
from piste.iglu.retries import MAX_ERRORS, backoff_ms

STRING = {"type": "string"}
ANYTHING: dict[str, object] = {}


@pytest.fixture
def clock() -> Clock:
    return Clock()


def found_in(resolver: Resolver, *args) -> str:
    found = resolver.lookup(key(*args))
    assert isinstance(found, Found)
    return found.registry


def histories(error: ResolutionError) -> dict[str, LookupHistory]:
    assert isinstance(error, ResolutionError)
    return {history.repository: history for history in error.lookup_history}


# ------------------------------------------------------------------------------------- order


@pytest.mark.parametrize(
    ("registries", "order"),
    [
        pytest.param(
            [FakeRegistry("b"), FakeRegistry("a")], ["b", "a"],
            id="as configured",
        ),
        pytest.param(
            [FakeRegistry("a", priority=2), FakeRegistry("b", priority=1)], ["b", "a"],
            id="by priority",
        ),
        pytest.param(
            [
                FakeRegistry("http", RegistryClass.HTTP, 0),
                FakeRegistry("embedded", RegistryClass.EMBEDDED, 5),
                FakeRegistry("memory", RegistryClass.IN_MEMORY, 9),
            ],
            ["memory", "embedded", "http"],
            id="by class before priority",
        ),
        pytest.param(
            [
                FakeRegistry("embedded", RegistryClass.EMBEDDED),
                FakeRegistry("other", vendor_prefixes=("org",)),
                FakeRegistry("ours", vendor_prefixes=("org", "com.ac"), priority=9),
            ],
            ["ours", "embedded", "other"],
            id="by vendor prefix before class; the others are still asked",
        ),
    ],
)  # fmt: skip
def test_order(registries, order, clock):
    """Likely registries first, then near ones, then important ones."""
    asked = []
    for registry in registries:
        registry.lookup = lambda key, name=registry.name: asked.append(name) or NOT_FOUND
    Resolver(registries, clock_ms=clock).lookup(key())
    assert asked == order


def test_the_first_success_wins_and_failures_before_it_are_forgotten(clock):
    broken, good = FakeRegistry("a", otherwise=repo_failure()), FakeRegistry("b", otherwise=STRING)
    last = FakeRegistry("c", otherwise=ANYTHING)
    resolver = Resolver([broken, good, last], clock_ms=clock)
    assert found_in(resolver) == "b"
    assert last.asked == []


def test_two_registries_of_one_name_are_a_mistake(clock):
    with pytest.raises(ValueError, match="unique"):
        Resolver([FakeRegistry("a"), FakeRegistry("a")], clock_ms=clock)


# ------------------------------------------------------------------------------------- check


def test_check(clock):
    """Valid data answers its key; anything else is an error as a value."""
    registry = FakeRegistry("r", answers={"1-0-0": STRING, "1-0-1": {"type": "wrong"}})
    resolver = Resolver([registry], clock_ms=clock)
    assert resolver.check(SelfDescribing(key(), "text")) == key()
    assert isinstance(resolver.check(SelfDescribing(key(), 5)), InvalidData)
    assert isinstance(resolver.check(SelfDescribing(key(), "\ud800")), InvalidData)
    assert isinstance(resolver.check(SelfDescribing(key("1-0-1"), "text")), InvalidSchema)
    assert isinstance(resolver.check(SelfDescribing(key("1-0-2"), "text")), ResolutionError)


def test_lookup_gives_the_schema_as_it_is(clock):
    """Also one that is no valid schema: the registry's content is the answer."""
    resolver = Resolver([FakeRegistry("r", otherwise={"type": "wrong"})], clock_ms=clock)
    assert resolver.lookup(key()).json == {"type": "wrong"}


# ------------------------------------------------------------------------------- superseding


def superseding(version: object) -> FakeRegistry:
    answers = {"1-0-0": {**STRING, "$supersededBy": version}, "1-0-1": {"type": "integer"}}
    return FakeRegistry("r", answers=answers)


def test_superseding(clock):
    """Data is checked against the superseding schema of the same registry, and told so."""
    registry = superseding("1-0-1")
    before = FakeRegistry("before", RegistryClass.EMBEDDED, answers={"1-0-1": STRING})
    resolver = Resolver([before, registry], clock_ms=clock)
    assert resolver.check(SelfDescribing(key(), 5)) == key("1-0-1")
    invalid = resolver.check(SelfDescribing(key(), "text"))
    assert isinstance(invalid, InvalidData)
    assert invalid.superseded_by == "1-0-1"


def test_lookup_does_not_follow_superseding(clock):
    resolver = Resolver([superseding("1-0-1")], clock_ms=clock)
    assert resolver.lookup(key()).json["$supersededBy"] == "1-0-1"


@pytest.mark.parametrize(
    ("version", "error"),
    [
        (
            "1-0-0",
            "Superseding version 1-0-0 isn't greater than the version of schema "
            "com.acme/thing/jsonschema/1-0-0",
        ),
        ("1-0", "Error while trying to decode superseding version: 1-0"),
        (7, "Error while trying to decode superseding version: 7"),
    ],
)
def test_a_wrong_superseding_version_is_the_registry_s_fault(version, error, clock):
    """The next registry is asked then."""
    wrong = superseding(version)
    failed = Resolver([wrong], clock_ms=clock).check(SelfDescribing(key(), "text"))
    assert histories(failed)["r"].errors == (
        RegistryError(RegistryErrorKind.CLIENT_FAILURE, error),
    )
    resolver = Resolver([wrong, FakeRegistry("next", otherwise=STRING)], clock_ms=clock)
    assert resolver.check(SelfDescribing(key(), "text")) == key()


def test_a_superseding_schema_that_is_not_there_is_not_found(clock):
    registry = superseding("1-0-9")
    failed = Resolver([registry], clock_ms=clock).check(SelfDescribing(key(), "text"))
    assert histories(failed)["r"].errors == (NOT_FOUND,)


# ------------------------------------------------------------------------------------- cache


def test_a_success_is_asked_for_once(clock):
    registry = FakeRegistry("r", otherwise=STRING)
    resolver = Resolver([registry], clock_ms=clock)
    for _ in range(3):
        resolver.check(SelfDescribing(key(), "text"))
        clock.pass_ms(10**9)
    assert registry.asked == ["1-0-0"]


def test_a_success_lives_until_its_ttl(clock):
    registry = FakeRegistry("r", otherwise=STRING)
    resolver = Resolver([registry], cache_ttl_seconds=10, clock_ms=clock)
    resolver.lookup(key())
    clock.pass_ms(9_999)
    resolver.lookup(key())
    assert len(registry.asked) == 1
    clock.pass_ms(1)
    registry.otherwise = ANYTHING
    assert resolver.lookup(key()).json == ANYTHING
    assert len(registry.asked) == 2


def test_a_success_survives_an_outage_for_another_ttl(clock):
    """When the refresh fails, the old schema stays, and the registry has its peace."""
    registry = FakeRegistry("r", otherwise=STRING)
    resolver = Resolver([registry], cache_ttl_seconds=10, clock_ms=clock)
    resolver.lookup(key())
    registry.otherwise = repo_failure()
    clock.pass_ms(10_000)
    assert resolver.lookup(key()).json == STRING
    clock.pass_ms(9_999)
    assert resolver.lookup(key()).json == STRING
    assert len(registry.asked) == 2


@pytest.mark.parametrize("options", [{"cache_size": 0}, {"cache_ttl_seconds": 0}])
def test_no_cache(options, clock):
    """A size or a TTL of nothing turns the cache off."""
    registry = FakeRegistry("r", otherwise=STRING)
    resolver = Resolver([registry], **options, clock_ms=clock)
    resolver.lookup(key())
    resolver.lookup(key())
    assert len(registry.asked) == 2


def test_the_least_recently_used_key_makes_room(clock):
    registry = FakeRegistry("r", otherwise=STRING)
    resolver = Resolver([registry], cache_size=2, clock_ms=clock)
    for version in ("1-0-0", "1-0-1", "1-0-0", "1-0-2", "1-0-0", "1-0-1"):
        clock.pass_ms(1)
        resolver.lookup(key(version))
    assert registry.asked == ["1-0-0", "1-0-1", "1-0-2", "1-0-1"]


# ------------------------------------------------------------------------- failures, retries


def test_not_found_is_final(clock):
    registry = FakeRegistry("r")
    resolver = Resolver([registry], clock_ms=clock)
    for _ in range(3):
        assert histories(resolver.lookup(key())) == {
            "r": LookupHistory("r", (NOT_FOUND,), 1, 1_700_000_000_000)
        }
        clock.pass_ms(10**9)
    assert len(registry.asked) == 1


def test_not_found_is_asked_again_after_the_ttl(clock):
    registry = FakeRegistry("r")
    resolver = Resolver([registry], cache_ttl_seconds=10, clock_ms=clock)
    resolver.lookup(key())
    clock.pass_ms(10_000)
    history = histories(resolver.lookup(key()))["r"]
    assert (history.attempts, history.errors) == (2, (NOT_FOUND,))
    clock.pass_ms(9_999)
    resolver.lookup(key())
    assert len(registry.asked) == 2
    clock.pass_ms(1)
    registry.otherwise = STRING
    assert resolver.lookup(key()).json == STRING


def test_the_ttl_does_not_shorten_a_backoff(clock):
    """It makes "not found" meaningless, and nothing else; the errors stay in the history."""
    registry = FakeRegistry("r", otherwise=repo_failure())
    resolver = Resolver([registry], cache_ttl_seconds=10, clock_ms=clock)
    for _ in range(8):
        resolver.lookup(key())
        clock.pass_ms(60_001)
    resolver.lookup(key())
    clock.pass_ms(15_000)
    assert histories(resolver.lookup(key()))["r"].errors == (repo_failure(),)
    assert len(registry.asked) == 9


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [
        (1, 504), (2, 516), (3, 564), (4, 756), (5, 1_524), (6, 4_596), (7, 16_884),
        (8, 60_000), (9, 20_183), (10, 59_549), (11, 60_000), (12, 60_000),
        (13, 13_692), (14, 21_884), (15, 38_268), (16, 60_000), (20, 60_000), (21, 60_000),
        (10_000, 60_000),
    ],
)  # fmt: skip
def test_backoff_table(attempts, wait):
    """500 + 4^n, then 3^n, then 2^n + 5 s, and never more than a minute."""
    assert backoff_ms(attempts) == wait


def test_other_failures_are_retried_after_the_backoff(clock):
    registry = FakeRegistry("r", otherwise=repo_failure())
    resolver = Resolver([registry], clock_ms=clock)
    for attempt in range(1, 9):
        history = histories(resolver.lookup(key()))["r"]
        assert (history.attempts, history.last_attempt_ms) == (attempt, clock.now_ms)
        assert len(registry.asked) == attempt
        clock.pass_ms(backoff_ms(attempt))
        resolver.lookup(key())
        assert len(registry.asked) == attempt, "exactly the backoff is still too early"
        clock.pass_ms(1)
    registry.otherwise = STRING
    assert resolver.lookup(key()).json == STRING


def test_only_who_is_due_is_asked_again(clock):
    """Not-found registries are left alone while a failing one is retried."""
    absent, broken = FakeRegistry("absent"), FakeRegistry("broken", otherwise=repo_failure())
    local = FakeRegistry("local", RegistryClass.EMBEDDED, otherwise=repo_failure("bad JSON"))
    resolver = Resolver([absent, broken, local], clock_ms=clock)
    resolver.lookup(key())
    clock.pass_ms(1_000)
    resolver.lookup(key())
    assert (len(absent.asked), len(broken.asked), len(local.asked)) == (1, 2, 1)


def test_history_keeps_different_errors_and_the_last_attempt(clock):
    registry = FakeRegistry("r", otherwise=repo_failure("one"))
    resolver = Resolver([FakeRegistry("a"), registry], clock_ms=clock)
    for message in ("one", "two", "two"):
        registry.otherwise = repo_failure(message)
        error = resolver.lookup(key())
        clock.pass_ms(60_001)
    assert error == ResolutionError(
        (
            LookupHistory("a", (NOT_FOUND,), 1, 1_700_000_000_000),
            LookupHistory(
                "r", (repo_failure("one"), repo_failure("two")), 3, 1_700_000_000_000 + 120_002
            ),
        )
    )


def test_history_is_bounded(clock):
    registry = FakeRegistry("r")
    resolver = Resolver([registry], clock_ms=clock)
    for number in range(MAX_ERRORS + 10):
        registry.otherwise = repo_failure(str(number))
        error = resolver.lookup(key())
        clock.pass_ms(60_001)
    assert len(histories(error)["r"].errors) == MAX_ERRORS


def test_histories_are_ordered_by_name(clock):
    resolver = Resolver([FakeRegistry(name) for name in "bca"], clock_ms=clock)
    assert [h.repository for h in resolver.lookup(key()).lookup_history] == ["a", "b", "c"]


def test_a_clock_that_is_set_back_only_costs_look_ups(clock):
    registry = FakeRegistry("r", otherwise=STRING)
    resolver = Resolver([registry], cache_ttl_seconds=10, clock_ms=clock)
    resolver.lookup(key())
    clock.pass_ms(-3_600_000)
    assert resolver.lookup(key()).json == STRING
    assert len(registry.asked) == 2


# --------------------------------------------------------------------------- circuit breaker


def test_a_dead_registry_costs_one_attempt_a_backoff(clock):
    """However many keys are asked for; the others get the recorded failure."""
    dead = FakeRegistry("dead", otherwise=unreachable())
    resolver = Resolver([dead], clock_ms=clock)
    for addition in range(100):
        error = resolver.lookup(key(f"1-0-{addition}"))
        assert histories(error)["dead"] == LookupHistory(
            "dead", (repo_failure(unreachable().message),), 1, 1_700_000_000_000
        )
    assert dead.asked == ["1-0-0"]
    clock.pass_ms(backoff_ms(1) + 1)
    for addition in range(100):
        resolver.lookup(key(f"1-0-{addition}"))
    assert dead.asked == ["1-0-0", "1-0-0"]


def test_a_registry_that_answers_closes_the_breaker(clock):
    registry = FakeRegistry("r", otherwise=unreachable())
    resolver = Resolver([registry], clock_ms=clock)
    resolver.lookup(key("1-0-0"))
    clock.pass_ms(backoff_ms(1) + 1)
    registry.otherwise = NOT_FOUND
    resolver.lookup(key("1-0-1"))
    registry.otherwise = STRING
    assert resolver.lookup(key("1-0-2")).json == STRING
    assert resolver.lookup(key("1-0-0")).json == STRING


def test_a_bad_answer_for_one_key_leaves_the_breaker_closed(clock):
    """Only an unreachable registry is spared; one bad file says nothing of the others."""
    answers = {"1-0-0": repo_failure("Invalid JSON"), "1-0-1": STRING}
    resolver = Resolver([FakeRegistry("r", answers=answers)], clock_ms=clock)
    assert isinstance(resolver.lookup(key("1-0-0")), ResolutionError)
    assert resolver.lookup(key("1-0-1")).json == STRING


def test_an_open_breaker_adds_nothing_to_a_history(clock):
    """No attempt was made, so the key keeps what its own attempts brought."""
    registry = FakeRegistry("r", answers={"1-0-0": repo_failure("Invalid JSON")})
    resolver = Resolver([registry], clock_ms=clock)
    before = resolver.lookup(key("1-0-0"))
    registry.otherwise = unreachable()
    for addition in range(1, 7):
        resolver.lookup(key(f"1-0-{addition}"))
        clock.pass_ms(backoff_ms(addition) + (addition < 6))
    assert resolver.lookup(key("1-0-0")) == before
    clock.pass_ms(1)
    assert histories(resolver.lookup(key("1-0-0")))["r"].attempts == 2


def test_waiting_for_the_breaker_does_not_prolong_a_not_found(clock):
    """While a dead registry keeps failing, the TTL of another's "not found" runs out as ever."""
    absent, dead = FakeRegistry("absent"), FakeRegistry("dead", otherwise=unreachable())
    resolver = Resolver([absent, dead], cache_ttl_seconds=1, clock_ms=clock)
    for _ in range(21):
        resolver.lookup(key())
        clock.pass_ms(50)
    assert len(absent.asked) >= 2


# ------------------------------------------------------------------------------------ budget


def test_a_request_has_a_budget_of_unknown_keys(clock):
    remote = FakeRegistry("remote")
    local = FakeRegistry("local", RegistryClass.EMBEDDED, answers={"1-0-9": STRING})
    resolver = Resolver([local, remote], clock_ms=clock)
    request = resolver.with_budget(2)
    for addition in (0, 1, 0, 1):
        request.lookup(key(f"1-0-{addition}"))
        request.check(SelfDescribing(key(f"1-0-{addition}"), "text"))
    assert remote.asked == ["1-0-0", "1-0-0", "1-0-1", "1-0-1"], "a key is charged once"
    remote.asked.clear()
    refused = histories(request.check(SelfDescribing(key("1-0-2"), "text")))
    assert remote.asked == []
    assert refused["local"].errors == (NOT_FOUND,)
    assert refused["remote"].errors == (repo_failure("more than 2 unknown schemas in one request"),)
    assert request.check(SelfDescribing(key("1-0-9"), "text")) == key("1-0-9")


def test_a_refusal_is_not_remembered(clock):
    """The next request may look the same key up."""
    resolver = Resolver([FakeRegistry("remote", otherwise=STRING)], clock_ms=clock)
    assert isinstance(resolver.with_budget(0).lookup(key()), ResolutionError)
    assert resolver.with_budget(1).lookup(key()).json == STRING
    assert resolver.with_budget(0).lookup(key()).json == STRING, "a known key costs nothing"


# ----------------------------------------------------------------------------------- threads


def test_look_ups_of_one_key_wait_for_each_other(clock):
    """Eight threads that want one schema cost one look-up."""
    started, go = threading.Event(), threading.Event()
    registry = FakeRegistry("r", otherwise=STRING)
    answer = registry.lookup

    def slowly(wanted):
        started.set()
        go.wait(10)
        return answer(wanted)

    registry.lookup = slowly
    resolver = Resolver([registry], clock_ms=clock)
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(resolver.lookup, key()) for _ in range(8)]
        started.wait(10)
        go.set()
        assert {w.result(10).registry for w in waiting} == {"r"}
    assert registry.asked == ["1-0-0"]


def test_look_ups_of_different_keys_do_not_wait_for_each_other(clock):
    """The second key is answered while the first one hangs."""
    hung, go = threading.Event(), threading.Event()
    registry = FakeRegistry("r", otherwise=STRING)
    answer = registry.lookup

    def slowly(wanted):
        if str(wanted.version) == "1-0-0":
            hung.set()
            go.wait(10)
        return answer(wanted)

    registry.lookup = slowly
    resolver = Resolver([registry], clock_ms=clock)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(resolver.lookup, key("1-0-0"))
        hung.wait(10)
        assert resolver.lookup(key("1-0-1")).json == STRING
        assert not first.done()
        go.set()
        assert first.result(10).json == STRING


def test_one_asks_whether_a_dead_registry_is_back(clock):
    """While that one waits for an answer, nobody else does."""
    registry = FakeRegistry("r", otherwise=unreachable())
    resolver = Resolver([registry], clock_ms=clock)
    resolver.lookup(key("1-0-0"))
    clock.pass_ms(backoff_ms(1) + 1)
    asked, go = threading.Event(), threading.Event()

    def slowly(wanted):
        asked.set()
        go.wait(10)
        return STRING

    registry.lookup = slowly
    with ThreadPoolExecutor(1) as threads:
        probe = threads.submit(resolver.lookup, key("1-0-1"))
        asked.wait(10)
        assert isinstance(resolver.lookup(key("1-0-2")), ResolutionError)
        go.set()
        assert probe.result(10).json == STRING


def test_one_outage_seen_by_many_threads_counts_once(clock):
    """Eight attempts under way when the registry dies are one failure, not eight."""
    barrier = threading.Barrier(8)
    registry = FakeRegistry("r")

    def fail_together(wanted):
        barrier.wait(10)
        return unreachable()

    registry.lookup = fail_together
    resolver = Resolver([registry], clock_ms=clock)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(resolver.lookup, [key(f"1-0-{n}") for n in range(8)]))
    registry.lookup = lambda wanted: STRING
    clock.pass_ms(backoff_ms(1) + 1)
    assert resolver.lookup(key("1-0-9")).json == STRING


# --------------------------------------------------------------------- registries that change


def test_a_changed_registry_is_seen_past_the_throttle(clock):
    local = FakeRegistry("r", RegistryClass.EMBEDDED, answers={"1-0-0": STRING}, generation=1)
    resolver = Resolver([local], clock_ms=clock)
    assert resolver.check(SelfDescribing(key(), "text")) == key()
    local.answers, local.generation = {"1-0-0": {"type": "integer"}}, 2
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.check(SelfDescribing(key(), "text")), InvalidData)


def test_a_new_schema_is_seen_at_once_after_not_found(clock):
    """No throttle there: somebody is waiting for it."""
    local = FakeRegistry("r", RegistryClass.EMBEDDED, generation=1)
    resolver = Resolver([local], clock_ms=clock)
    assert isinstance(resolver.check(SelfDescribing(key(), "text")), ResolutionError)
    local.answers, local.generation = {"1-0-0": STRING}, 2
    assert resolver.check(SelfDescribing(key(), "text")) == key()


def test_a_local_schema_that_disappears_does_not_survive(clock):
    """Only an outage is survived; what was deleted is gone."""
    local = FakeRegistry("r", RegistryClass.EMBEDDED, answers={"1-0-0": STRING}, generation=1)
    resolver = Resolver([local, FakeRegistry("remote")], clock_ms=clock)
    resolver.lookup(key())
    local.answers, local.generation = {}, 2
    clock.pass_ms(RESTAT_MS)
    assert isinstance(resolver.lookup(key()), ResolutionError)


def test_a_local_schema_that_appears_goes_before_a_remote_one(clock):
    local = FakeRegistry("local", RegistryClass.EMBEDDED, generation=1)
    resolver = Resolver([local, FakeRegistry("remote", otherwise=STRING)], clock_ms=clock)
    assert found_in(resolver) == "remote"
    local.answers, local.generation = {"1-0-0": ANYTHING}, 2
    clock.pass_ms(RESTAT_MS)
    assert found_in(resolver) == "local"


def test_schemas_lists_what_can_be_listed(clock):
    one = FakeRegistry("one", answers={"1-0-1": STRING, "1-0-0": STRING})
    two = FakeRegistry("two", answers={"1-0-0": STRING, "2-0-0": STRING})
    resolver = Resolver([one, two], clock_ms=clock)
    assert resolver.schemas() == [key("1-0-0"), key("1-0-1"), key("2-0-0")]


def own_and_remote(clock):
    own, remote = OwnRegistry(), FakeRegistry("remote", vendor_prefixes=("com.acme",))
    return own, remote, Resolver([remote, own], clock_ms=clock)


def test_a_published_schema_goes_before_every_registry(clock):
    own, remote, resolves = own_and_remote(clock)
    remote.answers["1-0-0"] = {"type": "string"}
    own.put(key(), {"type": "object"})
    assert resolves.lookup(key()) == Found({"type": "object"}, "Piste")
    assert remote.asked == []


def test_a_published_schema_counts_at_once_whatever_was_remembered(clock):
    own, remote, resolves = own_and_remote(clock)
    remote.answers["1-0-0"] = {"type": "string"}
    data = SelfDescribing(key(), "text")
    absent = SelfDescribing(key("1-0-1"), "text")
    assert resolves.check(data) == key()
    assert isinstance(resolves.check(absent), ResolutionError)
    for published in (key(), key("1-0-1")):
        own.put(published, {"type": "object"})
    resolves.forget([key(), key("1-0-1")])
    assert isinstance(resolves.check(data), InvalidData)
    assert isinstance(resolves.check(absent), InvalidData)


def test_a_schema_that_was_looked_at_for_another_is_forgotten_with_it(clock):
    own, _, resolves = own_and_remote(clock)
    own.put(key(), {"$supersededBy": "1-0-1"})
    own.put(key("1-0-1"), {"type": "object"})
    assert resolves.check(SelfDescribing(key(), {})) == key("1-0-1")
    own.put(key("1-0-1"), {"type": "string"})
    resolves.forget([key("1-0-1")])
    assert isinstance(resolves.check(SelfDescribing(key(), {})), InvalidData)


def test_what_was_asked_for_before_a_publication_is_not_remembered(clock):
    own, remote, resolves = own_and_remote(clock)

    def publish_meanwhile(asked):
        own.put(key(), {"type": "object"})
        resolves.forget([key()])
        return {"type": "string"}

    remote.lookup = publish_meanwhile
    assert resolves.lookup(key()) == Found({"type": "string"}, "remote")
    assert resolves.lookup(key()) == Found({"type": "object"}, "Piste")


def test_no_history_mentions_an_own_registry_without_schemas(clock):
    own, _, resolves = own_and_remote(clock)

    def asked():
        return [history.repository for history in resolves.lookup(key()).lookup_history]

    assert asked() == ["remote"]
    own.put(key("2-0-0"), {})
    assert asked() == ["Piste", "remote"]

"""Random websites with people on them.

Room:   a seed to a world. What can be asked about it is in `questions`.
Limits: reproducible from the seed alone; times are those that hurt: midnights, leap days, changed clocks,
        pauses of exactly half an hour, late arrivals, ties.
Source: docs of the reports, sections 2 to 4; the tz database's days on which clocks changed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from .oracle.hits import Hit, Protocol
from .oracle.periods import day_of
from .oracle.visits import GAP_MS

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
MOST_HITS = 400

NOWS = (
    "2026-03-19T15:30:00Z",  # the day on which the requirement's time series ends
    "2024-02-29T12:00:00Z",
    "2025-02-28T23:59:59.999Z",  # a year after the leap day, nearly
    "2024-03-01T00:10:00Z",
    "2025-01-01T00:20:00Z",
    "2025-03-30T01:15:00Z",  # Berlin's clocks go from 2:00 to 3:00 at 1:00 UTC
    "2025-10-26T01:30:00Z",  # and from 3:00 to 2:00
    "2025-11-02T05:45:00Z",  # Havana's from 1:00 to 0:00, New York's an hour later
    "2024-09-08T04:20:00Z",  # Santiago has no midnight
    "2025-12-31T10:30:00Z",  # Kiritimati is in the next year
)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
)
PAGES: tuple[tuple[str, str | None], ...] = (
    ("/", None),
    ("/blog", "Blog"),
    ("/blog/a", "Blog"),
    ("/blog/b", "Blog"),
    ("/pricing", "Sales"),
    ("/signup", "Sales"),
    ("/Blog", None),
    ("/~über", None),
    ('/=1+1,"x"', "-Odd"),
    ("/a*b", None),
)
SOURCES: tuple[dict[str, str], ...] = (
    {},
    {
        "referrer_domain": "google.com",
        "referrer_channel": "Organic Search",
        "channel_detail": "Organic Search",
    },
    {
        "referrer_domain": "google.com",
        "referrer_channel": "Paid Search",
        "channel_detail": "Paid Search",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "spring",
    },
    {
        "referrer_domain": "t.co",
        "referrer_channel": "Social",
        "channel_detail": "Organic Social",
        "utm_source": "twitter",
        "utm_medium": "social",
    },
    {
        "referrer_channel": "Email",
        "channel_detail": "Email",
        "utm_medium": "email",
        "utm_campaign": "launch",
    },
    {
        "referrer_domain": "chatgpt.com",
        "referrer_channel": "Referral",
        "channel_detail": "AI Assistant",
    },
    {
        "referrer_domain": "example.org",
        "referrer_channel": "Referral",
        "channel_detail": "Referral",
    },
)
DEVICES: tuple[dict[str, str], ...] = (
    {
        "device_type": "desktop",
        "browser_family": "Chrome",
        "os_family": "Windows",
        "screen_bucket": "1441+",
    },
    {
        "device_type": "desktop",
        "browser_family": "Safari",
        "os_family": "macOS",
        "screen_bucket": "1025-1440",
    },
    {
        "device_type": "mobile",
        "browser_family": "Safari",
        "os_family": "iOS",
        "screen_bucket": "376-768",
    },
    {
        "device_type": "tablet",
        "browser_family": "Firefox",
        "os_family": "Android",
        "screen_bucket": "769-1024",
    },
    {
        "device_type": "unknown",
        "browser_family": "Other",
        "os_family": "Other",
        "screen_bucket": "unknown",
    },
)
CUSTOM: tuple[dict[str, object], ...] = (
    {"event_type": "custom", "event_name": "signup_complete"},
    {"event_type": "custom", "event_name": "video_play"},
    {"event_type": "custom", "event_name": "=sum"},
    {"event_type": "custom", "properties": {"event_name": "video_play", "name": "other"}},
    {"event_type": "custom", "properties": {"name": "signup_complete"}},
    {"event_type": "custom"},
    {"event_type": "add_to_cart"},
)
OTHERS: dict[Protocol, tuple[str, ...]] = {
    "tinytrail": ("close_tab", "scroll_25", "scroll_50", "scroll_75", "outbound_link"),
    "snowplow": ("page_ping", "outbound_link"),
}
PAUSES = (0, 1, 5 * SECOND, MINUTE, 10 * MINUTE, GAP_MS - 1, GAP_MS, GAP_MS + 1, GAP_MS + SECOND)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Websites and their events as they arrived, at a moment. The last website has no events."""

    now_ms: int
    websites: tuple[str, ...]
    created_ms: dict[str, int]
    hits: list[Hit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who visits one website, always with one device; `traits` are what every hit of theirs has."""

    name: str
    website_id: str
    protocol: Protocol
    traits: dict[str, object]
    bot: float
    excluded: float

    def identity(self, time_ms: int) -> str:
        """Who they are to visits that begin at this time: somebody else each UTC day (2.1)."""
        return sha256(f"{self.name} {day_of(time_ms)}".encode()).hexdigest()


def world(seed: int, *, most: int = MOST_HITS, mixed: bool = True) -> World:
    """The world of a seed.

    `mixed`: some visitors have bot and human, or excluded and included events; else all are alike.
    """
    random = Random(seed)
    now_ms = milliseconds(random.choice(NOWS))
    websites = tuple(str(UUID(int=random.getrandbits(128), version=4)) for _ in range(3))
    created = {website: now_ms - random.randrange(1, 800) * DAY for website in websites}
    wanted = random.randint(0, most)
    reach = random.choice((1, 7, 40, 430)) * DAY
    people = [_person(random, number, websites[:-1], mixed) for number in range(2 + wanted // 20)]
    trails: list[Hit] = []
    if wanted > 150 and random.random() < 0.3:
        trails += _kiosk(random, people[0], now_ms - random.randrange(DAY, 3 * DAY))
    while len(trails) < wanted:
        person = random.choice(people)
        trails += _trail(random, person, _start(random, now_ms, reach))
    return World(
        now_ms=now_ms,
        websites=websites,
        created_ms=created,
        hits=_arrived(random, trails[:wanted]),
    )


def _person(random: Random, number: int, websites: tuple[str, ...], mixed: bool) -> Person:
    sometimes = 0.2 if mixed else 0.0
    bot, excluded = random.choices(
        ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (sometimes, 0.0), (0.0, sometimes)),
        weights=(75, 10, 5, 5, 5),
    )[0]
    return Person(
        name=f"person {number}",
        website_id=random.choice(websites),
        protocol=random.choice(("tinytrail", "snowplow")),
        traits={**random.choice(DEVICES), "country": random.choice((None, "DE", "FI", "US"))},
        bot=bot,
        excluded=excluded,
    )


def _start(random: Random, now_ms: int, reach: int) -> int:
    """When somebody comes: at any time within reach, or when it matters."""
    near = now_ms - random.randrange(reach)
    zone = random.choice((UTC, *map(ZoneInfo, ZONES)))
    day = datetime.fromtimestamp(near // SECOND, zone).date()
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND
    return random.choice(
        (
            near,
            near,
            near,
            midnight,
            midnight - 1,
            midnight - random.randrange(40 * MINUTE),
            now_ms - random.choice((0, 1, GAP_MS - 1, GAP_MS, GAP_MS + 1)),
            now_ms - random.randrange(HOUR),
            now_ms + random.randrange(HOUR),
            now_ms - random.choice((365, 366)) * DAY,
        )
    )


def _trail(random: Random, person: Person, start_ms: int) -> list[Hit]:
    """Up to nine events with pauses between them; after more than half an hour the identity is the day's."""
    time_ms, visitor = start_ms, person.identity(start_ms)
    source = random.choice(SOURCES)
    trail = []
    for _ in range(random.randint(1, 9)):
        trail.append(_hit(random, person, visitor, time_ms, source))
        # Seldom does a visit come upon another campaign in its middle.
        source = random.choice(SOURCES) if random.random() < 0.1 else {}
        pause = random.choice(PAUSES)
        time_ms += pause
        if pause > GAP_MS:
            visitor = person.identity(time_ms)
    return trail


def _kiosk(random: Random, person: Person, start_ms: int) -> list[Hit]:
    """Somebody who is there for 26 hours and pauses for 26 minutes at most: cut after a day (2.4)."""
    visitor = person.identity(start_ms)
    pauses = [24 * MINUTE] * 59 + [24 * MINUTE + random.choice((-1, 0, 1))] + [26 * MINUTE] * 5
    trail = []
    for pause in pauses:
        trail.append(_hit(random, person, visitor, start_ms, {}))
        start_ms += pause
    return trail


def _hit(random: Random, person: Person, visitor: str, time_ms: int, source: dict[str, str]) -> Hit:
    path, group = random.choice(PAGES)
    if random.random() < 0.05:
        # The website's groups were changed since.
        group = random.choice(("Blog", "Sales", "Old", None))
    kind: dict[str, object] = {}
    what = random.random()
    if what > 0.8:
        kind = {"event_type": random.choice(OTHERS[person.protocol])}
    elif what > 0.65:
        kind = random.choice(CUSTOM if person.protocol == "tinytrail" else CUSTOM[:3])
    known: dict[str, object] = {**person.traits, **source, **kind}
    return replace(
        Hit(seq=0, website_id=person.website_id, visitor=visitor, time_ms=time_ms),
        path=path,
        content_group=group,
        is_bot=random.random() < person.bot,
        is_excluded=random.random() < person.excluded,
        protocol=person.protocol,
        **known,  # type: ignore[arg-type]
    )


def _arrived(random: Random, hits: list[Hit]) -> list[Hit]:
    """Events in the order of their arrival, numbered with gaps: some are late by up to three days."""
    delays = [random.choice((SECOND, HOUR, 3 * DAY)) if random.random() < 0.1 else 0 for _ in hits]
    order = sorted(
        zip(hits, delays, strict=True),
        key=lambda pair: (pair[0].time_ms + pair[1], random.random()),
    )
    seq = 0
    arrived = []
    for hit, _ in order:
        seq += random.choice((1, 1, 1, 1 << 20))
        arrived.append(replace(hit, seq=seq))
    return arrived


def milliseconds(text: str) -> int:
    """UTC epoch milliseconds of an ISO 8601 moment."""
    since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)

"""Whether a program made a request, and by what one knows.

Room:   pure, but for what it remembers; the lists are loaded when the first user agent is asked about.
Limits: MAX_REMEMBERED user agents are remembered, in memory only. Browsers inside of apps are
        people, whatever crawlers are called.
Source: crawler-user-agents, ua-parser's spiders, our own `data/user_agents.toml`.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import re2

from piste.traffic.client_ip import client_ip
from piste.traffic.sources import DATA
from piste.traffic.texts import clean
from piste.traffic.user_agents import MAX_REMEMBERED, MAX_USER_AGENT, client_of

MIN_USER_AGENT = 16
"""Characters: no browser says less."""


class Layer(StrEnum):
    """What gave it away."""

    FORM = "form"
    AI_AGENT = "ai_agent"
    AUTOMATION = "automation"
    CRAWLER = "crawler"
    SIGNALS = "signals"
    REFERRER_SPAM = "referrer_spam"


@dataclass(frozen=True, slots=True)
class Bot:
    """`reason` is a name or a few words, for those who wonder."""

    layer: Layer
    reason: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.reason}"


_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_NOT_IN_APPS = (Layer.CRAWLER, Layer.FORM)
"""What does not hold for browsers inside of apps."""
_MAX_MEMORY = 1 << 25
"""Bytes that the engine may use for its patterns; with less it would be several times slower."""


class _Patterns:
    """All lists as one automaton."""

    def __init__(self) -> None:
        lists = tomllib.loads((DATA / "user_agents.toml").read_text("utf-8"))
        self._innocent = re2.compile(_any(lists["innocent"]))
        self._in_app = re2.compile(_any(lists["in_app"]))
        self._bots: list[Bot] = []
        options = re2.Options()
        options.max_mem = _MAX_MEMORY
        self._set = re2.Set.SearchSet(options)
        for bot, pattern in _patterns(lists):
            self._set.Add(pattern)
            self._bots.append(bot)
        self._set.Compile()

    def is_in_app(self, user_agent: str) -> bool:
        return self._in_app.search(user_agent) is not None

    def bot(self, user_agent: str) -> Bot | None:
        """The first of the lists that knows it."""
        found = self._set.Match(self._innocent.sub("", user_agent))
        return self._bots[min(found)] if found else None


def _any(patterns: Mapping[str, str]) -> str:
    return f"(?i){'|'.join(patterns.values())}"


def _patterns(lists: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Bot, str]]:
    for section, layer in (("ai_agents", Layer.AI_AGENT), ("automation", Layer.AUTOMATION)):
        for name, pattern in lists[section].items():
            yield Bot(layer, name), f"(?i){pattern}"
    known = files("crawleruseragents") / "crawler-user-agents.json"
    for crawler in json.loads(known.read_text("utf-8")):
        pattern = crawler["pattern"]
        yield Bot(Layer.CRAWLER, pattern.replace("\\", "").strip("^$/ ")), pattern
    for name, pattern in lists["crawlers"].items():
        yield Bot(Layer.CRAWLER, name), f"(?i){pattern}"


@lru_cache(maxsize=1)
def _lists() -> _Patterns:
    return _Patterns()


def bot_by_user_agent(user_agent: str | None) -> Bot | None:
    """None when it may be a person's browser."""
    # One more than is allowed, to know that it is longer.
    return _bot(clean((user_agent or "").strip()[: MAX_USER_AGENT + 1], MAX_USER_AGENT + 1))


def is_in_app(user_agent: str | None) -> bool:
    """A browser inside of an app, such as Instagram's."""
    return _lists().is_in_app(clean(user_agent, MAX_USER_AGENT))


@lru_cache(maxsize=MAX_REMEMBERED)
def _bot(text: str) -> Bot | None:
    if not text:
        return Bot(Layer.FORM, "no user agent")
    lists = _lists()
    bot = lists.bot(text) or _odd_form(text)
    if bot is None and client_of(text).is_spider:
        bot = Bot(Layer.CRAWLER, "spider")
    if bot is not None and bot.layer in _NOT_IN_APPS and lists.is_in_app(text):
        return None
    return bot


def _odd_form(text: str) -> Bot | None:
    reason = None
    if len(text) < MIN_USER_AGENT:
        reason = f"shorter than {MIN_USER_AGENT} characters"
    elif len(text) > MAX_USER_AGENT:
        reason = f"longer than {MAX_USER_AGENT} characters"
    elif not text.isascii():
        reason = "characters beyond ASCII"
    elif client_ip(text) is not None:
        reason = "an IP address"
    elif _UUID.fullmatch(text):
        reason = "a UUID"
    return Bot(Layer.FORM, f"user agent: {reason}") if reason else None

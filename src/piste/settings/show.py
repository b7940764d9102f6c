"""What `piste config` prints: each setting, its value and where that came from.

Limits: a secret that is set is `***`; one that is not set is shown as not set.
"""

import json
from collections.abc import Iterator
from typing import Any

from piste.settings.fields import settings_by_key
from piste.settings.kinds import plain
from piste.settings.load import Loaded, values_by_key

HIDDEN = "***"


def as_json(loaded: Loaded) -> str:
    """One object: `{"server.port": {"value": 9090, "origin": "default"}, ..}`."""
    return json.dumps(
        {key: {"value": value, "origin": loaded.origins[key]} for key, value in _shown(loaded)},
        indent=2,
    )


def as_text(loaded: Loaded) -> str:
    """One line a setting: `server.port = 9090  (default)`, the value as JSON; nothing when unset."""
    return "\n".join(
        f"{key} = {'' if value is None else json.dumps(value) + ' '} ({loaded.origins[key]})"
        for key, value in _shown(loaded)
    )


def _shown(loaded: Loaded) -> Iterator[tuple[str, Any]]:
    for key, value in values_by_key(loaded.settings).items():
        secret = settings_by_key()[key].secret and value is not None
        yield key, HIDDEN if secret else plain(value)

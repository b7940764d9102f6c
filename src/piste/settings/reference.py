"""docs/configuration.md, derived from the declarations: `python -m piste.settings.reference`.

Room:   run by `make docs`; a test holds that the page in docs/ is this one.
"""

import sys
from collections.abc import Iterator
from typing import get_args, get_type_hints

from piste.settings.fields import Setting, sections, settings_by_key
from piste.settings.kinds import text
from piste.settings.micro_config import SECTION, TRANSLATION
from piste.settings.model import Settings
from piste.settings.sources import MICRO_CERTIFICATE, MICRO_ENVIRONMENT, MICRO_PASSWORD

INTRODUCTION = """\
<!-- Written by `make docs` from src/piste/settings/model.py; changes here are lost. -->
# Configuration

Each setting has a key, such as `server.port`, and can be given in three places. The first of them
that has the setting wins:

1. a flag, where the table names one: `piste serve --port 8080`;
2. the environment: `PISTE_SERVER_PORT=8080`. The name is the key in capitals, with `_` for each `.`;
3. a TOML file: `./piste.toml`, or the one named by `--config`:

```toml
[server]
port = 8080

[collector.cookie]
name = "sp"
```

In the environment a list is written with commas (`a,b`) or as JSON, a table as JSON, and a boolean as
`true` or `false`. An empty text means "not set" where no value is the default. Paths are relative to
the folder in which Piste is started.

An unknown key, an unknown `PISTE_*` variable and a value of the wrong type are errors; Piste reports
all of them at once and does not start. `piste config` prints each setting with its value and where
that came from (`--json` for machines); it takes the flags of `piste serve`. Secrets are shown as `***`.
"""

HEAD = "| setting | default | meaning |\n|---|---|---|"

MICRO = """
## Files and variables of Snowplow Micro

A file given by `--config` whose name does not end in `.toml` is read as Micro's HOCON: its
`collector` section, or all of it when it has none. What Piste has no use for is named in a warning.
`piste micro` takes single values as Java properties too: `-Dcollector.cookie.name=sp`, and
`-Dorg.slf4j.simpleLogger.log.EventLog=off` for a silent event log. They come after the flags and before
the environment. Micro's variables come after ours and before the file.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join((INTRODUCTION, *_sections(), MICRO, *_variables(), *_hocon())) + "\n"


def _sections() -> Iterator[str]:
    yield "\n## top level\n\nIn TOML these stand before the first table.\n"
    yield HEAD
    yield from (_row(setting) for key, setting in settings_by_key().items() if "." not in key)
    hints = get_type_hints(Settings, include_extras=True)
    for name in sections(Settings):
        _, doc = get_args(hints[name])
        yield f"\n## {name}\n\n{doc.text}\n"
        yield HEAD
        for key, setting in settings_by_key().items():
            if key.startswith(name + "."):
                yield _row(setting)


def _row(setting: Setting) -> str:
    return f"| {_names(setting)} | {_default(setting)} | {setting.meaning} |"


def _names(setting: Setting) -> str:
    flags = (_code(flag) for flag in setting.flag.names) if setting.flag else ()
    return "<br>".join((_code(setting.key), _code(setting.environment), *flags))


def _default(setting: Setting) -> str:
    written = text(setting.default)
    return _code(written) if written not in ("", "{}") else "none"


def _variables() -> Iterator[str]:
    yield "| variable | setting |"
    yield "|---|---|"
    for variable, key in MICRO_ENVIRONMENT.items():
        note = f"; `tls.p12` is then `{MICRO_CERTIFICATE}` beside the configuration file"
        yield f"| `{variable}` | `{key}`{note if variable == MICRO_PASSWORD else ''} |"


def _hocon() -> Iterator[str]:
    yield "\n| HOCON | setting |"
    yield "|---|---|"
    for name, key in TRANSLATION.items():
        yield f"| `{SECTION}.{name}` | `{key}` |"


def _code(written: str) -> str:
    return f"`{written}`"


if __name__ == "__main__":
    sys.stdout.write(page())

"""The resolver that the settings ask for.

Room:   the top; reads the resolver configuration from disk and gives the registries their HTTP client.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from piste.http_fetch import HttpFetcher
from piste.iglu import (
    DEFAULT,
    ConfigError,
    FolderRegistry,
    OwnRegistry,
    Registry,
    Resolver,
    ResolverConfig,
    custom_repository,
    registries,
)
from piste.settings.model import IgluSettings


def open_resolver(
    settings: IgluSettings, clock_ms: Callable[[], int], own: OwnRegistry
) -> Resolver:
    """What is published here, embedded schemas, folders, then HTTP registries.

    Raises `ConfigError` or `OSError`.
    """
    if settings.resolver is None:
        config = replace(DEFAULT, cache_size=settings.cache_size)
    else:
        config = _read(settings.resolver)
    repositories = config.repositories
    if settings.registry_url is not None:
        custom = custom_repository(settings.registry_url, settings.registry_api_key)
        repositories = (custom, *repositories)
    folders: list[Registry] = [
        FolderRegistry(path, f"Folder ({path})") for path in dict.fromkeys(settings.schemas)
    ]
    return Resolver(
        [own, *registries(repositories, HttpFetcher()), *folders],
        cache_size=config.cache_size,
        cache_ttl_seconds=config.cache_ttl_seconds,
        clock_ms=clock_ms,
    )


def _read(path: Path) -> ResolverConfig:
    try:
        return ResolverConfig.parse(json.loads(path.read_text("utf-8")))
    except ConfigError as error:
        raise ConfigError([f"{path}: {problem}" for problem in error.problems]) from error
    except ValueError as error:  # no JSON, or no UTF-8
        raise ConfigError([f"{path}: {error}"]) from error

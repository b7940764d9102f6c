"""Iglu: schemas looked up in registries, and data validated against them."""

from piste.iglu.config import (
    DEFAULT,
    ConfigError,
    Repository,
    ResolverConfig,
    custom_repository,
    registries,
)
from piste.iglu.registry import (
    EmbeddedRegistry,
    Fetch,
    FetchedResponse,
    FetchError,
    FolderRegistry,
    HttpRegistry,
    OwnRegistry,
    Registry,
    RegistryClass,
)
from piste.iglu.resolver import BudgetedResolver, Found, Resolver
from piste.iglu.validator import Schema, compile_schema
from piste.iglu.versions import Versions

__all__ = [
    "DEFAULT",
    "BudgetedResolver",
    "ConfigError",
    "EmbeddedRegistry",
    "Fetch",
    "FetchError",
    "FetchedResponse",
    "FolderRegistry",
    "Found",
    "HttpRegistry",
    "OwnRegistry",
    "Registry",
    "RegistryClass",
    "Repository",
    "Resolver",
    "ResolverConfig",
    "Schema",
    "Versions",
    "compile_schema",
    "custom_repository",
    "registries",
]

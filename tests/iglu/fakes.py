"""A clock that is set by hand, and a registry that says what it is told to say."""

from dataclasses import dataclass, field
from typing import Any

from piste.events.failures import RegistryError, RegistryErrorKind
from piste.events.schema_key import SchemaKey
from piste.iglu import RegistryClass
from piste.iglu.registry import NOT_FOUND, Unreachable


@dataclass
class Clock:
    now_ms: int = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now_ms

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms


@dataclass
class FakeRegistry:
    """`answers` by version text, else `otherwise`; `asked` keeps every version asked for."""

    name: str
    kind: RegistryClass = RegistryClass.HTTP
    priority: int = 0
    vendor_prefixes: tuple[str, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)
    otherwise: Any = NOT_FOUND
    asked: list[str] = field(default_factory=list)
    generation: int | None = None

    def lookup(self, key: SchemaKey):
        self.asked.append(str(key.version))
        return self.answers.get(str(key.version), self.otherwise)

    def fingerprint(self, key: SchemaKey) -> object:
        return self.generation

    def schemas(self) -> list[SchemaKey]:
        return [key(version) for version in self.answers]


def key(version: str = "1-0-0", vendor: str = "com.acme") -> SchemaKey:
    return SchemaKey.of(f"iglu:{vendor}/thing/jsonschema/{version}")


def repo_failure(message: str = "boom") -> RegistryError:
    return RegistryError(RegistryErrorKind.REPO_FAILURE, message)


def unreachable(message: str = "Unexpected exception fetching: refused") -> RegistryError:
    return Unreachable(RegistryErrorKind.REPO_FAILURE, message)

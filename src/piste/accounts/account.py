"""A tenant: whose users, websites, schemas and specifications belong together.

Source: TinyTrail's API, "Accounts"; an organization in the Console APIs.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Account:
    """`id` is a UUID as text; `created_at` has a time zone."""

    id: str
    name: str
    created_at: datetime

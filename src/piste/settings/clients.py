"""The variables of the commands that ask a running Piste: no settings, and no mistake where it runs."""

URL = "PISTE_URL"
API_KEY = "PISTE_API_KEY"

VARIABLES = frozenset({URL, API_KEY})

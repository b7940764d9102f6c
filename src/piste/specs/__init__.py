"""Event specifications: what they are, when one may be stored, and whether it fits its data structure.

Room:   rules only, no HTTP and no store. `piste.web` and the metadata store will speak in these types.
Limits: nothing serves them yet.
Source: event specifications (requirement 001), tracking scenarios (requirement 002).
"""

"""Event specifications: what they are, when one may be stored, and whether it fits its data structure.

Room:   rules only, no HTTP and no store. `piste.web` and the metadata store speak in these types.
Source: event specifications (requirement 001), tracking scenarios (requirement 002).
"""

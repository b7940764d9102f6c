"""The Console APIs, under `/api/msc/v1`: identity, schemas, tracking plans, event specifications."""

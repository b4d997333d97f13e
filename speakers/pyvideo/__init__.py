"""Past evenings out of a pyvideo folder: one JSON file a talk (docs/formats.md)."""

"""The `load_community` format: read and checked first, then written, all or nothing."""

"""Circles of six to eight, so that strangers meet (O14, needs 102–104)."""

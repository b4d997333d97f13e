"""How many will come: what rows say for registrations.forecast, and what is kept of it (O4)."""

"""Forms of speakers and organizers."""

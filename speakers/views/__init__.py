"""Pages: talks for everybody, a speaker's own, and what the audience says."""

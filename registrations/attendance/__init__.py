"""Who comes: kinds of people by month, and how the evenings went one after the other (O6)."""

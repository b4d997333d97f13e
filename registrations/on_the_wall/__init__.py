"""What hangs at the entrance: check-in by oneself, tickets, the list for the security."""

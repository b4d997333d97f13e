"""The sample community: what a trial shows, with invented guests and real talks under CC0."""

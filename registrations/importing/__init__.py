"""Leave Meetup with history (O25): a file becomes people, evenings and who came, or nothing at all.

reading: bytes to rows. heads, mapping: what each column is. lines: a row to one fact, or why not.
known, trying: what would be written. taking, doors: it is written. problems: why a line was not.
"""

"""The HTTP interface of the archive: messages, channels, search, similarity and events.

Must never write to the database: every session it opens is read-only.
"""

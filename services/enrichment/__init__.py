"""The background worker that completes archived messages.

Must never write messages.content or any other column that the processor owns.
"""

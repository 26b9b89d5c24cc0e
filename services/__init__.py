"""The services of the platform: api, processor, enrichment.

Must never import one another: they meet in the database only.
"""

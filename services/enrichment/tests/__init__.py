"""Tests of the enrichment, on real databases.

Must never need another service to run.
"""

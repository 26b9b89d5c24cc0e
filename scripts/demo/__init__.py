"""The parts of scripts/seed_demo.py: texts, their world, the archive of both, its loading.

Nothing here is imported by a service.
"""

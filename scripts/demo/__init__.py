"""The parts of scripts/seed_demo.py: texts, the world they speak of, the archive made of both, and its loading.

Nothing here is imported by a service.
"""

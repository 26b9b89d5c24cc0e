"""Code that several parts of the platform share, by language.

Must never import a service.
"""

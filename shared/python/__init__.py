"""What every Python service shares: models, settings, database, service life, tests.

Must never import a service, and must do nothing at import time but define.
"""

__version__ = "0.1.0"

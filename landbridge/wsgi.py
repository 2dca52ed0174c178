"""The application for servers that speak WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
application = get_wsgi_application()

# Inner import: models are there only after the line above.
from landbridge.registry import tallies  # noqa: E402

tallies.begin()

"""The addresses of the API, to be included under `api/v1/`."""

from typing import Final

from landbridge.web.api.door import behind_the_door
from landbridge.web.api.service import api, taken

app_name: Final = "api"
urlpatterns: Final = list(behind_the_door(api.urls[0], taken()))

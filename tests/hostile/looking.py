"""Looking at an answer as somebody does who wants to find something in it."""

from typing import Any

from django.test import Client


def ask(stranger: Client, address: str, method: str = "GET", **more: Any) -> tuple[int, str, Any]:
    """Status, text and headers of an answer, also of one that comes in pieces."""
    response: Any = stranger.generic(method, address, **more)
    body = b"".join(response.streaming_content if response.streaming else [response.content])
    for close in response._resource_closers:  # As `close` does, but without the end of the request for the database.
        close()
    return response.status_code, body.decode(errors="replace"), response.headers


def look(stranger: Client, address: str, **more: Any) -> str:
    """The text of an answer."""
    return ask(stranger, address, **more)[1]

"""Pages that tell what the network is, how to use it, and who may do what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from landbridge.cooperation.criteria import WEIGHTS
from landbridge.formats.library import FORMATS
from landbridge.web.labels import said, side
from landbridge.web.rights import groups, meanings


def about(request: HttpRequest) -> HttpResponse:
    """What this is, and the kinds of record it holds."""
    formats = [(name, said(model.plural), said(model.about), side(name)) for name, model in FORMATS.items()]
    return render(request, "about.html", {"formats": formats})


def help_page(request: HttpRequest) -> HttpResponse:
    """How to use it."""
    return render(request, "help.html", {"criteria": list(WEIGHTS)})


def permissions(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table that the program itself obeys."""
    shown = list(groups())
    held = [one for _, roles in shown for one in roles]
    return render(request, "permissions.html", {"groups": shown, "rights": list(meanings(held))})

"""The results of a search: as a page, and as JSON, CSV or a feed at the same address."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from landbridge.search.query import BadQuery, Query, Results, search
from landbridge.web import asked
from landbridge.web.templatetags.landbridge import reader_language
from landbridge.web.views import feeds


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Answer a search; `format` chooses another form than the page."""
    query = asked.query_of(request)
    form = request.GET.get("format", "")
    if form in feeds.FORMS:
        query = replace(query, limit=100)
    try:
        found = search(query, language=reader_language())
    except BadQuery as problem:
        return _refused(request, query, problem)
    if form in feeds.FORMS:
        return feeds.FORMS[form](request, query, found)
    return _page(request, query, found)


def _page(request: HttpRequest, query: Query, found: Results) -> HttpResponse:
    return render(
        request,
        "results.html",
        {
            "query": query,
            "results": found,
            "facets": asked.facets_of(request, found),
            "active": asked.active_filters(request),
        },
    )


def _refused(request: HttpRequest, query: Query, problem: BadQuery) -> HttpResponse:
    """What was typed stays; the message names the parameter and the remedy."""
    page = {"query": query, "problem": problem, "active": asked.active_filters(request)}
    return render(request, "results.html", page, status=400)


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """What is new, newest first."""
    query = replace(asked.query_of(request), sort="newest")
    try:
        return _page(request, query, search(query, language=reader_language()))
    except BadQuery as problem:
        return _refused(request, query, problem)

"""Webhooks: registered, tried, turned on again and removed, with what was sent last."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from landbridge.exchange.models import Delivery, Webhook
from landbridge.exchange.out import webhooks
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.registry.queries import Unknown
from landbridge.web.forms import keeping
from landbridge.web.key_forms import WebhookForm
from landbridge.web.labels import format_name
from landbridge.web.people import account_of, actor_of, signed_in
from landbridge.web.states import verb_done

ADDRESS: Final = "/account/webhooks"
SHOWN: Final = 5
"""Messages of each webhook that the page shows."""


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """One's webhooks."""
    return _page(request)


def hooks(request: HttpRequest) -> HttpResponse:
    """The page of webhooks, which also takes its form."""
    return register(request) if request.method == "POST" else overview(request)


def _page(request: HttpRequest, form: WebhookForm | None = None, made: Webhook | None = None) -> HttpResponse:
    hooks = list(webhooks.of(actor_of(request)))
    page = {"hooks": _lines(hooks), "form": form or WebhookForm(), "made": made}
    return render(request, "webhooks/overview.html", page, status=400 if form is not None and form.errors else 200)


def _lines(hooks: Sequence[Webhook]) -> list[dict[str, Any]]:
    sent = webhooks.newest_deliveries(hooks, SHOWN)
    return [
        {
            "hook": hook, "formats": [format_name(name) for name in hook.formats],
            "verbs": [verb_done(verb) for verb in hook.verbs],
            "sent": [(one, _what(one)) for one in sent.get(hook.pk, ())],
        }
        for hook in hooks
    ]  # fmt: skip


def _what(delivery: Delivery) -> str:
    verb = str(delivery.body.get("verb", ""))
    return gettext("Test") if verb == webhooks.TEST else verb_done(verb)


@keeping
@require_POST
@signed_in
def register(request: HttpRequest) -> HttpResponse:
    """Register an address, and show its secret this once."""
    account, form = account_of(request), WebhookForm(request.POST)
    if account is None or not form.is_valid():
        return _page(request, form)
    told = form.cleaned_data
    try:
        made = webhooks.register(
            actor=actor_of(request), account=account, to=webhooks.checked(told["url"]), formats=told["formats"],
            verbs=told["verbs"],
        )  # fmt: skip
    except Failed:
        form.add_error("url", gettext("No host of this name is known."))
    except Unsafe:
        form.add_error("url", gettext("This must be an https address of a host in the open Internet."))
    except ValueError:
        form.add_error(None, gettext("There are too many webhooks already. Remove one first."))
    else:
        return _page(request, made=made)
    return _page(request, form)


@require_POST
@signed_in
def act(request: HttpRequest, webhook: str, what: str) -> HttpResponse:
    """Send a test, turn on again, or remove."""
    acts = {
        "test": (webhooks.send_test, gettext("A test is on its way. Look again in a moment.")),
        "on": (webhooks.turn_on, gettext("It is turned on again.")),
        "remove": (webhooks.remove, gettext("The webhook is removed.")),
    }
    do, said = acts[what]
    try:
        do(actor=actor_of(request), webhook_id=int(webhook))
    except Unknown:
        raise Http404 from None
    messages.success(request, said)
    return HttpResponseRedirect(ADDRESS)

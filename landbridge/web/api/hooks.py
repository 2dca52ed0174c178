"""Webhooks for programs: what the page `/account/webhooks` does, for services, which open no pages."""

from typing import Annotated, Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from landbridge.exchange.models import Webhook
from landbridge.exchange.out import webhooks
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.parties.tokens import Scope
from landbridge.web.api import written
from landbridge.web.api.answers import JSON, prepared
from landbridge.web.api.caller import Caller, require
from landbridge.web.api.gate import admitted, perform, writes
from landbridge.web.api.problems import invalid
from landbridge.web.api.working import PRIVATE, read
from landbridge.web.api.writing import takes

router = Router(tags=["webhooks"])
Number = Annotated[int, Field(ge=1, le=2**62)]
_SCOPED: Final = {"security": [{"key": [Scope.WEBHOOKS.value]}]}


def _line(one: Webhook, secret: str | None = None) -> dict[str, Any]:
    return {
        "id": one.pk, "url": one.url, "formats": one.formats, "verbs": one.verbs, "created_at": one.created_at,
        "failures": one.failures, "disabled_at": one.disabled_at, "secret": secret,
    }  # fmt: skip


def _answer(body: Any, status: int = 200) -> HttpResponse:
    response = prepared(orjson.dumps(body), JSON, PRIVATE)
    response.status_code = status
    return response


@router.get("/webhooks", response=written.WebhookList, operation_id="webhooks", summary="List webhooks",
            openapi_extra=_SCOPED)  # fmt: skip
def every(request: HttpRequest) -> HttpResponse:
    """The webhooks of the key's account, without their secrets."""
    caller = require(request, Scope.WEBHOOKS)
    return _answer({"webhooks": [_line(one) for one in webhooks.of(caller.actor)]})


@router.post("/webhooks", response={201: written.WebhookLine}, operation_id="create_webhook",
             summary="Register a webhook", openapi_extra=takes(Scope.WEBHOOKS, "NewWebhook"))  # fmt: skip
def create_webhook(request: HttpRequest) -> HttpResponse:
    """Be told of changes from now on, at an https address. The secret in the answer is told this once: messages are
    signed with it as the Standard Webhooks scheme has it."""
    caller, sent = admitted(request, Scope.WEBHOOKS), read(request, written.NewWebhook)
    try:
        to = webhooks.checked(sent.url)  # A name server may take its time, so it is asked before the transaction.
    except (Unsafe, Failed) as problem:
        raise invalid("url", str(problem), "address") from None
    return perform(request, caller, lambda: _registered(caller, to, sent))


def _registered(caller: Caller, to: webhooks.Address, sent: written.NewWebhook) -> HttpResponse:
    try:
        made = webhooks.register(
            actor=caller.actor, account=caller.token.account, to=to, formats=sent.formats, verbs=sent.verbs
        )
    except ValueError as problem:
        raise invalid("formats", str(problem)) from None
    return _answer(_line(made, made.secret), 201)


@router.delete("/webhooks/{webhook_id}", response={204: None}, operation_id="delete_webhook",
               summary="Remove a webhook", openapi_extra=_SCOPED)  # fmt: skip
@writes(Scope.WEBHOOKS)
def delete_webhook(request: HttpRequest, webhook_id: Path[Number]) -> HttpResponse:
    """Forget a webhook with all that waits to be sent to it."""
    webhooks.remove(actor=require(request, Scope.WEBHOOKS).actor, webhook_id=webhook_id)
    return HttpResponse(status=204)

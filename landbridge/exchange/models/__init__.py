"""What the exchange room keeps: webhooks, the network of nodes, sources of records, notifications between systems."""

from landbridge.exchange.models.hooks import Delivery, Passage, Webhook
from landbridge.exchange.models.network import Exchange, NodeKey, Peer, Quarantined, Received, Statement
from landbridge.exchange.models.notify import Notification
from landbridge.exchange.models.sources import Likeness, Refusal, Source, SourceItem, SourceRun, Step

__all__ = [
    "Delivery", "Exchange", "Likeness", "NodeKey", "Notification", "Passage", "Peer", "Quarantined", "Received",
    "Refusal", "Source", "SourceItem", "SourceRun", "Statement", "Step", "Webhook",
]  # fmt: skip

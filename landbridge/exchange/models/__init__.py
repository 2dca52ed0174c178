"""What the exchange room keeps: webhooks, the network of nodes, sources of records, notifications between systems."""

from landbridge.exchange.models.annotations import About
from landbridge.exchange.models.bundles import BundleJob, Word, WorkRight, WorkTaken
from landbridge.exchange.models.dois import Doi
from landbridge.exchange.models.hooks import Delivery, Passage, Webhook
from landbridge.exchange.models.likeness import Trait, TraitKey
from landbridge.exchange.models.network import (
    Exchange,
    NodeKey,
    Nonce,
    Peer,
    Quarantined,
    Received,
    Statement,
    ThisNode,
    WantedFile,
)
from landbridge.exchange.models.notify import Notification, NotifyOrigin
from landbridge.exchange.models.oai import OaiClock, OaiRecord
from landbridge.exchange.models.sources import Likeness, Refusal, Source, SourceItem, SourceRun, Step

__all__ = [
    "About", "BundleJob", "Delivery", "Doi", "Exchange", "Likeness", "NodeKey", "Nonce", "Notification",
    "NotifyOrigin", "OaiClock", "OaiRecord", "Passage", "Peer", "Quarantined", "Received", "Refusal", "Source",
    "SourceItem", "SourceRun", "Statement", "Step", "ThisNode", "Trait", "TraitKey", "WantedFile", "Webhook",
    "Word", "WorkRight", "WorkTaken",
]  # fmt: skip

"""Forms of all formats, from the format alone: answers to fields, posted fields to answers, in any language."""

from landbridge.web.forms.held import keeping

__all__ = ["keeping"]

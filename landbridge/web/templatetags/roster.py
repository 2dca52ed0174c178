"""Words of the roster in templates."""

from django import template

from landbridge.web.labels import choice_name

register = template.Library()
register.filter("choice_name", choice_name)

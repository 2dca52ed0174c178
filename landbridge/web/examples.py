"""Real examples to press, in the reader's language, so that nobody faces an empty field."""

from django.utils.translation import gettext


def examples(kind: str) -> list[str]:
    """Three examples of a `need` or an `offer`."""
    if kind == "offer":
        return [
            gettext("We train park rangers in camera trapping and monitoring, in French and English"),
            gettext("Our laboratory can identify species by DNA barcoding free of charge"),
            gettext("We have ten years of experience in restoring mangroves with coastal communities"),
        ]
    return [
        gettext("We need training to control invasive plants in our lakes"),
        gettext("Low-cost ways to monitor coral reefs with fishing communities in small islands"),
        gettext("How can we restore degraded dry forest without irrigation?"),
    ]

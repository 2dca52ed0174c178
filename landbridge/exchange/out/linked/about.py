"""What the node says of itself in the descriptions that it gives to others."""

from collections.abc import Mapping
from typing import Final

ABOUT: Final[Mapping[str, str]] = {
    "en": "Needs, technologies, offers, organisations and experts for technology transfer and technical and scientific "
          "cooperation under the Convention on Biological Diversity.",
    "ar": "احتياجات وتكنولوجيات وعروض ومنظمات وخبراء لنقل التكنولوجيا والتعاون التقني والعلمي في إطار "
          "الاتفاقية المتعلقة بالتنوع البيولوجي.",
    "es": "Necesidades, tecnologías, ofertas, organizaciones y expertos para la transferencia de tecnología y la "
          "cooperación científica y técnica en el marco del Convenio sobre la Diversidad Biológica.",
    "fr": "Besoins, technologies, offres, organisations et experts pour le transfert de technologie et la coopération "
          "technique et scientifique au titre de la Convention sur la diversité biologique.",
    "ru": "Потребности, технологии, предложения, организации и эксперты для передачи технологии и научно-технического "
          "сотрудничества в рамках Конвенции о биологическом разнообразии.",
    "zh": "《生物多样性公约》下技术转让和科学技术合作的需求、技术、提供、组织和专家。",
}  # fmt: skip
"""What the node holds, in the words of the Convention."""
RIGHTS: Final[Mapping[str, str]] = {
    "en": "Each record carries its own licence; reuse is welcome.",
    "ar": "لكل سجل رخصته الخاصة، وإعادة الاستخدام موضع ترحيب.",
    "es": "Cada registro tiene su propia licencia; la reutilización es bienvenida.",
    "fr": "Chaque fiche porte sa propre licence ; la réutilisation est la bienvenue.",
    "ru": "Каждая запись имеет собственную лицензию; повторное использование приветствуется.",
    "zh": "每条记录都有自己的许可证；欢迎再利用。",
}
"""What may be done with what is here."""

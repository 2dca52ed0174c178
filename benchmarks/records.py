"""The same multilingual records and questions for every benchmark, drawn from a seed.

Texts are sentences of our own small word lists and of the vocabularies' labels, in six languages: Chinese without
spaces, Arabic with its prefixes, French with its apostrophes. For each question it is known which records hold the
asked words.
"""

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
TYPES = ("technology", "offer", "programme", "resource", "case_study", "need")
LABELS = ("technologies", "threats", "topics", "ecosystems", "themes", "species")
WORDS = {
    "en": "village coast training survey nursery women's farmer's low-cost restore monitor seedlings riverbank soil "
    "shade market cooperative laboratory field guide sensors harvest border season community's reef grazing compost "
    "irrigation mapping wardens budget pilot lessons children's fences pollinators drought flood salt wind dune",
    "es": "aldea costa formación vivero campesino económico restaurar vigilancia plántulas ribera suelo sombra mercado "
    "cooperativa laboratorio guía cosecha frontera estación comunidad arrecife pastoreo riego cartografía guardas "
    "presupuesto lección niñas polinización sequía inundación salinización año montaña pequeño búsqueda",
    "fr": "village côte formation pépinière l'eau d'arbres l'érosion d'élevage l'agriculteur économique restaurer "
    "surveillance forêt ombre marché coopérative laboratoire guide récolte frontière saison communauté récif pâturage "
    "compostage l'irrigation cartographie gardes leçon sécheresse inondation d'été l'île côtière élève bénéfice",
    "ru": "деревня побережье обучение питомник дешёвый восстановление наблюдение саженцы берег почва тень рынок "
    "кооператив лаборатория руководство датчики урожай граница сезон община риф выпас компост орошение карта егеря "
    "бюджет урок дети опылители засуха наводнение соль ветер озеро",
    "zh": "村庄 海岸 培训 苗圃 低成本 恢复 监测 幼苗 河岸 土壤 遮阴 市场 合作社 实验室 指南 "
    "传感器 收获 边界 季节 社区 珊瑚礁 放牧 "
    "堆肥 灌溉 测绘 护林员 预算 经验 儿童 传粉 干旱 洪水 盐碱 沙丘 湖泊 农民 妇女",
    "ar": "قرية ساحل تدريب مشتل مزارع رخيص استعادة مراقبة شتلات ضفة تربة ظل سوق تعاونية مختبر دليل "
    "أجهزة حصاد حدود موسم "
    "مجتمع شعاب رعي سماد ري خرائط حراس ميزانية درس أطفال ملقحات جفاف فيضان ملح رياح",
}
JOINING = {
    "en": "with for in and", "es": "con para en y", "fr": "avec pour dans et", "ru": "с для в и", "zh": "和 在 为",
    "ar": "مع في من",
}  # fmt: skip
PREFIXES = ("", "", "ال", "وال", "بال")


@dataclass(frozen=True)
class Made:
    """A record, and its text as one that looks for words has it."""

    id: str
    format: str
    language: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        return f"{self.data['title'][self.language]} {self.data['summary'][self.language]}"

    def line(self) -> dict[str, Any]:
        return {"format": self.format, "id": self.id, "language": self.language, "data": self.data}


@cache
def lexicon(language: str) -> tuple[list[str], list[str]]:
    """(own words, labels of the vocabularies) of a language."""
    labels = [label for name in LABELS for term in vocabulary(name) for label in term.labels.get(language, ())]
    return WORDS[language].split(), sorted({label for label in labels if len(label) < 60})


@cache
def _ids(name: str) -> list[str]:
    return [term.id for term in vocabulary(name)]


def _skewed(random_: random.Random, choices: list[str]) -> str:
    """Some are frequent, most are rare, as words are."""
    return choices[int(len(choices) * random_.random() ** 2)]


def sentence(random_: random.Random, language: str, parts: int) -> str:
    """A sentence of so many parts: words, labels, and what joins them."""
    own, labels = lexicon(language)
    joining = JOINING[language].split()
    said = []
    for _ in range(parts):
        chance = random_.random()
        part = (
            random_.choice(own)
            if chance < 0.5
            else _skewed(random_, labels)
            if chance < 0.85
            else random_.choice(joining)
        )
        said.append(random_.choice(PREFIXES) + part if language == "ar" and chance < 0.5 else part)
    return ("" if language == "zh" else " ").join(said) + ("。" if language == "zh" else ".")


def made(number: int, seed: int = 2026) -> Made:
    """The record of this number; it is the same in every run."""
    random_ = random.Random(seed * 1_000_003 + number)
    language = random_.choice(LANGUAGES)
    data = {
        "title": {language: sentence(random_, language, 5).rstrip(".。")},
        "summary": {language: sentence(random_, language, 28)},
        "places": random_.sample(_ids("countries"), random_.choice((1, 1, 2, 3))),
        "ecosystems": random_.sample(_ids("ecosystems"), 1),
        "themes": random_.sample(_ids("themes"), 2),
        "support_types": random_.sample(_ids("support_types"), 2),
    }
    format_name = random_.choice(TYPES)
    known = FORMATS[format_name].model_fields
    return Made(f"bench-{number}", format_name, language, {name: data[name] for name in data if name in known})


def every(count: int) -> Iterator[Made]:
    """So many records."""
    return map(made, range(count))


def need(number: int, seed: int = 77) -> tuple[str, str, str]:
    """A need in free text: (text of about 25 words, language, place)."""
    random_ = random.Random(seed * 1_000_003 + number)
    language = random_.choice(LANGUAGES)
    return sentence(random_, language, 20), language, random_.choice(_ids("countries"))


def folded(text: str) -> str:
    """Without accents and case, as one types in a hurry; what Arabic and Chinese write stays."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f"))


def words(text: str) -> set[str]:
    """The folded words of a text; an apostrophe or a hyphen also parts two words."""
    whole = set(re.findall(r"[\w'’-]+", folded(text)))
    return whole | set(re.findall(r"\w+", folded(text)))


@dataclass(frozen=True)
class Question:
    """What is asked: words, and at most one filter; and which records hold all its words."""

    kind: str
    text: str
    filters: dict[str, str] = field(default_factory=dict)
    holding: frozenset[str] = frozenset()


KINDS = {
    "plain": 50,
    "accents left out": 30,
    "accents": 20,
    "Chinese in a sentence": 30,
    "apostrophe": 30,
    "filter": 40,
}


def questions(records: Iterable[Made], count: int = 200, seed: int = 5) -> list[Question]:
    """Questions over these records, each with between 1 and 300 records that hold its words."""
    random_ = random.Random(seed)
    texts = {one.id: one for one in records}
    index = _Index(texts.values())
    asked: list[Question] = []
    ids = sorted(texts)
    for kind, share in KINDS.items():
        wanted, seen = max(1, share * count // sum(KINDS.values())), set()
        while len(seen) < wanted:
            question = _question(random_, kind, texts[random_.choice(ids)], index)
            if question and question.text not in seen and 1 <= len(question.holding) <= 300:
                seen.add(question.text)
                asked.append(question)
    random_.shuffle(asked)
    return asked


class _Index:
    """Which records hold a word, to know what must be found."""

    def __init__(self, records: Iterable[Made]) -> None:
        self.words: dict[str, set[str]] = defaultdict(set)
        self.chinese: dict[str, str] = {}
        self.records: dict[str, Made] = {}
        for one in records:
            self.records[one.id] = one
            if one.language == "zh":
                self.chinese[one.id] = f"{one.data['title']['zh']}\n{one.data['summary']['zh']}"
            for word in words(one.text):
                self.words[word].add(one.id)

    def holding(self, text: str) -> set[str]:
        if re.search(r"[\u3400-\u9fff]", text):
            return {key for key, whole in self.chinese.items() if text in whole}
        found = [self.words.get(word, set()) for word in folded(text).split()]
        return set.intersection(*found) if found else set()


def _question(random_: random.Random, kind: str, one: Made, index: _Index) -> Question | None:
    if (kind == "Chinese in a sentence") != (one.language == "zh") and kind != "filter":
        return None
    text = _chinese(random_, one) if one.language == "zh" else _two_words(random_, kind, one)
    if not text:
        return None
    holding, filters = index.holding(text), {}
    if kind == "filter":
        name, value = random_.choice(
            [("type", one.format), ("place", one.data["places"][0]), ("language", one.language)]
        )
        filters = {name: value}
        holding = {key for key in holding if _passes(index.records[key], name, value)}
    return Question(kind, text, filters, frozenset(holding))


def _passes(one: Made, name: str, value: str) -> bool:
    return value in {"type": (one.format,), "place": one.data["places"], "language": (one.language,)}[name]


def _chinese(random_: random.Random, one: Made) -> str:
    """Two to four signs from inside of a sentence: words that stand side by side without a space."""
    own, labels = lexicon("zh")
    found = [word for word in own + labels if 2 <= len(word) <= 4 and word in one.text and not word.isascii()]
    return random_.choice(found) if found else ""


def _two_words(random_: random.Random, kind: str, one: Made) -> str:
    found = [word.strip(".,;:()") for word in one.text.split()]
    found = [word for word in found if len(word) > 3 and re.fullmatch(r"[\w'’]+", word)]
    if kind == "apostrophe":
        first = [word for word in found if "'" in word or "’" in word]
    elif kind.startswith("accents"):
        first = [
            word
            for word in found
            if one.language in ("es", "fr") and folded(word) != word.casefold() and "'" not in word
        ]
    else:
        first = [word for word in found if "'" not in word]
    if not first or len(found) < 2:
        return ""
    chosen = dict.fromkeys([random_.choice(first), random_.choice(found)])
    text = " ".join(chosen)
    return folded(text) if kind == "accents left out" else text

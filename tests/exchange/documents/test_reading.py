"""Other people's documents: what answers a question by its label, what is text, what could not be read."""

import io
from typing import Any

import pytest
from docx import Document

from landbridge.exchange.documents.filling import Filled, fill
from landbridge.exchange.documents.workshop import read
from landbridge.lib.languages import LANGUAGES
from landbridge.search.understand import detect
from landbridge.web.papers import unread, words_of


def filled(content: bytes, format: str = "need") -> Filled:
    return fill(read(content), words_of, detect, format)


def saved(document: Any) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def pdf(*pages: str) -> bytes:
    """A PDF with one line of Latin text a page; an empty text makes a page without one."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET" if text else ""
        fonts = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        page = f"/Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {number + 1} 0 R {fonts}"
        objects.append(f"<< {page} >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>"
    return f"{body}{end}\nstartxref\n{len(body)}\n%%EOF".encode("latin-1")


def test_headings_and_lines_and_rows_answer_questions_in_their_language() -> None:
    document = Document()
    document.add_heading("Titre", 1)
    document.add_paragraph("Restaurer la mangrove du delta")
    document.add_heading("2. Résumé", 2)
    document.add_paragraph("Les femmes veulent replanter les palétuviers.")
    document.add_paragraph("Pays et régions : Sénégal ; Gambie")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Urgence", "Cette année"
    table.cell(1, 0).text, table.cell(1, 1).text = "Numéro du dossier", "4711"
    document.add_heading("Contexte", 1)
    document.add_paragraph("La marée est montée.")
    made = filled(saved(document))
    assert made.language == "fr"
    assert made.answers["title"] == {"fr": "Restaurer la mangrove du delta"}
    assert made.answers["summary"] == {"fr": "Les femmes veulent replanter les palétuviers."}
    assert made.answers["places"] == ["SEN", "GMB"]
    assert "Numéro du dossier: 4711" in made.text and "La marée est montée." in made.text
    assert ("unknown-label", "Numéro du dossier") in [(one.code, one.what) for one in made.unread]


def test_what_a_question_cannot_take_is_told_with_its_text_and_not_lost() -> None:
    document = Document()
    document.add_paragraph("Title: Reefs")
    document.add_paragraph("Countries and regions: Atlantis")
    document.add_paragraph("Expected results: many")
    document.add_paragraph("Budget: USD 15,000")
    made = filled(saved(document))
    assert made.answers == {"title": {"en": "Reefs"}, "budget": {"amount": "15000", "currency": "USD"}}
    assert [one.code for one in made.unread] == ["unknown-term", "no-box"]
    assert "Atlantis" in unread(made.unread[0])
    assert "Countries and regions: Atlantis" in made.text and "Expected results: many" in made.text


def test_pictures_and_remarks_are_told_and_deleted_text_is_not_read(tmp_path: Any) -> None:
    document = Document()
    document.add_paragraph("Kept text about reefs.")
    deleted = document.add_paragraph("Gone text.")
    run = deleted.runs[0]._r
    from docx.oxml import OxmlElement

    wrapper = OxmlElement("w:del")
    run.addprevious(wrapper)
    wrapper.append(run)
    picture = document.add_paragraph().add_run()._r
    picture.append(OxmlElement("w:drawing"))
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(content)
    content.append(document.add_paragraph("Inside a content control.")._p)
    document.element.body.insert(0, control)
    made = filled(saved(document))
    assert made.text == "Inside a content control.\n\nKept text about reefs."
    assert [one.code for one in made.unread] == ["pictures"]


def test_a_workbook_of_labels_and_answers() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Title", "Reefs of Fiji"], ["Countries and regions", "Fiji", "Tonga"], ["How many people", 1200],
                ["Internal number", 7]):  # fmt: skip
        sheet.append(row)
    made = filled(saved(book))
    assert made.answers == {"title": {"en": "Reefs of Fiji"}, "places": ["FJI", "TON"], "beneficiary_count": 1200}
    assert [(one.code, one.what) for one in made.unread] == [("unknown-label", "Internal number")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_known_in_every_language(language: str) -> None:
    """Whatever the language of the text: here the labels are in one language and the text is in English."""
    said = words_of(language).said
    document = Document()
    document.add_heading(said("Title"), 1)
    document.add_paragraph("Reefs of the lagoon")
    document.add_heading(f"3. {said('Causes')}:", 2)
    document.add_paragraph("The water is too warm for the corals and the fish have gone.")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = said("Kinds of support wanted"), "training"
    table.cell(1, 0).text, table.cell(1, 1).text = f"{said('Do not show who asks')} *", said("Yes")
    made = filled(saved(document))
    wanted = {"support_types": ["training"], "title": {made.language: "Reefs of the lagoon"}}
    assert {name: made.answers.get(name) for name in wanted} == wanted
    assert made.answers["causes"][made.language].startswith("The water")
    assert made.unread == [] and made.text == ""
    assert made.answers["anonymous"] is True


def test_a_table_within_a_table_is_read_once() -> None:
    document = Document()
    outer = document.add_table(rows=1, cols=1).cell(0, 0)
    outer.paragraphs[0].text = "Outer words"
    inner = outer.add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "Title", "Reefs"
    made = filled(saved(document))
    assert made.answers == {"title": {"en": "Reefs"}}
    assert made.text == "Outer words"


def test_of_a_table_of_records_the_first_is_read_and_the_others_are_told() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Title", "Summary", "Countries and regions", "Owner"], ["Reefs", "We count.", "Fiji; Tonga", "me"],
                ["Lakes", "We wait.", "Kenya", "you"], ["Hills", "", "", ""]):  # fmt: skip
        book.active.append(row)
    made = filled(saved(book))
    assert made.answers == {"title": {"en": "Reefs"}, "summary": {"en": "We count."}, "places": ["FJI", "TON"]}
    assert [(one.code, one.what) for one in made.unread] == [("more-records", "3"), ("unknown-label", "Owner")]
    assert unread(made.unread[0]).endswith("it has 3.")


def test_pages_of_a_pdf_and_those_without_text() -> None:
    made = filled(pdf("Title: Reefs of Fiji", "", "", "We want to count the fish of our reef.", ""))
    assert made.answers == {"title": {"en": "Reefs of Fiji"}}
    assert made.text == "We want to count the fish of our reef."
    assert [(one.code, one.what) for one in made.unread] == [("pages", "2-3, 5")]
    assert "2-3, 5" in unread(made.unread[0])


def test_a_node_that_serves_loads_no_library_of_documents() -> None:
    """They live in the processes that parse and draw, and end with them."""
    import subprocess
    import sys

    program = (
        "import os, sys, tempfile; os.environ['DJANGO_SETTINGS_MODULE'] = 'landbridge.settings';"
        "os.environ['LANDBRIDGE_DATA'] = tempfile.mkdtemp(); import django; django.setup();"
        "import landbridge.web.views.guided, landbridge.web.views.papers;"
        "print(sorted({'docx', 'openpyxl', 'pypdf'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")

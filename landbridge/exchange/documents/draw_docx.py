"""A form as a text document: sections, and in each a table of questions and answers.

The cell of each question carries a bookmark with the path of its box. People write into the other cell, so that the
bookmark stays, in Word as in LibreOffice.
"""

import io
from collections.abc import Mapping
from typing import Any, Final

from docx import Document
from docx.document import Document as Text
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from landbridge.exchange.documents.marks import bookmark, line_of

_SOFT: Final = RGBColor(0x5A, 0x5F, 0x5B)
_LABEL_WIDTH: Final = 3600
_ANSWER_WIDTH: Final = 5900
"""Twentieths of a point."""
_EMU: Final = 635
"""English metric units in one of them."""


def draw(paper: Mapping[str, Any]) -> bytes:
    """The bytes of the document."""
    document = Document()
    rtl = paper["direction"] == "rtl"
    document.core_properties.title = paper["title"]
    document.core_properties.author = "Landbridge"
    document.core_properties.comments = ""
    document.core_properties.language = paper["mark"]["language"]
    _turn(document.add_heading(paper["title"], 0), rtl)
    _turn(document.add_paragraph(f"{paper['about']} {paper['how']}"), rtl)
    number = 0
    for section in paper["sections"]:
        _turn(document.add_heading(section["title"], 1), rtl)
        number = _section(document, section["boxes"], rtl, number)
    mark = paper["mark"]
    closing = document.add_paragraph()
    _run(closing, f"{paper['leave']} {line_of(mark)}", soft=True)
    _turn(closing, rtl)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _section(document: Text, boxes: Any, rtl: bool, number: int) -> int:
    table = document.add_table(rows=len(boxes), cols=2, style="Table Grid")
    table.autofit = False
    if rtl:
        table._tbl.tblPr.append(OxmlElement("w:bidiVisual"))
    for column, width in zip(table.columns, (_LABEL_WIDTH, _ANSWER_WIDTH), strict=True):
        column.width = width * _EMU
    cells = table._cells
    for row, box in enumerate(boxes):
        number += 1
        label, answer = cells[2 * row], cells[2 * row + 1]
        for cell, width in ((label, _LABEL_WIDTH), (answer, _ANSWER_WIDTH)):
            cell._tc.width = width * _EMU
        _question(label, box, rtl, number)
        _answer(answer, box)
    return number


def _question(cell: Any, box: Mapping[str, Any], rtl: bool, number: int) -> None:
    paragraph = cell.paragraphs[0]
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), bookmark(box["path"]))
    paragraph._p.append(start)
    _run(paragraph, box["label"], bold=True)
    paragraph._p.append(end)
    _turn(paragraph, rtl)
    if box["help"]:
        help_ = cell.add_paragraph()
        _run(help_, box["help"], soft=True)
        _turn(help_, rtl)


def _answer(cell: Any, box: Mapping[str, Any]) -> None:
    """A paragraph a line; a text of paragraphs keeps its empty lines."""
    lines = box["value"].split("\n")
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        _run(paragraph, line)
        _turn(paragraph, box["direction"] == "rtl")


def _run(paragraph: Any, text: str, *, bold: bool = False, soft: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold = bold or None
    if soft:
        run.font.size = Pt(8.5)
        run.font.color.rgb = _SOFT


def _turn(paragraph: Any, rtl: bool) -> None:
    """Let a paragraph run from right to left, and its runs use the fonts of such scripts."""
    if not rtl:
        return
    paragraph._p.get_or_add_pPr().insert_element_before(
        OxmlElement("w:bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
        "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap",
        "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
    )  # fmt: skip
    for run in paragraph.runs:
        run.font.rtl = True

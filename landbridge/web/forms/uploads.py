"""Files that come in with a form: none is stored beyond the limit, and each refusal says what to do."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext

from landbridge.registry.files import LARGEST, Kept, keep
from landbridge.registry.sniffing import Refused
from landbridge.registry.writing import Actor

_TOO_LARGE = "_upload_too_large"


class LimitedUpload(FileUploadHandler):
    """Lets go of a file that grows beyond the limit, and goes on with the other fields: what was typed is kept."""

    def new_file(self, *args: Any, **named: Any) -> None:
        """Counts from nothing for each file."""
        super().new_file(*args, **named)
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Passes the chunk on to the next handler."""
        self.size += len(raw_data)
        if self.size > LARGEST:
            if self.request is not None:
                setattr(self.request, _TOO_LARGE, True)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""
        return


def refusal(code: str) -> str:
    """Why a file was not taken, and what to do."""
    return {
        "too-large": gettext(
            "The file is larger than 20 MB. Make it smaller, or put it elsewhere and add its address."
        ),
        "too-much": gettext("You have brought in many files today. Go on tomorrow."),
        "empty": gettext("The file is empty."),
        "unknown-kind": gettext(
            "Files of this kind are not taken. Use PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, WebP, CSV or TXT."
        ),
        "wrong-ending": gettext("The ending of the name does not fit what the file is."),
        "macros": gettext("The document holds programs (macros) or other files. Save it without them."),
        "active": gettext("The file runs or fetches something when it is opened. Save it as a plain document."),
        "not-text": gettext("The text is not in UTF-8. Save it as UTF-8 and try again."),
    }.get(code) or gettext("The file is damaged, or holds more than it shows. Save it anew and try again.")


def bring(request: HttpRequest, name: str, actor: Actor) -> Kept | str | None:
    """The file of a control: kept, or why it was refused, or none when there is none."""
    if getattr(request, _TOO_LARGE, False):
        return refusal("too-large")
    file = request.FILES.get(name)
    if not isinstance(file, UploadedFile):
        return None
    try:
        return keep(actor=actor, name=file.name or "", chunks=file.chunks())
    except Refused as refused:
        return refusal(refused.code)

"""Files that come in, held in memory alone.

The usual form parser writes parts over a megabyte to a temporary file. What
comes in here holds children's names for postcodes and dates of birth, and may
not touch the disk before it is pseudonymised.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from api.errors import NotMultipartError, UploadError
from rcc_forecast import __version__

MOST_FILES = 2_000
"""Ten years of twelve tables for fifteen authorities are 1,800."""

_FIELDS = frozenset({"authority"})


class _InMemoryParser(MultiPartParser):
    # 0 means without limit to `SpooledTemporaryFile`; `BodyLimit` bounds the whole.
    spool_max_size = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent.

    Attributes
    ----------
    files : dict of str to bytes
        Content by name.
    authority : str, optional
        Whose it is, where the files do not say.
    """

    files: dict[str, bytes]
    authority: str | None

    @property
    def title(self) -> str:
        """Name of a single file without its ending: a zip may be called after its authority."""
        return PurePosixPath(next(iter(self.files))).stem if len(self.files) == 1 else ""

    @property
    def id(self) -> str:
        """Hash of names and content, of what was said with them, and of the program.

        Another version of the program may read the same bytes better.
        """
        digest = sha256(f"{__version__}\0{self.authority or ''}".encode())
        for name in sorted(self.files):
            digest.update(sha256(name.encode()).digest() + sha256(self.files[name]).digest())
        return digest.hexdigest()[:16]


async def read_upload(request: Request) -> Upload:
    """Read a form with files.

    Raises
    ------
    NotMultipartError
        The request is no multipart form.
    UploadError
        A part is missing, empty or not known, or two files share a name.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise NotMultipartError
    parser = _InMemoryParser(request.headers, request.stream(), max_files=MOST_FILES, max_fields=4)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise UploadError(
            expected=f"a whole multipart form of at most {MOST_FILES:,} files"
        ) from error
    files: dict[str, bytes] = {}
    authority: str | None = None
    for name, part in form.multi_items():
        if isinstance(part, UploadFile):
            # Whatever the part is called, a file in it is meant to be read.
            _add(files, part.filename or "file", await part.read())
        elif isinstance(part, str) and name in _FIELDS:
            authority = part.strip() or None
        else:
            raise UploadError(expected="parts 'file' with a file name, and at most 'authority'")
    if not files:
        raise UploadError(expected="at least one part 'file' that is not empty")
    return Upload(files, authority)


UploadSent = Annotated[Upload, Depends(read_upload)]


def upload_body(*, what: str, example: str, takes_authority: bool = False) -> dict[str, Any]:
    """Describe an upload for the OpenAPI document.

    Parameters
    ----------
    what : str
        The files, in words.
    example : str
        A file's name.
    takes_authority : bool
        Whether a field says whose the files are.
    """
    fields: dict[str, Any] = {
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": what,
        }
    }
    sent: dict[str, Any] = {"file": [example]}
    if takes_authority:
        fields["authority"] = {
            "type": "string",
            "description": "Whose returns they are, where the files do not say: "
            "ONS code, DfE number or name",
        }
        sent["authority"] = "E08000003"
    schema = {
        "type": "object",
        "properties": fields,
        "required": ["file"],
        "additionalProperties": False,
    }
    content = {"multipart/form-data": {"schema": schema, "example": sent}}
    return {"requestBody": {"required": True, "content": content}}


def _add(files: dict[str, bytes], name: str, content: bytes) -> None:
    if name in files:
        raise UploadError(expected="files with different names")
    if content:
        files[name] = content

"""The report on the data that `cartelera eda` wrote, if it did."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

POINTER, FILE = "current", "informe.html"
VERSION = re.compile(r"[0-9a-f]{1,64}")


class Report:
    """Where the latest report is: a pointer in `folder` names the data version it tells of."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self) -> Path | None:
        """The file; None where there is none."""
        try:
            version = (self._folder / POINTER).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        path = self._folder / version / FILE
        return path if VERSION.fullmatch(version) and path.is_file() else None

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The report, or 304 where the browser has it; raises a 404 where there is none."""
        path = self.path()
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        found = path.stat()
        answer = FileResponse(path, headers=dict(headers), stat_result=found)
        if answer.headers["etag"] in request.headers.get("if-none-match", ""):
            kept = {**headers, "etag": answer.headers["etag"]}
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
        return answer

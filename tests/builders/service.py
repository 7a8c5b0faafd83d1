"""The service over a small synthetic region, asked as a program on this machine asks it."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from rcc_forecast.synthetic import synthesise, write_region

MANCHESTER, SALFORD = "E08000003", "E08000006"
THIS_MACHINE = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class SmallRegion:
    """What two councils could send: a zip of returns, a register of homes, children to place."""

    returns: dict[str, bytes]
    homes: bytes
    children: bytes

    @property
    def zip(self) -> bytes:
        """The returns as one zip."""
        return a_zip(self.returns)


@cache
def a_small_region() -> SmallRegion:
    """Two authorities, four returns, some planted faults; made once a process."""
    region = synthesise([MANCHESTER, SALFORD], years=4, seed=7, children=300, fault_rate=0.004)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_region(region, folder)
        wanted = ("header.csv", "episodes.csv", "uasc.csv")
        return SmallRegion(
            returns={
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in sorted(folder.rglob("*.csv"))
                if path.name in wanted
            },
            homes=(folder / "homes.csv").read_bytes(),
            children=(folder / "cohort.csv").read_bytes(),
        )


def a_zip(files: dict[str, bytes]) -> bytes:
    """Files by name as a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def a_service(
    data: Path,
    *,
    api_key: str | None = None,
    caller: str = "127.0.0.1",
    address: str = THIS_MACHINE,
    max_upload_mb: int = 64,
) -> TestClient:
    """The service on a folder, with the caller's address and the name it is asked by."""
    settings = Settings(data=data, api_key=api_key, max_upload_mb=max_upload_mb)
    return TestClient(create_app(settings), base_url=address, client=(caller, 50_000))


def send(service: TestClient, kind: str, name: str, content: bytes, **fields: str) -> str:
    """Upload a file and give the id."""
    answer = service.post(f"/v1/{kind}", files={"file": (name, content)}, data=fields)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


def ask(service: TestClient, kind: str, **body: object) -> str:
    """Ask for a result and give its id."""
    answer = service.post(f"/v1/{kind}", json=body)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])

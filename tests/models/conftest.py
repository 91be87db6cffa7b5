"""A models folder of the test's own, a small model, and a hub on this machine that serves it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chalchitra.models.catalogue import HubSource, ModelEntry, ModelFile

COMMIT = "a" * 40
REPOSITORY = "tests/tiny-model"

# Big enough for the client to read it in more than one piece.
CONTENT = {
    "config.json": b'{"model": "tiny"}',
    "model.bin": bytes(range(256)) * 4096,
    "tokenizer.json": b"{}",
    "README.md": b"not wanted",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder; empty."""
    folder = tmp_path / "models"
    monkeypatch.setenv("CHALCHITRA_MODELS", str(folder))
    return folder


@pytest.fixture
def entry() -> ModelEntry:
    """A model whose weights have a known hash and whose tokenizer has none."""
    return ModelEntry(
        name="tiny",
        kind="whisper",
        format="ctranslate2",
        files=(
            ModelFile(("config.json",), 17, sha256(CONTENT["config.json"])),
            ModelFile(("model.bin",), 1 << 20, sha256(CONTENT["model.bin"])),
            ModelFile(("tokenizer.json",)),
            ModelFile(("preprocessor_config.json",), optional=True),
        ),
        sources=(HubSource(REPOSITORY, COMMIT),),
    )


@pytest.fixture
def source_folder(tmp_path: Path) -> Path:
    """A folder that holds the model's files."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name, data in CONTENT.items():
        (folder / name).write_bytes(data)
    return folder


@dataclass
class FakeHub:
    """The few endpoints of a model hub that a fetch uses, with the ways in which they fail."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: dict(CONTENT))
    others: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """The files of further repositories, by name."""
    commit: str = COMMIT
    commits: set[str] = field(default_factory=set)
    gated: bool = False
    good_token: str | None = None
    repository_there: bool = True
    break_after: int | None = None
    """Close the connection once after this many bytes of a file bigger than that."""
    failing: set[str] = field(default_factory=set)
    """Files whose download ends in status 500."""
    requests: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub, path = self.hub, self.path.split("?")[0]
        hub.requests[f"{self.command} {path}"] += 1
        if not hub.repository_there:
            return self._error(404, "RepoNotFound")
        repository = "/".join(path.removeprefix("/api/models").strip("/").split("/")[:2])
        files = hub.others.get(repository, hub.files)
        api = f"/api/models/{repository}"
        if path == f"{api}/auth-check":
            return None if self._refusal() else self._send(200, b"{}")
        if path.startswith(api):
            revision = path.removeprefix(api).removeprefix("/revision/") or hub.commit
            if revision not in {hub.commit, *hub.commits, "main"}:
                return self._error(404, "RevisionNotFound")
            commit = hub.commit if revision == "main" else revision
            return self._send(200, self._info(commit, files))
        if self._refusal():
            return None
        name = path.rsplit("/", 1)[-1]
        return (
            self._file(name, files[name], body=body)
            if name in files
            else self._error(404, "EntryNotFound")
        )

    def _refusal(self) -> bool:
        """Whether the gate stays shut; it has answered then."""
        hub, token = self.hub, self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hub.gated or (token and token == hub.good_token):
            return False
        self._error(403 if token else 401, "GatedRepo")
        return True

    def _info(self, commit: str, files: dict[str, bytes]) -> bytes:
        siblings = [
            {
                "rfilename": name,
                "size": len(data),
                "blobId": "b" * 40,
                **(
                    {"lfs": {"sha256": sha256(data), "size": len(data), "pointerSize": 1}}
                    if name == "model.bin"
                    else {}
                ),
            }
            for name, data in files.items()
        ]
        return json.dumps({"id": REPOSITORY, "sha": commit, "siblings": siblings}).encode()

    def _file(self, name: str, data: bytes, *, body: bool) -> None:
        hub = self.hub
        start = 0
        if asked := self.headers.get("Range"):
            hub.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").split("-")[0])
        if body and name in hub.failing:
            return self._error(500, "")
        part = data[start:]
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(part)))
        self.send_header("ETag", f'"{sha256(data)}"')
        self.send_header("X-Repo-Commit", hub.commit)
        self.end_headers()
        if not body:
            return None
        if hub.break_after is not None and len(part) > hub.break_after:
            part, hub.break_after = part[: hub.break_after], None
            self.close_connection = True
        self.wfile.write(part)
        return None

    def _error(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def fake_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub on this machine, with no token and no cache of the developer's own."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_STORED_TOKENS_PATH", str(tmp_path / "no-tokens"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    # The client resumes in whole pieces; 10 MB each is more than the test's model has.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 16)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    hub = FakeHub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()

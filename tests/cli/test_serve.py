"""`svtracker serve` as a real process: how it stops, and what it writes while it runs."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.installation import ROOT, WORKED

SECRET = "Alex-Example-07700900123"


class Service:
    """A running `svtracker serve` and what it has logged so far."""

    def __init__(self, url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SVTRACKER_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "svtracker", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env={**environment, "SVTRACKER_DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[dict[str, object]] = []

    def wait_until_it_says(self, words: str) -> None:
        for line in self.process.stderr:
            self.log.append(json.loads(line))
            if words in self.log[-1]["message"]:
                return
        pytest.fail(f"it stopped without saying {words!r}: {self.log}")

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def end(self) -> int:
        self.log += [json.loads(line) for line in self.process.stderr]
        return self.process.wait(timeout=30)


@contextmanager
def serving(url: str) -> Iterator[Service]:
    service = Service(url)
    try:
        service.wait_until_it_says("Uvicorn running on")
        yield service
    finally:
        service.process.kill()
        service.process.wait()
        service.process.stdout.close()
        service.process.stderr.close()


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        got = connection.recv(1)
        assert got, head
        head += got
    return head


def read_rest(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_running_request_is_finished_before_it_stops(stop: signal.Signals, tmp_path: Path) -> None:
    body = WORKED.encode()
    with serving(f"sqlite:///{tmp_path / 'a.db'}") as service, service.connect() as running, service.connect() as idle:
        running.sendall(
            b"POST /api/v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\n"
            b"User-Agent: " + SECRET.encode() + b"\r\n"
            b"Expect: 100-continue\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n"
        )
        assert read_head(running).startswith(b"HTTP/1.1 100 ")  # now the request runs, and waits for its body
        service.process.send_signal(stop)
        service.wait_until_it_says("Shutting down")
        service.wait_until_it_says("Waiting for connections to close")
        with pytest.raises(ConnectionRefusedError):
            service.connect()
        assert idle.recv(1) == b""
        running.sendall(body)
        assert read_head(running).startswith(b"HTTP/1.1 200 ")
        answer = json.loads(read_rest(running))
        assert answer["bids"]
        assert service.end() == 0
    requests = [line for line in service.log if line["logger"] == "svtracker.requests"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [("POST", "/api/v1/score", 200)]
    assert SECRET not in json.dumps(service.log)
    assert "127.0.0.1:" not in json.dumps(requests)


def test_what_the_server_itself_says_names_nobody(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path / 'a.db'}") as service:
        for sent in (
            f"GET /{SECRET} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            f"{SECRET}\r\n\r\n",
            f"GET /{SECRET} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        ):
            with service.connect() as asking:
                asking.sendall(sent.encode())
                asking.shutdown(socket.SHUT_WR)
                read_rest(asking)
        service.process.terminate()
        assert service.end() == 0
    assert len(service.log) > 4
    assert SECRET not in json.dumps(service.log)

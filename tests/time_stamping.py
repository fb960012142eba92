"""A time-stamping authority (RFC 3161) of the test's own: OpenSSL behind a small HTTP server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.listening import in_thread

_SETTINGS = """
[ tsa ]
default_tsa = this
[ this ]
dir = .
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_EXTENSIONS = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"

Twist = Callable[[bytes], bytes]


class Authority:
    """Answers as OpenSSL does, or as `twist` makes of that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.ca = folder / "ca.pem"
        self.asked = 0
        self.down = False
        self.twist: Twist | None = None
        folder.mkdir()
        (folder / "serial").write_text("01")
        (folder / "tsa.cnf").write_text(_SETTINGS)
        (folder / "tsa.ext").write_text(_EXTENSIONS)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self._run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test root", "-days", "9")
        self._run("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test time")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9", "-extfile", "tsa.ext")
        self._run("x509", "-req", "-in", "tsa.csr", *signed, "-out", "tsa.pem")

    def answer(self, question: bytes) -> bytes:
        """The answer to a question."""
        (self.folder / "question.tsq").write_bytes(question)
        self._run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question.tsq", "-out", "answer.tsr")
        found = (self.folder / "answer.tsr").read_bytes()
        return self.twist(found) if self.twist else found

    def holds(self, answer: Path, digest: str) -> bool:
        """Whether OpenSSL finds this answer to be a time stamp over a SHA-256 (hex)."""
        words = ["ts", "-verify", "-digest", digest, "-in", str(answer.absolute()), "-CAfile", "ca.pem"]
        return subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, check=False).returncode == 0

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """One that listens for as long as the block runs."""
    made = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["content-length"]))
            made.asked += 1
            if made.down or self.headers["content-type"] != "application/timestamp-query":
                self.send_error(503)
                return
            answer = made.answer(question)
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    with in_thread(server):
        yield made

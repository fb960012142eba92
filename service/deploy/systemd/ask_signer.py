#!/usr/bin/env python3
"""Give a signer that listens on a Unix socket what comes on standard input, and write what it answers."""

import socket
import sys

with socket.socket(socket.AF_UNIX) as signer:
    signer.connect(sys.argv[1])
    signer.sendall(sys.stdin.buffer.read())
    signer.shutdown(socket.SHUT_WR)
    with signer.makefile("rb") as answer:
        sys.stdout.buffer.write(answer.read())

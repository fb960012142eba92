"""The `triage` command."""

import os


def main() -> None:
    """Run the command line.

    Arithmetic runs on one thread unless the environment says otherwise: the matrices are small, and on a machine that
    does other work too, threads that wait for each other make it several times slower.
    """
    for setting in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(setting, "1")
    from triage.cli.app import app

    app()

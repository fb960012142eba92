"""The `triage` command."""


def main() -> None:
    """Run the command line."""
    from triage.cli.app import app

    app()

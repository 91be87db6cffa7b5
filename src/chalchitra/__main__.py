"""`python -m chalchitra`, and the command `chalchitra`: the one program behind all commands."""

from chalchitra import starting  # noqa: F401


def run() -> None:
    """Run the program and end it."""
    from chalchitra.cli.main import main

    main()


if __name__ == "__main__":
    run()

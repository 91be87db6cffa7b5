"""`python -m chalchitra`: the one program behind all commands."""

from chalchitra import starting  # noqa: F401

if __name__ == "__main__":
    from chalchitra.cli import main

    main()

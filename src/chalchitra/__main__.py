"""`python -m chalchitra`: the one program behind all commands."""

from chalchitra.cli import main

if __name__ == "__main__":
    main()

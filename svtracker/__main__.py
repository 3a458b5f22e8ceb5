"""`python -m svtracker` is the command `svtracker`."""

from svtracker.cli import app

if __name__ == "__main__":
    app(prog_name="svtracker")

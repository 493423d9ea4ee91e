#!/usr/bin/env python
"""Django's command-line entry."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 an older one reads this line
    sys.exit("Scriptorium needs Python 3.11 or newer: install it, and run `make run PYTHON=/path/to/python3.11`.")

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

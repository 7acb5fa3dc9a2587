"""The entry point for gunicorn and for the `flask` command."""

import sys

from app import create_app
from app.config import SettingError

try:
    app = create_app()
except SettingError as error:
    sys.exit(str(error))

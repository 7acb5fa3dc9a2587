"""The measured desk for gunicorn: `benchmarks.served:app`, with its database and folder from the environment."""

import os
from pathlib import Path

from benchmarks.laid import desk_app

DATABASE, FOLDER = "DESK_DATABASE", "DESK_FOLDER"

app = desk_app(os.environ[DATABASE], Path(os.environ[FOLDER]))

"""How gunicorn serves the desk: where, and with how many workers; run as a program it only checks the address."""

import gc
import os
import socket
import sys
from typing import Any

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "5000"

bind = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
# Measured: more threads in a worker are slower than one, since templates keep the interpreter busy.
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 2
# A browser that is slow to send must not hold a worker for good.
timeout = 60
# It would lie in the home folder, one for all desks of a person.
control_socket_disable = True
loglevel = "warning"


def check_address() -> None:
    """End in one plain sentence where the address cannot be served at."""
    if not PORT.isdecimal() or not 1 <= int(PORT) <= 65535:
        sys.exit(f"PORT must be a number from 1 to 65535, not {PORT}.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(HOST, int(PORT), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            # As gunicorn does; else a desk that has just been stopped would still hold its port.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        sys.exit(f"The desk cannot be served at {bind} ({reason}); choose another port, such as: make run PORT=5050")


def on_starting(server: Any) -> None:
    """Called by gunicorn before it opens its socket."""
    check_address()


def post_worker_init(worker: Any) -> None:
    """Called by gunicorn once a worker has loaded the desk."""
    # What a worker has loaded stays as long as it lives: looking through it for garbage would hold every request up.
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand things at once that it still needs: measured, looking through them every 700 took
    # a fifteenth of its time, and now and then a third.
    gc.set_threshold(10_000)


def when_ready(server: Any) -> None:
    """Called by gunicorn once the desk answers."""
    print(f"The desk is served at http://{bind} by {workers} workers; Ctrl-C stops it.", flush=True)


if __name__ == "__main__":
    check_address()

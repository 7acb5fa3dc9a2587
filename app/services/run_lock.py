"""One ingestion run at a time: what is read "as of a run" means what it says only if runs never overlap."""

from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from app.services.locks import Lock, held

BUSY = "Another run is going on; wait for it to end and try again."
RUN = Lock("run", 2006_12345, BUSY)


def one_run_at_a_time(session: Session) -> AbstractContextManager[None]:
    """Hold the run lock of the desk's database. Raises NotAllowed where another process or thread holds it."""
    return held(session, RUN)

"""What logs may show: the path, never what was asked or sent with it."""

from __future__ import annotations

import logging

_ACCESS_LOG = "uvicorn.access"
# The form parser quotes bytes of what it cannot read.
_LOGS_THAT_QUOTE = ("python_multipart",)


class PathOnly(logging.Filter):
    """Cuts the query off the address that the server logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, with its address cut at the question mark."""
        # The server's arguments: client, method, address, HTTP version, status.
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, address, *rest = record.args
            record.args = (client, method, str(address).partition("?")[0], *rest)
        return True


def keep_logs_plain() -> None:
    """Let no log show what callers send, however the server was started."""
    for name in _LOGS_THAT_QUOTE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    log = logging.getLogger(_ACCESS_LOG)
    if not any(isinstance(each, PathOnly) for each in log.filters):
        log.addFilter(PathOnly())

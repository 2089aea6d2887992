"""A job's events, live."""

import json
import time
from collections.abc import Iterator

import httpx
from httpx_sse import EventSource

from .problem import raise_for_problem
from .schemas import JobEvent

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 5.0
# The service says something every 15 seconds: after this long without a byte the connection is taken for dead.
SILENCE_S = 45.0
ENDED = {"succeeded", "failed", "cancelled"}


def watch(http: httpx.Client, job_id: str, last_event_id: int = 0) -> Iterator[JobEvent]:
    """Events after `last_event_id`, each once and in order, until the job has ended.

    Reconnects for ever, through restarts of the service and silent connections.
    Raises ProblemError when the service refuses (no such job).
    """
    seq, wait_s = last_event_id, FIRST_WAIT_S
    while True:
        try:
            for event in _stream(http, job_id, seq):
                if event["seq"] <= seq:
                    continue
                if event["seq"] > seq + 1:
                    break  # A hole: what is missing is asked for anew.
                yield event
                seq, wait_s = event["seq"], FIRST_WAIT_S
                if event["type"] == "status" and event["data"]["status"] in ENDED:
                    return
        except (_EndedBefore, GeneratorExit):
            return
        except httpx.TransportError:
            pass
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)


class _EndedBefore(Exception):
    """There are no more events."""


def _stream(http: httpx.Client, job_id: str, seq: int) -> Iterator[JobEvent]:
    headers = {"accept": "text/event-stream", "last-event-id": str(seq)}
    timeout = httpx.Timeout(10.0, read=SILENCE_S)
    with http.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers, timeout=timeout) as response:
        if response.status_code == 204:
            raise _EndedBefore
        if response.status_code >= 500 or response.status_code in (408, 429):
            return
        for event in EventSource(raise_for_problem(response)).iter_sse():
            if event.data:
                yield json.loads(event.data)

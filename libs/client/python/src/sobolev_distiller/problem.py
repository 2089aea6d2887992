"""What the service refused or failed to do (RFC 9457)."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class FieldError:
    """A field at fault: a JSON pointer into the body, or the name of a parameter."""

    where: str
    detail: str


class ProblemError(Exception):
    """Look at `code`, which is stable, and at `errors` for the fields at fault."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code: str = problem.get("code", "unreadable_answer")
        self.errors = [
            FieldError(error.get("pointer") or error.get("parameter") or "body", error["detail"])
            for error in problem.get("errors", [])
        ]
        self.request_id: str | None = problem.get("request_id")
        said = problem.get("detail") or problem.get("title") or f"the service answered {status}"
        super().__init__("\n".join([f"{self.code}: {said}", *(f"{e.where}: {e.detail}" for e in self.errors)]))


def raise_for_problem(response: httpx.Response) -> httpx.Response:
    """Raises ProblemError for an answer of 400 or more."""
    if response.status_code < 400:
        return response
    response.read()
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    raise ProblemError(response.status_code, problem if isinstance(problem, dict) else {})

"""The service's API, typed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import httpx

from .download import Download, download
from .problem import raise_for_problem
from .schemas import Identity, Job, JobDryRun, JobEvent, Labels, Model, Rollouts, Teacher, Upload
from .watch import watch

USUAL_URL = "http://127.0.0.1:4747"

Row = TypeVar("Row")


class Resource(Generic[Row]):
    """What there is of one kind."""

    def __init__(self, http: httpx.Client, path: str) -> None:
        self._http, self._path = http, path

    def get(self, id_or_name: str) -> Row:
        return cast(Row, _json(self._http.get(f"{self._path}/{id_or_name}")))

    def list(self, **query: Any) -> Iterator[Row]:
        """All of them, newest first, page by page; `query` as the API takes it (`status`, `limit` of a page, …)."""
        while True:
            page = _json(self._http.get(self._path, params=query))
            yield from cast("list[Row]", page["data"])
            if page["next_cursor"] is None:
                return
            query = {**query, "cursor": page["next_cursor"]}


class Created(Resource[Row]):
    def create(self, body: dict[str, Any]) -> Row:
        return cast(Row, _json(self._http.post(self._path, json=body)))


class Jobs(Created[Job]):
    def dry_run(self, spec: dict[str, Any]) -> JobDryRun:
        """All checks and every default; nothing is stored."""
        return cast(JobDryRun, _json(self._http.post(self._path, json=spec, params={"dry_run": "true"})))

    def cancel(self, job_id: str, mode: str = "graceful") -> Job:
        return self._ask(job_id, "cancel", {"mode": mode})

    def pause(self, job_id: str, checkpoint: str = "save") -> Job:
        return self._ask(job_id, "pause", {"checkpoint": checkpoint})

    def resume(self, job_id: str) -> Job:
        return self._ask(job_id, "resume")

    def retry(self, job_id: str) -> Job:
        return self._ask(job_id, "retry")

    def metrics(self, job_id: str, names: list[str] | None = None, max_points: int | None = None) -> dict[str, Any]:
        query = {"names": ",".join(names) if names else None, "max_points": max_points}
        given = {name: value for name, value in query.items() if value is not None}
        return cast("dict[str, Any]", _json(self._http.get(f"{self._path}/{job_id}/metrics", params=given)))

    def _ask(self, job_id: str, what: str, body: dict[str, Any] | None = None) -> Job:
        return cast(Job, _json(self._http.post(f"{self._path}/{job_id}/{what}", json=body)))


class Client:
    """Every call raises ProblemError when it is refused or fails, httpx.TransportError when nobody answers.

    Address and key are those of DISTILLER_URL and DISTILLER_API_KEY unless they are given.
    """

    def __init__(self, url: str | None = None, api_key: str | None = None, timeout_s: float = 30.0) -> None:
        key = api_key or os.environ.get("DISTILLER_API_KEY")
        self._http = httpx.Client(
            base_url=url or os.environ.get("DISTILLER_URL", USUAL_URL),
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=timeout_s,
        )
        self.teachers: Created[Teacher] = Created(self._http, "/v1/teachers")
        self.rollouts: Created[Rollouts] = Created(self._http, "/v1/rollouts")
        self.labels: Resource[Labels] = Resource(self._http, "/v1/labels")
        self.models: Resource[Model] = Resource(self._http, "/v1/models")
        self.jobs = Jobs(self._http, "/v1/jobs")

    def identity(self) -> Identity:
        """Who the service takes you for, and what you may do."""
        return cast(Identity, _json(self._http.get("/v1/identity")))

    def upload(self, path: str | os.PathLike[str]) -> Upload:
        """Streams a file with its sha256; `{"upload": upload["id"]}` then names it where it is registered."""
        with Path(path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            headers = {"content-type": "application/octet-stream"}
            answer = self._http.post("/v1/uploads", params={"sha256": sha256}, content=file, headers=headers)
        return cast(Upload, _json(answer))

    def watch(self, job_id: str, last_event_id: int = 0) -> Iterator[JobEvent]:
        """The job's events, each once and in order, until it has ended; reconnects by itself."""
        return watch(self._http, job_id, last_event_id)

    def wait(self, job_id: str) -> Job:
        """The job, when it has ended."""
        for _ in self.watch(job_id):
            pass
        return self.jobs.get(job_id)

    def download_model(self, model_id: str, out: str | os.PathLike[str] | None = None, file: str = "student") -> Download:
        """A student, or one of its exports (`onnx`, `pytorch`, `card.md`, …): resumed when broken off, and checked."""
        url = f"/v1/models/{model_id}/download?file={file}"
        return download(self._http, url, Path(out) if out else None, f"{model_id}-{file}")

    def download_job_file(self, job_id: str, name: str, out: str | os.PathLike[str] | None = None) -> Download:
        return download(self._http, f"/v1/jobs/{job_id}/files/{name}", Path(out) if out else None, name)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _json(response: httpx.Response) -> Any:
    return raise_for_problem(response).json()

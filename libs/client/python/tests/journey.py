"""From two files to a checked student, through all that the client does; test/python-client.test.ts runs it.

Tells what happens in a line of JSON each.
"""

import json
import sys
from pathlib import Path

from sobolev_distiller import Client, ProblemError


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    with Client() as client:
        weights, play = client.upload(given["weights"]), client.upload(given["rollouts"])
        client.teachers.create({**given["teacher"], "weights": {"upload": weights["id"], "sha256": weights["sha256"]}})
        client.rollouts.create({"name": given["teacher"]["name"], "file": {"upload": play["id"]}})
        say(teachers=[teacher["name"] for teacher in client.teachers.list()])
        try:
            client.jobs.create({**given["spec"], "steps": -1})
        except ProblemError as problem:
            say(refused=problem.code, status=problem.status, where=[error.where for error in problem.errors])
        say(defaults=client.jobs.dry_run(given["spec"])["spec"])

        job = client.jobs.create(given["spec"])
        for event in client.watch(job["id"]):
            say(seq=event["seq"], type=event["type"])
        job = client.wait(job["id"])  # Has ended: comes back at once.
        say(status=job["status"], pages=[row["id"] == job["id"] for row in client.jobs.list(limit=1)])
        say(metrics=sorted(series["name"] for series in client.jobs.metrics(job["id"], names=["loss", "kl"])["data"]))
        model = job["model"]
        assert model is not None
        say(downloading=model)
        student = client.download_model(model, given["out"])
        say(path=str(student.path), sha256=student.sha256, bytes=student.bytes)


if __name__ == "__main__":
    main()

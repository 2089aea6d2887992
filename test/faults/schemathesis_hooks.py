"""Puts ids of real rows, the tenant's own and another's, where Schemathesis would make up an id that nothing has."""

import json
import os
import zlib

import schemathesis

OWN = json.loads(os.environ["OWN_IDS"])
OTHERS = json.loads(os.environ["OTHER_IDS"])


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if not path_parameters or "id" not in path_parameters:
        return path_parameters
    collection = context.operation.path.split("/")[2]
    # Of what was drawn, so that a seed draws the same again.
    draw = zlib.crc32(repr(path_parameters["id"]).encode())
    ids = {0: OWN, 1: OWN, 2: OTHERS}.get(draw % 4, {}).get(collection)
    if ids:
        path_parameters["id"] = ids[draw // 4 % len(ids)]
    return path_parameters


@schemathesis.serializer("application/offset+octet-stream")
def offset_octet_stream(context, value):
    """A piece of a resumable upload: bytes as they are."""
    return value if isinstance(value, bytes) else repr(value).encode()

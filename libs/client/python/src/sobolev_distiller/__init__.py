"""Client of the Sobolev Distiller."""

from .client import Client
from .download import Download
from .problem import FieldError, ProblemError

__all__ = ["Client", "Download", "FieldError", "ProblemError"]

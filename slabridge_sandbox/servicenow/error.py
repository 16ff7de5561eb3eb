"""Errors in the shape of the REST API."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response


class ApiError(Exception):
    """An answer other than success."""

    def __init__(
        self, status: int, message: str, detail: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'} if status == 401 else headers

    @classmethod
    def unauthorized(cls) -> "ApiError":
        """Return the answer to missing and to wrong credentials: they look alike."""
        return cls(401, "User Not Authenticated", "Required to provide Auth information")

    @classmethod
    def no_record(cls) -> "ApiError":
        """Return the answer to an unknown and to a forbidden record: they look alike."""
        return cls(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")

    @classmethod
    def forbidden(cls, operation: str) -> "ApiError":
        """Return the answer to a write that the account has no right to."""
        return cls(403, "Operation Failed", f"ACL Exception {operation} Failed due to security constraints")

    def response(self) -> Response:
        """Return the answer."""
        body = {"error": {"message": self.message, "detail": self.detail}, "status": "failure"}
        return Response(orjson.dumps(body), self.status, self.headers, "application/json")

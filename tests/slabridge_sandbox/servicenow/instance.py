"""The Table API in the hands of a test."""

from typing import Any

import requests

from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE


class Instance:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.auth = (sandbox.servicenow.user, sandbox.servicenow.secret)

    def ask(self, method: str, path: str, body: object = None, **parameters: object) -> requests.Response:
        url = f"{self.sandbox.servicenow.url}/api/now/{path}"
        given = {f"sysparm_{name}": str(value) for name, value in parameters.items()}
        return self.session.request(method, url, params=given, json=body, timeout=PATIENCE)

    def rows(self, table: str, query: str = "", **parameters: object) -> list[dict[str, Any]]:
        response = self.ask("GET", f"table/{table}", query=query, **parameters)
        assert response.status_code == 200, response.text
        return list(response.json()["result"])

    def numbers(self, query: str) -> list[str]:
        return [row["number"] for row in self.rows("incident", query, fields="number")]

    def incident(self, number: str, **parameters: object) -> dict[str, Any]:
        (row,) = self.rows("incident", f"number={number}", **parameters)
        return row

    def key(self, number: str) -> str:
        return str(self.incident(number, fields="sys_id")["sys_id"])

    def patch(self, number: str, **fields: object) -> dict[str, Any]:
        response = self.ask("PATCH", f"table/incident/{self.key(number)}", fields)
        assert response.status_code == 200, response.text
        return dict(response.json()["result"])

    def audit(self, number: str) -> list[tuple[str, str, str]]:
        query = f"documentkey={self.key(number)}^ORDERBYsys_created_on^ORDERBYrecord_checkpoint^ORDERBYsys_id"
        return [(row["fieldname"], row["oldvalue"], row["newvalue"]) for row in self.rows("sys_audit", query)]

"""The same job as tutorials write it: FastAPI with BackgroundTasks, for comparison only.

A webhook is acknowledged at once; the task in the background reads order and newest mail, asks the model, and posts a
note. It keeps no record: what a process holds when it dies is gone. It has the better of what such versions have: one
client that is shared, three attempts at the model, time limits.
"""

from __future__ import annotations

import os
import time
from typing import Any

import httpx2
from fastapi import BackgroundTasks, FastAPI, Request

from evals.load.parts import NOTE

_ATTEMPTS = 3
_PAUSE = 0.5


def create_app() -> FastAPI:
    """The application; addresses come from the environment: PLAIN_MODEL, PLAIN_ODOO, PLAIN_DATABASE, PLAIN_UID,
    PLAIN_PASSWORD, PLAIN_QUESTIONS.
    """
    app = FastAPI()
    client = httpx2.Client(timeout=30, limits=httpx2.Limits(max_connections=64))
    odoo = f"{os.environ['PLAIN_ODOO']}/jsonrpc"
    who = [os.environ["PLAIN_DATABASE"], int(os.environ["PLAIN_UID"]), os.environ["PLAIN_PASSWORD"]]
    questions = int(os.environ.get("PLAIN_QUESTIONS", "1"))

    def execute(model: str, method: str, arguments: list[Any], named: dict[str, Any]) -> Any:
        given = {"service": "object", "method": "execute_kw", "args": [*who, model, method, arguments, named]}
        answer = client.post(odoo, json={"jsonrpc": "2.0", "method": "call", "params": given}).raise_for_status().json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    def ask(text: str) -> str:
        body = {"model": "small", "input": [{"role": "user", "content": text}]}
        for attempt in range(_ATTEMPTS):
            answer = client.post(f"{os.environ['PLAIN_MODEL']}/responses", json=body)
            if answer.status_code == 200:
                break
            time.sleep(_PAUSE * 2**attempt)
        output = answer.raise_for_status().json()["output"]
        return str(output[1]["content"][0]["text"])

    def triage(number: int) -> None:
        order = execute("sale.order", "read", [[number], ["name", "partner_id", "state"]], {})[0]
        domain = [["model", "=", "sale.order"], ["res_id", "=", number], ["message_type", "=", "email"]]
        mail = execute("mail.message", "search_read", [domain, ["body"]], {"limit": 1, "order": "id desc"})[0]
        for question in range(questions):
            said = ask(f"Order {order['name']}, question {question}: classify, summarise and answer.\n{mail['body']}")
        note = {"body": f"{said} ({NOTE})", "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
        execute("sale.order", "message_post", [[number]], note)

    @app.get("/livez")
    def livez() -> dict[str, bool]:
        return {"ok": True}

    @app.post("/hook", status_code=202)
    async def hook(request: Request, tasks: BackgroundTasks) -> dict[str, bool]:
        tasks.add_task(triage, (await request.json())["_id"])
        return {"ok": True}

    return app

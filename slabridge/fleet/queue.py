"""The queue of customers to be run: a message names one, and nothing else.

Messages are JSON, and nothing but JSON is read. Nobody asks for results, and a worker takes no orders through the
broker but that of running a customer.
"""

import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu.exceptions import OperationalError
from pydantic import SecretStr

from slabridge.fleet.timing import Timing

NAME = "slabridge"
RUN = "slabridge.run"
_RUNS = 500
"""Runs after which a process is replaced: what little each leaves behind does not add up."""


class Away(Exception):  # noqa: N818 - a state of affairs, not a defect
    """The broker cannot be reached."""


def queue_at(broker: SecretStr, timing: Timing) -> Celery:
    """Return the queue behind a broker's address, and how its workers behave."""
    address = broker.get_secret_value()
    app = Celery(NAME, broker=address, set_as_current=False)
    app.conf.update(
        broker_use_ssl=_verified(address),
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        task_ignore_result=True,
        task_default_queue=NAME,
        # A message is done with when its run has ended. The next round has every customer again, so one that was lost
        # with its worker, or killed it, is not put back at once: it would kill the next one.
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        worker_prefetch_multiplier=1,
        task_time_limit=timing.killed_after,
        # Redis gives a message that nobody is done with to another worker: later than any run ends.
        broker_transport_options={
            "visibility_timeout": timing.redelivered_after,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_proc_alive_timeout=60,
        worker_max_tasks_per_child=_RUNS,
    )
    return app


def _verified(address: str) -> dict[str, Any] | None:
    """Return how the certificate of a broker is verified, which Celery by itself does not do."""
    broker = urlsplit(address)
    if broker.scheme == "rediss":
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": broker.hostname} if broker.scheme == "amqps" else None


def begin_round(app: Celery, customers: Iterable[str]) -> int:
    """Put every customer into the queue, if nobody waits in it any more; return how many do else.

    So of each customer one message waits at most, however long there is no worker.

    Raises:
        Away: the broker cannot be reached.
    """
    with app.connection_for_write() as connection:
        errors = (OperationalError, *connection.connection_errors, *connection.channel_errors)
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            queue = app.amqp.queues[NAME](connection.default_channel)
            waiting = int(queue.queue_declare().message_count)
            if not waiting:
                producer = app.amqp.Producer(connection)
                for customer in customers:
                    app.send_task(RUN, [customer], producer=producer, retry=False)
        except errors as error:
            raise Away(f"the broker {connection.as_uri()} cannot be reached ({type(error).__name__})") from error
    return waiting

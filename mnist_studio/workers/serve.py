"""The child's end of the channel: runs a task for every request and sends what it gives."""

import errno
import os
import sys
import traceback
from collections.abc import Callable, Generator
from importlib import import_module
from inspect import isroutine
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, get_type_hints

from msgspec import Raw

from mnist_studio.errors import MnistStudioError
from mnist_studio.workers import child_entry
from mnist_studio.workers.channel import (
    Cancel,
    Channel,
    ChannelClosed,
    Command,
    Request,
    Result,
    Update,
    WorkerError,
    decode,
    decoder,
)
from mnist_studio.workers.task import CommandHandler, Context

TaskFunction = Callable[[Any, Context[Any]], Any]

_from_parent = decoder(Request[Raw] | Cancel | Command)


def serve(connection: Connection, name: str, console: str = "") -> None:
    """Answers requests until the parent closes its end of the pipe.

    This is the one place where an exception of a task is caught. It is printed to the console and
    sent to the parent, and the child goes on to the next request.

    Args:
        connection: to the parent.
        name: dotted name of the task's function or class. A request may change it.
        console: file that takes what is printed; empty for nowhere. A request may change it.
    """
    channel = Channel(connection)
    inbox = Inbox(channel)
    task: TaskFunction | None = None
    while request := inbox.next_request():
        last: Result[Any] | WorkerError
        if request.console:
            console = request.console
            child_entry.redirect(console)
        if request.task:
            name, task = request.task, None
        try:
            task = task or load_task(name)
            last = Result(request.number, _run(task, request, channel, inbox))
        except ChannelClosed:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent reports it
            traceback.print_exc(file=sys.stderr)
            last = WorkerError(request.number, explain(error, console))
        inbox.answered = request.number
        try:
            channel.send(last)
        except ChannelClosed:
            return


class Inbox:
    """Listens to the parent on a thread of its own, so that it is heard while a task works.

    Attributes:
        answered: number of the last request that was answered.
    """

    def __init__(self, channel: Channel) -> None:
        """Starts to listen."""
        self.answered = 0
        self._channel = channel
        self._requests: SimpleQueue[Request[Raw] | None] = SimpleQueue()
        self._newest = 0
        self._cancelled = 0
        self._handling = Lock()
        self._handler: CommandHandler | None = None
        self._early: list[str] = []
        Thread(target=self._listen, name="inbox", daemon=True).start()

    def next_request(self) -> Request[Raw] | None:
        """Waits for a request; None when the parent is gone."""
        return self._requests.get()

    def is_cancelled(self, number: int) -> bool:
        """Whether that request was cancelled or a newer one has come."""
        return number < self._newest or number <= self._cancelled

    def on_command(self, handler: CommandHandler) -> None:
        """Names the function that takes commands, also those that came before."""
        with self._handling:
            self._handler = handler
            for name in self._early:
                handler(name)
            self._early.clear()

    def _listen(self) -> None:
        try:
            while True:
                self._take(_from_parent.decode(self._channel.receive() or b""))
        except ChannelClosed:
            if self.answered < self._newest:
                # Nobody waits for the work any more, which may take hours.
                os._exit(0)
            self._requests.put(None)

    def _take(self, message: Request[Raw] | Cancel | Command) -> None:
        match message:
            case Request(number=number):
                self._newest = number
                self._requests.put(message)
            case Cancel(number=number):
                self._cancelled = number
            case Command(name=name):
                self._take_command(name)

    def _take_command(self, name: str) -> None:
        with self._handling:
            if self._handler:
                self._handler(name)
            else:
                self._early.append(name)


def load_task(name: str) -> TaskFunction:
    """The function of that dotted name, or a new object of the class of that name."""
    module, _, attribute = name.rpartition(".")
    found = getattr(import_module(module), attribute)
    function: TaskFunction = found() if isinstance(found, type) else found
    return function


def request_type(task: TaskFunction) -> Any:
    """The type of the requests that a task takes: that of its first parameter."""
    function = task if isroutine(task) else type(task).__call__
    return next(iter(get_type_hints(function).values()))


def _run(task: TaskFunction, request: Request[Raw], channel: Channel, inbox: Inbox) -> Any:
    """Sends the progress of a task and returns its result."""
    number = request.number

    def send(value: object) -> None:
        channel.send(Update(number, value))

    context: Context[Any] = Context(send, lambda: inbox.is_cancelled(number), inbox.on_command)
    found = task(decode(request.value, request_type(task)), context)
    if not isinstance(found, Generator):
        return found
    while True:
        try:
            value = next(found)
        except StopIteration as end:
            return end.value
        send(value)


def explain(error: Exception, console: str = "") -> str:
    """What went wrong and what to do about it, in a sentence or two."""
    if isinstance(error, MnistStudioError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory. Close other programs or choose a smaller batch size."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. Free some space and try again."
    first = (str(error).strip().splitlines() or ["no message"])[0][:300].rstrip(".")
    details = f" The full traceback is in {console}." if console else ""
    return f"Unexpected error: {type(error).__name__}: {first}.{details}"

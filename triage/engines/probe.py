"""Which isolation layers hold on this machine: applied and proved in a process of its own, which then ends."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection

from triage.engines.limits import Profile, restrict

PATIENCE = 30.0


def _prove(channel: Connection, profile: Profile) -> None:
    channel.send(restrict(profile))


def proved_layers(profile: Profile) -> dict[str, bool]:
    """Layer → holds; empty where the process gave no answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_prove, args=(theirs, profile), daemon=True)
    process.start()
    theirs.close()
    try:
        layers: dict[str, bool] = ours.recv() if ours.poll(PATIENCE) else {}
    except EOFError:
        layers = {}
    process.join(5)
    return layers

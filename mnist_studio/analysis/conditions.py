"""Whether the clocks of a run can be trusted, in words, from what its machine did beside it."""

from mnist_studio.events import Machine

BUSY = 0.1
"""Other programs are worth a note from this fraction of all processors on."""

CROWDED = 0.5
"""From this fraction on, threads that share out a step wait for each other most of the time: on two
processors that two programs kept busy, NumPy took 1 to 2 s for an epoch of ``mlp-128`` on one
thread and 7 to 21 s on two."""

SLOW = 0.7
"""A clock below this fraction of the highest is worth a note: under load it is not idling."""


def conditions(machine: Machine) -> tuple[str, ...]:
    """A sentence for everything that may have made the run slower; empty if nothing is known."""
    said = []
    others = machine.others_processors or 0.0
    if others > BUSY * machine.processors:
        said.append(f"Other programs kept {others:.1f} of {machine.processors} processors busy.")
    if others > CROWDED * machine.processors:
        said.append("One CPU thread is then often faster than several.")
    if machine.throttle_count:
        said.append(f"Heat slowed the processors down {machine.throttle_count:,} times.")
    if machine.frequency_fraction is not None and machine.frequency_fraction < SLOW:
        share = f"{100 * machine.frequency_fraction:.0f} %"
        said.append(f"The processors ran at {share} of their highest clock.")
    if machine.on_battery:
        said.append("The machine ran on battery.")
    return tuple(said)

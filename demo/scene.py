"""What a scene is, and how scenes are played one after another."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demo.captions import Caption
from demo.faults import DemoError
from demo.stage import Stage

LONGEST_S = 420.0
"""A video longer than this is watched by nobody."""


@dataclass(frozen=True)
class Scene:
    """A part of the demonstration: what is said, what is done, and how long it takes at least."""

    name: str
    seconds: float
    captions: tuple[Caption, ...]
    act: Callable[[Stage], None]
    allowed: tuple[int, ...] = ()


def play(stage: Stage, scenes: Sequence[Scene]) -> None:
    """Play all scenes; raises DemoError, naming the scene, at whatever is not as it should be."""
    began = time.monotonic()
    for scene in scenes:
        _play_one(stage, scene)
        sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {scene.name}\n")
        sys.stdout.flush()
    if time.monotonic() - began > LONGEST_S:
        raise DemoError(f"the video is longer than {LONGEST_S:.0f} s")


def _play_one(stage: Stage, scene: Scene) -> None:
    began = time.monotonic()
    stage.begin(scene.captions, scene.allowed)
    try:
        scene.act(stage)
    except Exception as fault:
        raise DemoError(f"scene {scene.name}: {fault}") from fault
    stage.pause(max(0.2, scene.seconds - (time.monotonic() - began)))
    stage.end(scene.name)

"""All scenes, in the order in which they are played."""

from demo import scenes_api, scenes_discover, scenes_operation, scenes_statistics

SCENES = (
    *scenes_operation.OPENING,
    *scenes_discover.SCENES,
    *scenes_statistics.SCENES,
    *scenes_api.SCENES,
    *scenes_operation.CLOSING,
)

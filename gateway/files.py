"""How many sockets this process may have, and how many of them clients get."""

import logging
import resource

from gateway.settings import Settings

logger = logging.getLogger(__name__)

OWN_FILES = 64
"""Files and sockets beside clients' and services': logs, metrics, Redis, listening, spare."""

SERVICES = 2


def most_clients(settings: Settings) -> int:
    """The setting, or fewer where the system gives this process too few files for it.

    Clients that took the last ones would leave none for the way to the services. The soft limit is
    raised as far as the system lets it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        return settings.max_clients
    left = soft - SERVICES * settings.max_connections - OWN_FILES
    if left < settings.max_clients:
        logger.warning("few_files limit=%d clients=%d", soft, max(1, left))
    return max(1, min(settings.max_clients, left))

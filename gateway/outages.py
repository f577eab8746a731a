"""What is told of a service that does not answer as it should."""

from types import MappingProxyType

from contracts.errors import (
    ProductError,
    Sentence,
    UpstreamBroken,
    UpstreamOut,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from gateway.breaker import Breaker
from gateway.transport import Unreachable


def problem_of(fault: Exception, service: Sentence) -> ProductError:
    """The problem for a fault of the transport, or for time that ran out."""
    es, en = service.es, service.en
    match fault:
        case Unreachable():
            return UpstreamUnavailable(
                Sentence(f"{es} no está disponible.", f"{en} is not available.")
            )
        case TimeoutError():
            return UpstreamTimeout(
                Sentence(f"{es} no respondió a tiempo.", f"{en} did not answer in time.")
            )
    return UpstreamBroken(
        Sentence(f"{es} dio una respuesta defectuosa.", f"{en} gave a broken answer.")
    )


def set_aside(service: Sentence, public: str, breaker: Breaker) -> UpstreamOut:
    """The problem for a service that its breaker keeps from being asked."""
    since = breaker.since
    clock = f"{since:%H:%M:%S}" if since else "?"
    wait = max(1, round(breaker.retry_in_s()))
    problem = UpstreamOut(
        Sentence(
            f"{service.es} no responde bien desde las {clock} (UTC);"
            f" se vuelve a probar en {wait} s.",
            f"{service.en} has been failing since {clock} UTC; it is tried again in {wait} s.",
        )
    )
    problem.headers = MappingProxyType({"retry-after": str(wait)})
    problem.members = {"servicio": public}
    if since:
        problem.members = {"servicio": public, "desde": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
    return problem

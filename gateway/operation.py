"""The whole at a glance, for whoever operates it: this process, its services, their versions."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus

from prometheus_client.core import Metric
from pydantic import ValidationError

from contracts.api import Problema
from contracts.api_health import SaludServicio
from contracts.api_operation import (
    Ajustes,
    Contadas,
    EstadoCache,
    EstadoOperacion,
    EstadoServicio,
    Versiones,
)
from contracts.context import REQUEST_ID
from contracts.errors import ProductError, Sentence, UpstreamBroken
from contracts.release import VERSION
from gateway.cache import CacheState
from gateway.clients import Upstream
from gateway.metrics import PREFIX
from gateway.parts import Parts
from gateway.probes import READY, Probes
from gateway.routing import SERVICES, segment_of
from gateway.settings import Settings

ADDRESS = "/operacion/estado"
ASKED = b"/operacion/versiones"


class Operation:
    """Tells how everything is, when asked."""

    def __init__(self, parts: Parts, probes: Probes) -> None:
        self._parts = parts
        self._probes = probes
        self._started = time.monotonic()

    async def state(self, language: str, request_id: str) -> EstadoOperacion:
        """All of it as it is now; a service that does not answer is told in its place."""
        upstreams = self._parts.upstreams.values()
        versions = [self._versions(upstream, language, request_id) for upstream in upstreams]
        healths, asked = await asyncio.gather(self._probes.health(), asyncio.gather(*versions))
        services = [
            _service(health, upstream, told)
            for health, upstream, told in zip(healths, upstreams, asked, strict=True)
        ]
        whole = all(one.estado == READY and one.versiones is not None for one in services)
        cache = self._parts.answers.cache
        settings = self._parts.settings
        return EstadoOperacion(
            momento=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            estado=READY if whole else "degradada",
            entrega=VERSION,
            en_marcha_s=int(time.monotonic() - self._started),
            ajustes=_settings(settings, self._parts),
            cache=EstadoCache(
                respuestas=len(cache), bytes=cache.bytes, limite_bytes=settings.cache_bytes
            ),
            en_curso=self._parts.places.taken,
            contadas=counted(self._parts.metrics.collect()),
            servicios={one.servicio: one for one in services},
        )

    async def _versions(
        self, upstream: Upstream, language: str, request_id: str
    ) -> Versiones | Problema:
        headers = [
            (b"accept-language", language.encode()),
            (REQUEST_ID.encode(), request_id.encode()),
        ]
        try:
            with self._parts.places.one(upstream.name):
                reply = await upstream.forward("GET", ASKED, headers)
            if reply.status != HTTPStatus.OK:
                raise _says_nothing(upstream)
            return Versiones.model_validate_json(reply.body)
        except ValidationError:
            return _problem(_says_nothing(upstream), language, request_id)
        except ProductError as problem:
            return _problem(problem, language, request_id)


def counted(families: Iterable[Metric]) -> Contadas:
    """The sums that an operator looks at, out of the metrics of all processes."""
    by_cache, by_status = Counter({state.value: 0 for state in CacheState}), Counter[str]()
    refused, within = Counter[str](), Counter[float]()
    for family in families:
        for sample in family.samples:
            labels, count = sample.labels, int(sample.value)
            if sample.name == f"{PREFIX}peticiones_total":
                by_cache[labels["cache"]] += count
                by_status[f"{labels['estado'][:1]}xx"] += count
            elif sample.name == f"{PREFIX}rechazos_total" and count:
                refused[labels["motivo"]] += count
            elif sample.name == f"{PREFIX}peticiones_seconds_bucket" and _is_waited_for(labels):
                within[float(labels["le"])] += count
    return Contadas(
        respuestas=by_cache.total(),
        por_cache=dict(by_cache),
        por_estado=dict(sorted(by_status.items())),
        rechazos=dict(refused.most_common()),
        mitad_ms=_at_most_ms(within, 0.5),
        casi_todas_ms=_at_most_ms(within, 0.99),
    )


def _is_waited_for(labels: dict[str, str]) -> bool:
    """Whether a service was: health, pages and kept answers would hide how long clients wait."""
    return labels["cache"] != CacheState.HIT and segment_of(labels["ruta"]) in SERVICES


def _at_most_ms(within: Counter[float], share: float) -> float | None:
    """The limit that this share of the answers kept; None for no answers, or beyond all limits."""
    answers = within[math.inf]
    kept = [limit for limit, count in within.items() if count and count >= share * answers]
    least = min(kept, default=math.inf)
    return None if math.isinf(least) else least * 1000


def _service(
    health: SaludServicio, upstream: Upstream, told: Versiones | Problema
) -> EstadoServicio:
    version = upstream.version
    return EstadoServicio(
        **health.model_dump(),
        version_confirmada=version.decode("latin-1") or None,
        confirmada_hace_s=upstream.age_s(version) if version else None,
        versiones=told if isinstance(told, Versiones) else None,
        problema=told if isinstance(told, Problema) else None,
    )


def _settings(settings: Settings, parts: Parts) -> Ajustes:
    return Ajustes(
        procesos=settings.workers,
        plazo_ms=settings.deadline_ms,
        peticiones_a_la_vez=settings.max_requests,
        conexiones_de_clientes=parts.most_clients,
        cache_bytes=settings.cache_bytes,
        cache_segundos=settings.cache_max_age_s,
        llaves=settings.keys_file is not None,
        limite_por_direccion=bool(settings.address_rate),
        limite_por_llave=bool(settings.key_rate),
        cuenta_compartida=bool(settings.redis_url),
        trazas=parts.tracing is not None,
    )


def _says_nothing(upstream: Upstream) -> UpstreamBroken:
    spoken = upstream.spoken
    return UpstreamBroken(
        Sentence(
            f"{spoken.es} no dice qué versiones tiene: quizá es de otra entrega.",
            f"{spoken.en} does not tell its versions: it may be of another release.",
        )
    )


def _problem(problem: ProductError, language: str, request_id: str) -> Problema:
    return Problema(
        type=f"/problemas/{problem.slug}",
        title=problem.title.spoken_in(language),
        status=problem.status,
        detail=problem.detail.spoken_in(language),
        instance=ADDRESS,
        request_id=request_id,
        servicio=problem.members.get("servicio"),
        desde=problem.members.get("desde"),
    )

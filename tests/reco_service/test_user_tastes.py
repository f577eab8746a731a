"""What ratings make of films for a user, on films made for it: two camps of users."""

from reco_service.bodies import Filtros, Pedido
from reco_service.filters import Wanted
from reco_service.mixes import Narrowed
from reco_service.recommend import Recommender
from tests.raw import film, rating

WAR, TOONS = range(1, 7), range(11, 17)
WARLIKE, CHILDLIKE = 100, 101


def camps(service_over) -> Recommender:
    """Half of the users like war films and no cartoons, half the other way; of the last two each
    rated one of either."""
    films = [film(n, f"Battle {n}", genres="[{'id': 1, 'name': 'War'}]") for n in WAR]
    films += [film(n, f"Mouse {n}", genres="[{'id': 2, 'name': 'Animation'}]") for n in TOONS]
    stars = [
        rating(user, n, 5 if (n in WAR) == (user % 2 == 0) else 1)
        for user in range(24)
        for n in (*WAR, *TOONS)
    ]
    for user, liked, disliked in ((WARLIKE, 1, 11), (CHILDLIKE, 11, 1)):
        stars += [rating(user, liked, 5), rating(user, disliked, 1)]
    return service_over(films, stars)


def test_users_of_opposite_tastes_get_opposite_lists(service_over) -> None:
    mixes = camps(service_over).mixes
    for user, theirs in ((WARLIKE, WAR), (CHILDLIKE, TOONS)):
        found = mixes.for_user(user, 5, Narrowed(), "es").resultados
        assert {one.id for one in found} == set(theirs) - {1, 11}
        other = mixes.for_user(user, 10, Narrowed(), "es").resultados[-1]
        assert found[0].valoracion_estimada > other.valoracion_estimada


def test_users_of_opposite_tastes_are_judged_oppositely(service_over) -> None:
    users = camps(service_over).users
    for user, yes, no in ((WARLIKE, "Battle 3", "Mouse 13"), (CHILDLIKE, "Mouse 13", "Battle 3")):
        liked, disliked = (users.judge(user, title, None, "es") for title in (yes, no))
        assert liked.valoracion_estimada > disliked.valoracion_estimada + 0.5


def test_films_left_out_because_they_are_rated_are_told_as_rated(service_over) -> None:
    mixes = camps(service_over).mixes
    war = Wanted(any_genre=("War",))
    listed = mixes.for_user(WARLIKE, 10, Narrowed(war), "es")
    assert listed.avisos == ["Solo 5 películas cumplen los filtros, además de la ya valorada."]
    body = Pedido(usuario=WARLIKE, gustan=[2], filtros=Filtros(generos=["War"]))
    said = "Only 4 films pass the filters, beside the ones given or already rated."
    assert said in mixes.for_mix(body, "en").avisos


def test_a_user_who_rated_everything_gets_nothing_and_is_told_why(service_over) -> None:
    mixes = camps(service_over).mixes
    answer = mixes.for_user(2, 10, Narrowed(), "es")
    assert answer.resultados == []
    assert answer.avisos == ["El usuario ya ha valorado todas las películas."]
    filtered = mixes.for_user(2, 10, Narrowed(Wanted(any_genre=("War",))), "es")
    assert filtered.avisos == ["Solo las películas ya valoradas cumplen los filtros."]


def test_a_user_who_likes_nothing_gets_films_all_the_same(service_over) -> None:
    films = [film(n, f"Film {n}") for n in range(1, 9)]
    stars = [rating(user, n, 1 + (user + n) % 5) for user in range(12) for n in range(1, 7)]
    service = service_over(films, [*stars, rating(50, 1, 0.5), rating(50, 2, 0.5)])
    answer = service.mixes.for_user(50, 10, Narrowed(), "es")
    assert {one.id for one in answer.resultados} == set(range(3, 9))
    assert all(1 <= one.valoracion_estimada <= 5 for one in answer.resultados)

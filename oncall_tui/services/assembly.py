"""How the services of one process are put together, whatever adapters they are given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource, Carrier, Channel, LastKnown, Store
from oncall_tui.services.accepting import Accepting
from oncall_tui.services.actions import Actions
from oncall_tui.services.addressing import ringing
from oncall_tui.services.answers import Answers, desk_channel
from oncall_tui.services.attending import Attending
from oncall_tui.services.board import Board, Team
from oncall_tui.services.breath import Breath
from oncall_tui.services.caring import Caring
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.escalating import Escalating
from oncall_tui.services.good_news import GoodNews
from oncall_tui.services.handing_over import HandingOver, HandoverShelf
from oncall_tui.services.handover_asking import HandoverAsking
from oncall_tui.services.help_desk import HelpDesk
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Feed, Polling
from oncall_tui.services.promising import Promising
from oncall_tui.services.relieving import Relieving
from oncall_tui.services.rota_asking import RotaAsking
from oncall_tui.services.rota_keeping import KeptCalendar, RotaKeeping
from oncall_tui.services.station import Station
from oncall_tui.services.token_ends import Token, TokenEnds
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks, Wakefulness
from oncall_tui.services.witnessing import Witnessing


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a station is made of: from a config, or made up."""

    team: Team
    feeds: Sequence[Feed]
    channels: Mapping[ChannelId, Channel]
    store: Store
    shelf: HandoverShelf
    report: Callable[[BaseException], str]
    """Writes down an error that nobody foresaw and returns one sentence about it."""
    troubles: Troubles
    clocks: Clocks
    holder: str
    """Names this process among those that send from one store."""
    new_id: Callable[[], str]
    jitter: Callable[[], float]
    """Returns a number from 0 up to 1, another one each time."""
    calendars: Sequence[KeptCalendar] = ()
    tokens: Sequence[Token] = ()
    last_known: LastKnown | None = None
    """Keeps tickets for the next start; None where nothing is kept."""


def put_together(parts: Parts) -> Station:
    """Return the station of these parts; nothing of it runs yet."""
    clock, troubles = parts.clocks.wall, parts.troubles
    logbook = Logbook(parts.store, clock)
    polling = Polling(parts.feeds, logbook, clock, troubles, jitter=parts.jitter, last_known=parts.last_known)
    escalating = Escalating(logbook, parts.channels, clock, troubles, stopwatch=parts.clocks.awake)
    desks, carriers = _carriers(parts, polling, logbook)
    delivery = Delivery(parts.store, logbook, carriers, clock, troubles, holder=parts.holder)
    board = Board(replace(parts.team, always_ring=ringing(parts.channels)), polling, logbook, clock, troubles)
    rota_keeping = RotaKeeping(parts.team.rota, parts.calendars, clock, troubles)
    rota_keeping.on_change(board.use_rota)
    answers = Answers(logbook=logbook, board=board, delivery=delivery, desks=desks, new_id=parts.new_id)
    handing_over = HandingOver(board, logbook, parts.shelf, clock, annotate=answers.annotate)
    accepting = Accepting(board, logbook, parts.shelf, handing_over)
    escalating.also_ask_for(accepting)
    escalating.sends_through(delivery)
    attending = Attending(logbook, board, clock)
    logbook.on_change(lambda: rota_keeping.follow(logbook))

    def poke() -> None:
        escalating.poke()
        delivery.poke()

    actions = Actions(
        logbook=logbook,
        board=board,
        polling=polling,
        poke=poke,
        handover=HandoverAsking(handing_over=handing_over, accepting=accepting, poke=poke),
        rota=RotaAsking(logbook=logbook, board=board, clock=clock, new_id=parts.new_id),
        attending=attending,
        caring=Caring(logbook, board),
        promising=Promising(logbook, board, clock, parts.new_id),
        answers=answers,
        clock=clock,
        new_id=parts.new_id,
    )

    def wake() -> None:
        polling.refresh()
        poke()
        rota_keeping.look_ahead()

    return Station(
        store=parts.store,
        logbook=logbook,
        polling=polling,
        escalating=escalating,
        delivery=delivery,
        board=board,
        actions=actions,
        troubles=troubles,
        rota_keeping=rota_keeping,
        relieving=Relieving(board, logbook, handing_over, GoodNews(board, logbook, clock), clock),
        breath=Breath(attending, board, troubles),
        witnessing=Witnessing(logbook, polling, troubles, as_known=board.as_known),
        wakefulness=Wakefulness(parts.clocks, logbook, troubles, on_wake=wake, here=lambda: board.zone),
        token_ends=TokenEnds(parts.tokens, clock, troubles, here=lambda: board.zone),
        report=parts.report,
    )


def _carriers(
    parts: Parts, polling: Polling, logbook: Logbook
) -> tuple[Mapping[SourceId, AnswerableSource], Mapping[ChannelId, Carrier]]:
    """Return the help desks that can be answered, and everything that carries a message."""
    desks: dict[SourceId, AnswerableSource] = {}
    carriers: dict[ChannelId, Carrier] = dict(parts.channels)
    for source in polling.sources.values():
        if isinstance(source, AnswerableSource):
            desks[source.id] = source
            desk = HelpDesk(source, logbook, parts.clocks.wall, on_written=polling.wrote)
            carriers[desk_channel(source.id)] = desk
    return desks, carriers

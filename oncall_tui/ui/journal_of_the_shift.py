"""What happened to the shift itself and to its handover, as the journal tells it; pure."""

from oncall_tui.domain import events as of_the_shift
from oncall_tui.domain import handover_events as handovers
from oncall_tui.ui.journal_words import Said, because, number, words

_STEPS = {
    handovers.FlowStep.NOBODY_NEXT: "leadership was told that nobody comes next",
    handovers.FlowStep.COMPLETE: "whoever is on call was asked to complete the handover",
    handovers.FlowStep.REMIND: "whoever comes next was asked once more to accept",
    handovers.FlowStep.OTHER_CHANNELS: "whoever comes next was asked through every other channel",
    handovers.FlowStep.LEADERSHIP: "leadership was told that nobody has accepted",
}


@words.register
def _(event: of_the_shift.SourceLost, _said: Said) -> str:
    return f"{event.source} stopped answering{because(event.why)}"


@words.register
def _(event: of_the_shift.SourceBack, _said: Said) -> str:
    return f"{event.source} answers again"


@words.register
def _(event: of_the_shift.GoodNewsNoted, _said: Said) -> str:
    about = f" ({number(event.ticket)})" if event.ticket else ""
    return f"good news{about}: {event.text}"


@words.register
def _(event: of_the_shift.MachineSlept, said: Said) -> str:
    slept = f"from {said.clock(event.fell_asleep_at)} to {said.clock(event.woke_at)}"
    return f"this machine slept {slept}: nobody was watching"


@words.register
def _(event: of_the_shift.ChannelProved, said: Said) -> str:
    return f"a test of {event.channel} reached {said.name(event.person)}: {event.proof.name.lower()}"


@words.register
def _(event: of_the_shift.CustomerZoneCorrected, _said: Said) -> str:
    return (
        f"the clock of {event.match} was set to {event.zone}" if event.zone else f"the clock of {event.match} was reset"
    )


@words.register
def _(event: of_the_shift.CoverAsked, said: Said) -> str:
    what = f"a swap with {said.name(event.in_return_from)}" if event.in_return_from else "a cover"
    return f"{said.name(event.person)} asked for {what} from {said.clock(event.starts_at)}{because(event.reason)}"


@words.register
def _(event: of_the_shift.CoverTaken, said: Said) -> str:
    return f"{said.name(event.by)} took the shift that was asked for"


@words.register
def _(event: of_the_shift.CoverUndone, said: Said) -> str:
    return f"{said.name(event.by)} undid a cover or swap"


@words.register
def _(event: handovers.HandoverDrafted, said: Said) -> str:
    early = ", before the end" if event.is_early else ""
    to = f" for {said.name(event.incoming)}" if event.incoming else ""
    return f"a handover was drafted{to}{early}"


@words.register
def _(event: handovers.HandoverStepped, _said: Said) -> str:
    return _STEPS[event.step]


@words.register
def _(event: handovers.HandoverDelivered, said: Said) -> str:
    to = f" for {said.name(event.incoming)}" if event.incoming else ""
    return f"the handover was frozen and given to the outbox{to}"


@words.register
def _(event: handovers.HandoverMessageSettled, _said: Said) -> str:
    what = "took" if event.is_accepted else "refused"
    return f"{event.channel or 'a channel'} {what} a message of the handover{because(event.detail)}"


@words.register
def _(event: handovers.HandoverAsked, said: Said) -> str:
    did = "gave an unclear answer to" if event.is_unclear else "asked about"
    return f"{said.name(event.by)} {did} the handover{because(event.words)}"


@words.register
def _(event: handovers.HandoverAnswered, said: Said) -> str:
    return f"{said.name(event.by)} answered{because(event.words)}"


@words.register
def _(event: handovers.HandoverAccepted, said: Said) -> str:
    return f"{said.name(event.by)} accepted the handover{because(event.first_action)}"


@words.register
def _(event: handovers.HandoverDeclined, said: Said) -> str:
    return f"{said.name(event.by)} cannot take over{because(event.reason)}"


@words.register
def _(event: handovers.GoodNewsSent, _said: Said) -> str:
    return "the digest of good news was given to the outbox" if event.keys else ""


@words.register
def _(event: of_the_shift.HandoverCarriedOver, said: Said) -> str:
    return f"{said.name(event.by)} took over from {said.name(event.outgoing)} by a file{because(event.first_action)}"

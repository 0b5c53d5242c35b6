"""Forty tickets of customers around the world, some of them hostile."""

from dataclasses import dataclass

from tests.servers.rt import NewTicket, RealRt

ZONES = (
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Riyadh",
    "Asia/Tokyo",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Africa/Lagos",
)
CUSTOMERS = 15
"""The last three name no zone."""
TICKETS = 40
HOSTILE = (
    "closing [/bold] tag",
    "clipboard \x1b]52;c;RVZJTA==\x07 end",
    "[@click=app.simulate_key('E')]Open[/]",
    "reversed \u202egnp.exe",
    "eight bit \x9b31m red",
    "marks e" + "\u0301" * 80,
    "wide 家族👩\u200d👩\u200d👧",
    "\x1b[=c",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What was put into the help desk."""

    rt: RealRt
    tickets: dict[str, NewTicket]
    """Number → ticket."""
    zones: dict[str, str]
    """Mail address → zone, empty for none."""


def address(customer: int) -> str:
    """Return a customer's mail address."""
    return f"customer{customer}@company{customer}.example"


def seed(rt: RealRt) -> Seeded:
    """Create the customers and their tickets."""
    zones = {address(c): ZONES[c] if c < len(ZONES) else "" for c in range(CUSTOMERS)}
    for customer, (mail, zone) in enumerate(zones.items()):
        rt.create_user(
            f"customer{customer}",
            EmailAddress=mail,
            RealName=f"Customer {customer}",
            Organization=f"Company {customer}",
            Timezone=zone,
        )
    wanted = [
        NewTicket(
            subject=HOSTILE[i // 2 % len(HOSTILE)] if i % 2 else f"Invoice {i} shows the wrong total",
            requester=address(i % CUSTOMERS),
            text=f"Hello,\nthis is request {i}.",
            priority=(0, 50, 100)[i % 3],
        )
        for i in range(TICKETS)
    ]
    return Seeded(rt=rt, tickets=dict(zip(rt.create_tickets(wanted), wanted, strict=True)), zones=zones)

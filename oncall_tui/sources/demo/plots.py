"""What customers of a made-up booking and web-shop service write about, and what is answered."""

from dataclasses import dataclass

from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A kind of trouble and how the talk about it goes; when the talk outlasts its lines, the last is repeated."""

    subject: CleanText
    priority: Priority
    tags: tuple[CleanText, ...]
    wrote: tuple[str, ...]
    replied: tuple[str, ...]
    noted: tuple[str, ...]

    def lines(self, deed: str) -> tuple[str, ...]:
        """Return what is said when somebody does this; the letters are those of ``Deed``."""
        return {"W": self.wrote, "R": self.replied, "N": self.noted}.get(deed, _SOLVED)


_SOLVED = ("It works again here, so you can close this. Thank you for staying with us.",)
_AGAIN = (
    "Is there any news? Our own people keep asking.",
    "We are still waiting. Please tell us at least when we will hear more.",
)


def _plot(
    subject: str,
    priority: Priority,
    tags: str,
    wrote: tuple[str, ...],
    replied: tuple[str, ...],
    noted: tuple[str, ...],
) -> Plot:
    return Plot(
        subject=CleanText(subject),
        priority=priority,
        tags=tuple(CleanText(tag) for tag in tags.split()),
        wrote=wrote + _AGAIN,
        replied=replied,
        noted=noted,
    )


LOGIN = _plot(
    "Login fails for every user",
    Priority.URGENT,
    "login saml",
    (
        "Since this morning nobody here can log in. The page says 'signature not valid'. Our shops run on you.",
        "Now the warehouse is locked out as well. This is the third time this month. Who is looking at it?",
    ),
    (
        "Hello {name}, thank you for telling us. Does it fail in a private window too? Could you send a SAML trace?",
        "Thank you for the trace. Your identity provider signs with a new certificate; we are checking ours.",
        "We have put the new certificate in place. Could one of you please try once more?",
    ),
    (
        "Trace read: the certificate in their metadata changed on Thursday, ours is the old one.",
        "Second customer of this identity provider with the same failure. Runbook says: escalate at two.",
    ),
)
VAT = _plot(
    "Invoice shows the wrong VAT",
    Priority.NORMAL,
    "billing vat",
    (
        "Invoice 20-1187 charges VAT although our number is on file. Our accountant closes the month on Monday.",
        "The corrected copy still shows it in the total. Please look at the second page.",
    ),
    ("Hello {name}, you are right, the number was not copied to the invoice. A corrected one is on its way.",),
    ("The VAT number was added one day after the invoice run. Finance must reissue, not credit.",),
)
CUSTOMS = _plot(
    "Order stuck at customs",
    Priority.HIGH,
    "shipping customs",
    (
        "The order has been at the airport since Wednesday because the commercial invoice lacks the tariff codes.",
        "The goods must stay cool and the broker works on Sunday again. We need the papers before that.",
    ),
    ("Hello {name}, I have asked the warehouse for the tariff codes and will send the papers as one file.",),
    ("Export template drops the tariff code for bundles. Codes can be added by hand from the product sheet.",),
)
DOUBLE_BOOKING = _plot(
    "Two guests booked into the same room",
    Priority.HIGH,
    "booking calendar",
    (
        "Room 12 is sold twice for tonight, once by you and once by the portal. Both guests have a confirmation.",
        "It happened again for tomorrow. I have to know at breakfast which of the two bookings counts.",
    ),
    ("Hello {name}, that must not happen. I have closed the room for the portal and am reading the sync log.",),
    ("The portal's calendar was read 40 minutes late; the lock ran out after 30.",),
)
CARD = _plot(
    "Card payments are declined since the update",
    Priority.HIGH,
    "payments checkout",
    (
        "Every third card is declined at the last step. The bank says that no request reaches them.",
        "The shop is full, and they stand at the till. What shall we tell people who want to pay?",
    ),
    ("Hello {name}, we see the declines as well. Until we know more, please offer payment by invoice.",),
    ("Declines only where the postcode is empty. The new check came with Thursday's release.",),
)
EXPORT = _plot(
    "Export has no orders after noon",
    Priority.NORMAL,
    "export reports",
    ("The daily export ends at 12:00 sharp. Everything sold in the afternoon is missing.",),
    ("Hello {name}, the export takes the server's day instead of yours. A complete one follows by hand.",),
    ("Zone of the account is empty, so the export falls back to UTC.",),
)
STOCK = _plot(
    "Stock shows zero although the shelf is full",
    Priority.HIGH,
    "stock sync",
    (
        "The shop says 'sold out' for 214 articles. We can see them standing here.",
        "Please hurry, the weekend newsletter goes out in a few hours.",
    ),
    ("Hello {name}, a stock count was left open. I have closed it; the numbers should come back within the hour.",),
    ("Open count blocks the sync. Closing it releases the stock, article by article.",),
)
MAILS = _plot(
    "Confirmation mails arrive a day late",
    Priority.NORMAL,
    "mail",
    ("Our customers get the confirmation the day after the visit. Several came twice.",),
    ("Hello {name}, the mails were held back by a limit. It is raised, the queue is draining.",),
    ("Limit per hour was that of a trial account.",),
)
LABELS = _plot(
    "Labels print upside down",
    Priority.LOW,
    "printing",
    ("Since the weekend all parcel labels come out upside down. We turn the boxes instead of the labels.",),
    ("Hello {name}, please set the printer's orientation to 'automatic' and print one test label.",),
    ("Driver update of the printer, not ours. Article 311 describes it.",),
)
SLOW = _plot(
    "Checkout takes half a minute",
    Priority.HIGH,
    "performance checkout",
    ("The last step takes 30 seconds. People press the button twice and are charged twice.",),
    ("Hello {name}, we see it in our figures too. Double charges are refunded by themselves within a day.",),
    ("Slow query on the discount table, 9 s at the 95th percentile.",),
)
SEATS = _plot(
    "Seat map empty for tonight's show",
    Priority.URGENT,
    "booking tickets",
    (
        "The map for the 21:00 show is blank. We sell at the door by hand, on paper.",
        "The map is back, but all seats are free. People with tickets stand in front of us.",
    ),
    ("Hello {name}, I am restoring the seat map from this morning's copy.",),
    ("Seat map was overwritten by the import of next month's programme.",),
)
REFUND = _plot(
    "Refund promised last week has not arrived",
    Priority.NORMAL,
    "billing refund",
    ("You wrote that the refund takes three days. It is nine now and our guest is losing patience.",),
    ("Hello {name}, I am sorry. The bank returned it because of a digit; it leaves again today.",),
    ("Goodwill of 40 would be within the budget.",),
)
INVITE = _plot(
    "New colleague gets no invitation",
    Priority.LOW,
    "accounts",
    ("We invited a colleague three times. Nothing arrives, not even in the spam folder.",),
    ("Hello {name}, the address had bounced once and was blocked. It is free again, please invite once more.",),
    ("Bounce list cleared for this address.",),
)
WIDGET = _plot(
    "Booking form missing on our site",
    Priority.HIGH,
    "booking embed",
    (
        "Where the booking form should be there is a white box. We changed nothing.",
        "It works on one phone and not on the other. Does that help?",
    ),
    ("Hello {name}, your site forbids foreign frames since its last update. I am writing down what to change.",),
    ("Content-Security-Policy of the site; two lines for their web agency.",),
)
PRICES = _plot(
    "Prices appear in the wrong currency",
    Priority.NORMAL,
    "shop currency",
    ("Visitors from abroad see our prices in dollars but are charged in our own currency.",),
    ("Hello {name}, thank you for the screenshots. I have switched off the conversion until it is right.",),
    ("Rates stopped updating on the first of the month.",),
)
API = _plot(
    "API answers 500 for large orders",
    Priority.HIGH,
    "api",
    ("Orders with more than 200 lines fail with 500 and no body. Smaller ones pass.",),
    ("Hello {name}, we can reproduce it. Until it is mended, orders may be split at 200 lines.",),
    ("Request limit of the new gateway is 1 MB.",),
)

PLOTS = (
    LOGIN, VAT, CUSTOMS, DOUBLE_BOOKING, CARD, EXPORT, STOCK, MAILS,
    LABELS, SLOW, SEATS, REFUND, INVITE, WIDGET, PRICES, API,
)  # fmt: skip

"""Whose a mail address is: one person's, several people's, a machine's, a company's or a mail provider's."""

import re
from collections.abc import Set as AbstractSet
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s@<>,;\"()]+@[^\s@<>,;\"()]+\.[^\s@<>,;\"().]+")
_WORDS: Final = re.compile(r"[-._+=]")
_ROLES_WORDS: Final = """
abuse account accounting accounts admin administration administrator alerts alert all billing booking bookings
buchhaltung bureau careers compta comptabilite contact contacto contact-us customer customercare customers
customerservice customersupport desk dev developers dispatch einkauf ecommerce enquiries enquiry everyone
facturacion feedback finance frontdesk hello help helpdesk hi hostmaster hotline hr info information inquiries
inquiry invoice invoices it itsupport jobs kontakt kundenservice legal logistics mail mailbox marketing
monitoring office ops orders order payments post postmaster press privacy procurement purchasing reception
rechnung recepcion reservations root sales security service services shop staff support sysadmin team tech
techsupport ticket tickets us vertrieb verwaltung webmaster welcome
"""
_ROLES: Final = frozenset(_ROLES_WORDS.split())
"""What stands before the @ of an address that several people read."""
_MACHINES: Final = frozenset(
    ("bounce", "bounces", "daemon", "donotreply", "mailer", "notification", "notifications", "noreply", "robot")
)
_NO_REPLY: Final = re.compile(r"(?:do-?not|no)[-._]?reply")
_RELAYS_WORDS: Final = """
atlassian.com atlassian.net chatwoot.com freshdesk.com freshservice.com frontapp.com github.com gitlab.com
helpscout.net hs-inbox.com hubspot.com hubspotemail.net intercom-mail.com intercom.io jira.com zammad.com
zendesk.com
"""
_RELAYS: Final = frozenset(_RELAYS_WORDS.split())
"""Domains, of two words each, from which help desks and forges write in the name of others."""
_FREE_WORDS: Final = """
126.com 139.com 163.com aim.com att.net bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com comcast.net
cox.net daum.net docomo.ne.jp email.cz ezweb.ne.jp fastmail.com fastmail.fm foxmail.com free.fr freenet.de
googlemail.com hanmail.net hey.com icloud.com inbox.lv inbox.ru interia.pl juno.com kpnmail.nl laposte.net
libero.it list.ru mac.com mail.com mail.ee mail.ru mailbox.org me.com mweb.co.za naver.com nate.com o2.pl
onet.pl online.no orange.fr posteo.de posteo.net pm.me proton.me protonmail.ch protonmail.com qq.com rambler.ru
rediffmail.com rocketmail.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com skynet.be softbank.ne.jp
sympatico.ca t-online.de telenet.be telia.com tin.it tiscali.it tuta.com tutanota.com ukr.net uol.com.br
verizon.net virgilio.it wanadoo.fr web.de wp.pl xtra.co.nz ya.ru ymail.com ziggo.nl zoho.com
"""
_FREE: Final = frozenset(_FREE_WORDS.split())
_FREE_EVERYWHERE: Final = frozenset(("aol", "gmail", "gmx", "hotmail", "live", "msn", "outlook", "yahoo", "yandex"))
"""Mail providers that call themselves the same in every country."""


def written_once(email: str) -> str:
    """Return a mail address as all its spellings are compared, or nothing for what is none.

    Only the case of letters is taken away: what a provider does with dots and tags is not known for sure.
    """
    folded = email.strip().casefold()
    if not _ADDRESS.fullmatch(folded):
        return ""
    return email if email == folded else folded  # the text that is there already costs no memory


def is_machines(address: str) -> bool:
    """Tell whether no person reads an address: it only sends, or it passes on what others write."""
    local, _, domain = address.rpartition("@")
    return _is_relay(domain) or not _MACHINES.isdisjoint(_WORDS.split(local)) or _NO_REPLY.match(local) is not None


def _is_relay(domain: str) -> bool:
    return ".".join(domain.rsplit(".", 2)[-2:]) in _RELAYS


def is_shared(address: str) -> bool:
    """Tell whether several people may write from an address."""
    local = address.partition("@")[0].partition("+")[0]
    return local in _ROLES or _WORDS.split(local, maxsplit=1)[0] in _ROLES


def is_personal(address: str, ours: AbstractSet[str]) -> bool:
    """Tell whether an address is one person's, and none of ours."""
    return bool(address) and address not in ours and not is_machines(address) and not is_shared(address)


def company_domain(email: str) -> str:
    """Return the mail domain that only one company's people have; empty where a provider or a relay has it."""
    domain = written_once(email).rpartition("@")[2]
    is_anybodys = domain in _FREE or domain.partition(".")[0] in _FREE_EVERYWHERE or _is_relay(domain)
    return "" if is_anybodys else domain

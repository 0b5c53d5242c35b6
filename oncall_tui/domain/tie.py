"""What surely ties requests of one person together: a mail address, a phone number; never a name."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.mail_address import is_machines, is_personal, written_once
from oncall_tui.domain.ticket import Requester

_BETWEEN: Final = re.compile(r"\(0\)|[\s\u00a0()./-]")
"""What people write into a number to read it more easily; the zero in brackets is dialled only inside the country."""
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_NAME_PART: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """By what a request can be tied to others of the same person; an empty text ties nothing."""

    address: str = ""
    """A mail address that is one person's."""
    number: str = ""
    """A phone number in its international form."""
    name: str = ""
    """It can only speak against a tie."""
    is_several: bool = False
    """The address is read by several people: so may be the phone."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Return address and number, as far as there are any."""
        if self.address and self.number:
            return self.address, self.number
        return (self.address or self.number,) if self.address or self.number else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SureTies:
    """What our config says about addresses and numbers."""

    ours: AbstractSet[str] = frozenset()
    """Mail addresses and international phone numbers of our own."""
    row_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each address of a row of the customers table that holds nothing but whole addresses: all of them."""

    def of(self, requester: Requester) -> Tie:
        """Return by what a requester can be tied."""
        address = written_once(requester.email)
        number = international(requester.phone) if requester.phone else ""
        is_hers = is_personal(address, self.ours)
        return Tie(
            address=address if is_hers else "",
            number="" if number in self.ours else number,
            name=requester.name,
            is_several=bool(address) and not is_hers and address not in self.ours and not is_machines(address),
        )


def sure_ties(customers: Iterable[Customer], ours: AbstractSet[str]) -> SureTies:
    """Return what surely ties, by the customers table and by what is our own.

    A row that names a mail domain or an organisation is a company. One of nothing but whole addresses is a person, as
    long as those who write from them bear no different names.
    """
    own = frozenset(filter(None, map(_own, ours)))
    rows: dict[str, tuple[str, ...]] = {}
    for customer in customers:
        addresses = {written_once(entry) for entry in customer.match}
        if len(addresses) > 1 and all(is_personal(address, own) for address in addresses):
            together = addresses.union(*(rows.get(address, ()) for address in addresses))
            rows |= dict.fromkeys(together, tuple(sorted(together)))
    return SureTies(ours=own, row_of=rows)


def _own(one: str) -> str:
    return written_once(one) or international(one)


def international(phone: str) -> str:
    """Return a phone number in its international form (E.164), or nothing where it is not written as one."""
    number = _BETWEEN.sub("", phone)
    return number if _INTERNATIONAL.fullmatch(number) else ""


def words_of(name: str) -> frozenset[str]:
    """Return the words of a name, in small letters and in no order."""
    return frozenset(_NAME_PART.findall(name.casefold()))


def may_be_one(names: Iterable[str]) -> bool:
    """Tell whether names may all be one person's: the fullest holds every word of the others."""
    known = [words_of(name) for name in names]
    fullest = max(known, key=len, default=frozenset())
    return all(name <= fullest for name in known)

"""Whose a mail address is."""

import pytest

from oncall_tui.domain.mail_address import company_domain, is_personal, written_once


@pytest.mark.parametrize("email", ["kei@Acme.example", "info@acme.example"])
def test_people_of_one_mail_domain_are_one_companys(email: str) -> None:
    assert company_domain(email) == "acme.example"


@pytest.mark.parametrize(
    "email",
    [
        "kei@gmail.com",
        "kei@yahoo.co.jp",
        "kei@web.de",
        "kei@hotmail.fr",
        "x@acme.zendesk.com",
        "1+k@reply.github.com",
        "",
    ],
)
def test_a_providers_or_a_relays_domain_is_no_companys(email: str) -> None:
    assert company_domain(email) == ""


def test_what_merely_begins_like_a_shared_address_is_one_persons() -> None:
    for email in ("information.desk.kei@a.example", "helpman@a.example", "ingo@a.example", "nora@a.example"):
        assert is_personal(email, frozenset()) is not email.startswith("information.")


def test_an_address_is_compared_in_small_letters_and_nothing_else_of_it_is_changed() -> None:
    assert written_once(" Kei+Shop.X@Gmail.com ") == "kei+shop.x@gmail.com"
    assert written_once("Kei <kei@a.example>") == ""

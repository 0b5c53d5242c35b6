"""Invented companies and the people who write for them, with the hints at their clock that help desks give."""

from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A customer of the made-up desk."""

    tier: CleanText
    people: tuple[Requester, ...]


def _company(line: str) -> Company:
    name, tier, domain, zone, country, phone, offset, *people = (part.strip() for part in line.split("|"))
    return Company(
        tier=CleanText(tier),
        people=tuple(
            Requester(
                name=CleanText(person),
                email=CleanText(f"{person.split()[0].lower()}@{domain}"),
                phone=CleanText(phone),
                organisation=CleanText(name),
                time_zone=CleanText(zone),
                country=CleanText(country),
                mail_offset=timedelta(hours=float(offset)) if offset else None,
            )
            for person in people
        ),
    )


def _companies(table: str) -> tuple[Company, ...]:
    return tuple(_company(line) for line in table.strip().splitlines())


# name | tier | mail domain | zone, as help desks write it | country | phone | offset of the mail's date | people
CAST = _companies("""
Acme KK | gold | acme-kk.example | Asia/Tokyo | JP | | 9 | Keiko Tanabe
Kobe Foods | silver | kobe-foods.example | Seoul | | | | Minseo Yun
Najd Pharma | silver | najd-pharma.example | Asia/Riyadh | SA | | | Huda Alharthi
Hotel Lindenquell | silver | lindenquell.example | W. Europe Standard Time | | | | Jonas Wiek
Brasserie Quai Neuf | standard | quai-neuf.example | Europe/Paris | FR | | | Aïcha Ferrand
Talleres Ruedaviva | standard | ruedaviva.example | Europe/Madrid | | | | Lucía Montalvo
Palm Street Cinemas | gold | palmstreet.example | America/Los_Angeles | | +1 213 555 0142 | | Darnell Hayes
Tidewater Bikes | silver | tidewater-bikes.example | America/Vancouver | | | | Priya Gill
Hudson Paper Works | standard | hudsonpaper.example | America/New_York | | | | Rosa Delgado
Himal Trail Treks | silver | himaltrail.example | Kathmandu | | | | Pemba Lama
Signal Cove Gear | standard | signalcove.example | Newfoundland Standard Time | | | | Maeve Hynes
Ipê Claro Móveis | standard | ipeclaro.example | America/Sao_Paulo | BR | | | Caio Figueira
Kauri Lane Books | silver | kaurilane.example | Pacific/Auckland | | | | Aroha Ngata
 | standard | mailbox.example | | | | | Wanderlens
""")
"""Who is waiting when the night starts, in the order of the opening scene; the last one gives no hint at a zone."""

WRITERS = _companies("""
 | | himaltrail.example | | | | | Pemba Lama
""")
"""Who also writes by mail: a mailbox knows of people what stands in their letters, and nothing of their companies."""

CROWD = _companies("""
Thameside Florists | silver | thameside.example | | | +44 20 7946 0321 | | Imogen Okoro | Callum Reid
Wattle Bay Camping | standard | wattlebay.example | | | +61 2 5550 0178 | | Tilly Nguyen | Jarrah Cole
Karoo Sky Lodges | silver | karoosky.example | Africa/Johannesburg | ZA | | | Thandeka Mokoena | Pieter Nel
Lekki Styles | standard | lekkistyles.example | Africa/Lagos | | | | Chidi Eze | Folake Adeyemi
Savanna Coffee Post | gold | savannacoffee.example | Nairobi | KE | | | Wanjiru Kamau | Otieno Ouma
Monsoon Tailors | silver | monsoontailors.example | Mumbai | | | | Anaya Kulkarni | Farhan Shaikh
Merlion Print Lab | gold | merlionprint.example | Asia/Singapore | | | | Wei Ling Goh | Arif Rahman
Banyan Spice House | standard | banyanspice.example | SE Asia Standard Time | | | | Dewi Lestari | Bayu Prakoso
Isla Verde Ferries | silver | islaverde.example | Asia/Manila | PH | | | Jomar Reyes | Liza Santos
Cacao del Valle | standard | cacaovalle.example | | Mexico | | | Ximena Robledo | Iker Salas
Altiplano Yarn | standard | altiplanoyarn.example | America/Bogota | | | | Valentina Rojas
Lakefront Dental | gold | lakefront-dental.example | America/Chicago | | +1 312 555 0117 | | Marcus Bell | Ewa Nowicka
Mile Nine Ciderworks | standard | milenine.example | Mountain Time (US & Canada) | | | | Sofia Trujillo | Ben Whitehorse
Hibiscus Surf School | standard | hibiscussurf.example | Pacific/Honolulu | | | | Kalani Mahoe
Bosphorus Rugs | silver | bosphorusrugs.example | Europe/Istanbul | TR | | | Defne Aksoy | Emre Yildiz
Carmel Optics | silver | carmeloptics.example | Asia/Jerusalem | | | | Noa Bar | Yusuf Haddad
Nile Bank Travels | standard | nilebank.example | Africa/Cairo | | | | Mariam Fahmy
Aurora Sauna Co | gold | aurorasauna.example | FLE Standard Time | FI | | | Aino Salmela | Veeti Harju
Vistula Games | standard | vistulagames.example | Warsaw | | | | Zofia Malec | Igor Banas
Tejo Ceramics | standard | tejoceramics.example | Europe/Lisbon | | | | Beatriz Falcão
Dolomia Sport | silver | dolomiasport.example | Europe/Rome | IT | | | Chiara Pedron | Luca Moser
Fjordline Wool | silver | fjordline.example | | Norway | | | Ingrid Solbakk | Amir Hosseini
Bengal Book Barge | standard | bookbarge.example | | | | 6 | Nusrat Jahan
Emirates Date Farm | gold | datefarm.example | Asia/Dubai | | | | Salem Alnuaimi | Grace Fernandes
Chatham Lobster | standard | chathamlobster.example | Pacific/Chatham | | | | Mere Solomon
Saffron Road Sweets | standard | saffronroad.example | Asia/Tehran | | | | Shirin Kaveh
Pine Barrens Honey | standard | pinebarrens.example | America/New_York | | | | Tasha Greene
Outback Fossils | standard | outbackfossils.example | Adelaide | | | | Kirra Walsh
Yerba Buena Tea | silver | yerbabuena.example | America/Argentina/Buenos_Aires | | | | Martina Sosa
Tundra Outfitters | standard | tundraoutfit.example | America/Anchorage | | | | Nanuq Olson
 | standard | postbox.example | | | | | Quietriver
""")
"""Who writes later, and who is there in numbers when more tickets are asked for."""

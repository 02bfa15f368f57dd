"""What companies, people and things are called in the demonstration. All of it is made up."""

from __future__ import annotations

import random
from collections.abc import Iterator

from portal.demo.sectors import SECTORS, Sector


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STEMS = _words("""
Alder Amberley Anvil Arbor Ashgrove Aster Atlas Auburn Aurelia Avonlea Banyan Bayside Beacon Bellweather Birch
Blackthorn Bluebird Bramble Brightwater Brookfield Calder Camellia Canopy Cardinal Cascade Castlegate Cedar Chandler
Cinder Clearbrook Clover Cobalt Compass Copperfield Coral Cornerstone Crescent Crosswind Dahlia Delphine Dovetail
Driftwood Eastgate Elmwood Ember Evergreen Fairhaven Falcon Fennel Fernhill Finch Flint Foxglove Garnet Gladstone
Glenmore Granite Greenleaf Grove Halcyon Harbour Hawthorn Hazel Heron Highfield Hollow Horizon Indigo Ironbridge
Ivory Jasper Juniper Kestrel Kingfisher Lakeshore Lantern Larkspur Laurel Linden Lodestar Longview Magnolia
Maplewood Marigold Meadow Meridian Mistral Moorland Mosaic Northstar Oakhurst Oldmill Olive Onyx Orchard Osprey
Palisade Paragon Pebble Peregrine Pinecrest Pioneer Polaris Prairie Quarry Quill Ravenswood Redwood Ridgeway
Riverbend Rosewood Rowan Saffron Sagebrush Sandpiper Seabrook Sequoia Silverline Skylark Solstice Southbank Sparrow
Spruce Starling Stonebridge Summit Sycamore Tamarind Thistle Tidewater Topaz Union Valley Verbena Vista Walnut
Waterford Westbrook Wheatley Willow Windmill Wren Yarrow Yellowstone Zephyr
""")

SURNAMES = _words("""
Abara Adeyemi Almeida Andersen Aoki Baptiste Becker Bianchi Bondarenko Brandt Byrne Castillo Chen Cohen Costa Dahl
Delacroix Demir Dubois Eriksen Farouk Fernández Fischer Fontaine Gallagher García Grønli Haddad Hansen Hoffmann
Ibrahim Ivanova Jansen Jovanović Kaplan Kaya Keller Khan Kim Kowalski Kumar Larsen Lefèvre Lindqvist Lopes MacLeod
Marchetti Mbeki Mensah Moreau Müller Nakamura Ndiaye Nguyễn Novák O’Brien Okafor Olsen Ortega Osei Papadopoulos Park
Patel Pereira Petrov Quinn Rahman Reyes Rossi Sato Schneider Şahin Silva Singh Strand Suzuki Svensson Tanaka Torres
Vasquez Virtanen Wagner Walsh Weber Wójcik Yamamoto Yılmaz Zhang Ziegler
""")

FIRST_NAMES = _words("""
Aaliyah Adam Agnes Ahmed Aisha Alba Alejandro Amara Amir Ana André Anika Astrid Beatriz Benoît Bruno Camille Carlos
Chiara Chloé Daniel Daria David Dilan Elena Elif Emeka Emil Esther Fatima Felix Finn Freya Gabriel Giulia Hana
Hassan Helena Hugo Ines Ingrid Isla Ivan Jakub Jamal Jana João Jonas Julia Kaito Karim Katja Kofi Laila Lars Leila
Leo Lina Lucía Mads Magnus Malik Marta Mateo Mei Mina Mohammed Nadia Nina Noah Nora Olga Omar Oscar Petra Priya
Rafael Ravi Rosa Samir Sara Sofia Soren Tariq Thea Tomás Uma Valentina Vera Viktor Wei Yara Yusuf Zoë
""")

FORMS = ("", "", "", "", "", " Ltd", " GmbH", " Inc.", " LLC", " Co-operative", " Group", " & Partners")

UNUSUAL: tuple[tuple[int, str], ...] = (
    (5, "Crêperies réunies de l’Île-aux-Goélands"),
    (11, "شركة النور للاتصالات"),
    (17, "Łódź Żeglarska Spółka z o.o."),
    (23, "מרפאת השרון"),
    (31, "上海云桥物流有限公司"),
    (43, "ООО «Северный ветер»"),
    (52, "บริษัท ดอกบัว จำกัด"),
    (61, "Pizza 🍕 & Friends 👩‍👩‍👧"),
    (74, '<b>Bold</b> & Sons "Ltd"'),
    (83, "Ægir Fjærøy Ørsted A/S"),
    (96, "株式会社さくら通信"),
    (107, "O'Brien; DROP TABLE Tenants;-- Plumbing"),
    (118, "İstanbul Işık Enerji A.Ş."),
    (129, "{{ 7 * 7 }} Template Workshop"),
    (139, ("Royal Chartered Association of Harbour Pilots, Lighthouse Keepers, Ferry Operators and Allied "
           "Maritime Trades of the Northern, Western and Outer Isles, incorporating the Benevolent Fund for Retired "
           "Signallers and Their Families, Registered Branch No 25507")),
    (151, "한빛 소프트웨어"),
    (163, "X"),
    (175, "Nguyễn & Đặng Thực Phẩm"),
)  # fmt: skip
"""Names that put pages to the test, by the number of the tenant that has them."""


def companies(rng: random.Random) -> Iterator[tuple[str, Sector]]:
    """Give companies without end, each name once: its name and its sector."""
    unusual = dict(UNUSUAL)
    used: set[str] = set()
    index = 0
    while True:
        sector = SECTORS[index % len(SECTORS)] if index < len(SECTORS) else rng.choice(SECTORS)
        name = unusual.get(index) or company(rng, sector)
        while name in used:
            name = company(rng, sector)
        used.add(name)
        yield name, sector
        index += 1


def company(rng: random.Random, sector: Sector) -> str:
    """Make up one company's name."""
    noun, form = rng.choice(sector.nouns), rng.choice(FORMS)
    shape = rng.random()
    if shape < 0.6:
        stem = rng.choice(STEMS)
    elif shape < 0.8:
        stem = rng.choice(SURNAMES)
    else:
        stem = f"{rng.choice(SURNAMES)} & {rng.choice(SURNAMES)}"
    if form == " & Partners" and "&" in stem:
        form = ""
    return f"{stem} {noun}{form}"


def person(rng: random.Random) -> tuple[str, str]:
    """Make up a person: first name and surname."""
    return rng.choice(FIRST_NAMES), rng.choice(SURNAMES)


SUSPENSION_REASONS = (
    "Invoice 60 days overdue; three reminders unanswered.",
    "Unusual outbound traffic to premium numbers; under investigation.",
    "Card charged back twice. Waiting for another way to pay.",
    "Complaints about unsolicited calls. The customer has been asked for proof of consent.",
    "Suspended at the customer's own request while they move offices.",
)
OVERRIDE_REASONS = (
    "Agreed in the renewal of the contract; see the account's file.",
    "Extra volume for a product recall, until the end of the campaign.",
    "Pilot of the new voice agents, approved by the head of sales.",
    "Goodwill after the outage in the region.",
)
INTEGRATIONS = ("Salesforce", "HubSpot", "Zendesk", "Slack", "Google Calendar", "Outlook", "Shopify", "Twilio Flex")
WORKFLOWS = ("After-hours routing", "Appointment reminder", "Callback queue", "Identity check", "Satisfaction survey",
             "Payment reminder", "Language detection", "Escalate to a person")  # fmt: skip
SQUADS = ("Daytime", "Evenings", "Holidays", "Overflow", "VIP", "Pilot")
FILES = ("Price list.pdf", "Opening hours.csv", "FAQ.docx", "Product catalogue.pdf", "Tone of voice.md",
         "Branch directory.xlsx", "Terms and conditions.pdf", "Greeting.wav")  # fmt: skip

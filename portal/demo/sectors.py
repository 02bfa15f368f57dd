"""What kinds of companies the demonstration shows, and how each telephones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from functools import cached_property

from portal.demo.chance import source


@dataclass(frozen=True)
class Sector:
    """One line of business. `hours` holds a weight from 0 to 9 for each local hour, `weekend` the share of a working
    day's calls that comes on Saturdays and Sundays, `seconds` the typical length of a call, `outbound` the share of
    calls it makes itself, `mood` the usual sentiment."""

    key: str
    nouns: tuple[str, ...]
    agents: tuple[str, ...]
    hours: str
    weekend: float
    seconds: int
    outbound: float
    mood: float

    @cached_property
    def hour_weights(self) -> list[int]:
        """The weights of the hours, each added to those before."""
        total, summed = 0, []
        for digit in self.hours:
            total += int(digit)
            summed.append(total)
        return summed

    @cached_property
    def durations(self) -> list[int]:
        """Lengths of answered calls in seconds, as often as they occur: many short ones, a few very long."""
        rng = source(self.key)
        return [max(4, min(3600, int(rng.lognormvariate(0, 0.75) * self.seconds * 0.8))) for _ in range(997)]


SECTORS = (
    Sector("dental", ("Dental", "Dental Care", "Orthodontics", "Smiles", "Dentistry"),
           ("Front desk", "Recall line", "Emergency line"), "000000013788656764200000", 0.15, 140, 0.3, 0.4),
    Sector("clinic", ("Family Clinic", "Medical Group", "Health", "Paediatrics", "Physiotherapy", "Eye Centre"),
           ("Appointments", "Prescriptions", "Triage nurse", "Results line"), "000000129976567652100000", 0.2, 210,
           0.2, 0.25),
    Sector("hotel", ("Hotel", "Suites", "Inn", "Resort", "Guesthouse", "Hostels"),
           ("Reservations", "Concierge", "Night reception"), "211111245778877899987643", 1.1, 190, 0.05, 0.45),
    Sector("restaurant", ("Bistro", "Kitchen", "Trattoria", "Bakery", "Grill", "Noodle House", "Catering"),
           ("Table bookings", "Take-away orders"), "000000001124996557998520", 1.5, 75, 0.02, 0.5),
    Sector("logistics", ("Logistics", "Freight", "Couriers", "Shipping", "Warehousing", "Haulage"),
           ("Parcel tracking", "Driver dispatch", "Customs desk", "Delivery slots"), "000013699988899765321000", 0.35,
           120, 0.45, -0.05),
    Sector("insurance", ("Insurance", "Mutual", "Claims Services", "Underwriting", "Brokers"),
           ("First notice of loss", "Policy questions", "Renewals"), "000000015899877886310000", 0.12,
           330, 0.35, -0.15),
    Sector("bank", ("Credit Union", "Savings", "Finance", "Payments", "Wealth"),
           ("Card services", "Fraud desk", "Loan enquiries", "Branch line"), "111111137899988877643221", 0.4, 260,
           0.25, -0.05),
    Sector("energy", ("Energy", "Power", "Gas & Water", "Solar", "Heat Pumps"),
           ("Outage line", "Meter readings", "Moving home"), "111112357888777789865321", 0.5, 200, 0.2, -0.25),
    Sector("retail", ("Outfitters", "Home", "Electronics", "Books", "Garden Supply", "Cycles", "Toys"),
           ("Order status", "Returns", "Store finder", "Gift cards"), "000000013678887788875310", 0.9, 130, 0.15, 0.1),
    Sector("property", ("Lettings", "Property", "Estates", "Realty", "Housing Association"),
           ("Viewings", "Repairs line", "Rent questions"), "000000013788767887532100", 0.45, 165, 0.4, 0.05),
    Sector("legal", ("Legal", "Law Partners", "Solicitors", "Notaries", "Tax Advisers"),
           ("Intake", "Case updates"), "000000003799867886420000", 0.05, 290, 0.25, 0.15),
    Sector("travel", ("Airways", "Travel", "Rail", "Ferries", "Car Hire", "Tours"),
           ("Rebooking", "Baggage", "Loyalty desk", "Group bookings"), "321112468888888888876543", 1.0, 280, 0.1, -0.1),
    Sector("education", ("Academy", "College", "Language School", "Tutors", "Kindergartens"),
           ("Admissions", "Absence line", "Fees office"), "000000048986567653210000", 0.08, 150, 0.3, 0.3),
    Sector("software", ("Cloud", "Labs", "Software", "Robotics", "Data", "Networks", "Studios"),
           ("Support line", "Onboarding calls", "Sales assistant", "Escalations"), "111111235789988888765432", 0.3, 340,
           0.5, 0.2),
    Sector("public", ("City Council", "Transit", "Libraries", "Waterworks", "Housing Office"),
           ("Citizen line", "Permits", "Waste collection"), "000000039998766653100000", 0.1, 180, 0.1, 0.0),
)  # fmt: skip


@dataclass(frozen=True)
class Region:
    """Where a tenant is: its clock, and telephone numbers that regulators keep for fiction."""

    key: str
    offset: int
    """Hours from UTC."""
    prefixes: tuple[str, ...]
    digits: int

    @cached_property
    def zone(self) -> tzinfo:
        """The region's clock, without summer time."""
        return timezone(timedelta(hours=self.offset))

    def number(self, rng: random.Random) -> str:
        """Give a fictional telephone number of the region, in E.164."""
        prefix = self.prefixes[int(rng.random() * len(self.prefixes))]
        return f"{prefix}{int(rng.random() * 10**self.digits):0{self.digits}}"

    @cached_property
    def numbers(self) -> list[str]:
        """Some thousand numbers to choose from."""
        rng = source(self.key)
        return [self.number(rng) for _ in range(3000)]


def _american(*areas: int) -> tuple[str, ...]:
    return tuple(f"+1{area}55501" for area in areas)


REGIONS = (
    # North America keeps 555-0100 to 555-0199 in every area code.
    Region("us-east", -5, _american(202, 212, 215, 305, 404, 617, 704, 716, 919), 2),
    Region("us-west", -8, _american(206, 303, 415, 503, 602, 619, 702, 808), 2),
    # Ofcom's numbers for drama: London, Leeds, Manchester, no area, mobile.
    Region("eu-west", 0, ("+442079460", "+441134960", "+441614960", "+441632960", "+447700900"), 3),
    # The German Bundesnetzagentur's: Berlin, Hamburg, Frankfurt, Cologne, Munich.
    Region("eu-central", 1, ("+493023125", "+494066969", "+496990009", "+492214710", "+498999998"), 3),
    # The Australian ACMA's: Sydney, Melbourne, Brisbane, Perth.
    Region("ap-southeast", 10, ("+6125550", "+6135550", "+6175550", "+6185550"), 4),
)

"""A sheet of prospects who do not exist: fictional numbers (555-01xx), names and companies."""

import csv
import io
import random
from collections.abc import Iterable

FIRST = [
    "Aisha",
    "Bruno",
    "Carmen",
    "Chen",
    "Daria",
    "Elias",
    "Fatima",
    "Grace",
    "Hana",
    "Ian",
    "Jamal",
    "Kenji",
    "Lena",
    "Miguel",
    "Nadia",
    "Olga",
]
LAST = [
    "Abbott",
    "Castillo",
    "Ellison",
    "Foster",
    "Grant",
    "Iversen",
    "Keller",
    "Moreau",
    "Nakamura",
    "Okoye",
    "Petrov",
    "Singh",
    "Vargas",
    "Weber",
]
COMPANIES = [
    "Acme Robotics",
    "Bluebird Health",
    "Cobalt Freight",
    "Dune Analytics",
    "Evergreen Foods",
    "Fathom Energy",
    "Granite Insurance",
    "Harbor Bank",
    "Ironwood Steel",
    "Juniper Hotels",
    "Kestrel Air",
    "Lumen Optics",
]
TITLES = (
    ("Chief Information Security Officer", "C-level"),
    ("VP Infrastructure", "VP"),
    ("IT Director", "Director"),
    ("Head of Procurement", "Director"),
    ("Cloud Architect", "Senior"),
    ("Chief Financial Officer", "C-level"),
)
# Area code and state. The last two digits also choose what the practice line does.
PLACES = (("212", "NY"), ("312", "IL"), ("415", "CA"), ("512", "TX"), ("617", "MA"), ("303", "CO"))
# Whom voices call: the last three digits choose what the simulator does.
VOICE_PLACES = (("206", "WA"), ("702", "NV"))
HEADER = [
    "Name",
    "Phone",
    "Company",
    "Job Title",
    "Job Level",
    "Email",
    "Country",
    "State",
    "Employees",
    "Remarks",
]


def sheet(rows: int, seed: int) -> bytes:
    """A CSV of so many prospects, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up people, no secret
    numbers = [f"+1{code}55501{n:02}" for code, _ in PLACES for n in range(100)]
    chance.shuffle(numbers)
    return table(numbers[:rows], chance)


def table(numbers: Iterable[str], chance: random.Random) -> bytes:
    """A CSV of a prospect for each number."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEADER)
    states = dict(PLACES + VOICE_PLACES)
    for number in numbers:
        first, last = chance.choice(FIRST), chance.choice(LAST)
        company = chance.choice(COMPANIES)
        title, level = chance.choice(TITLES)
        domain = company.split()[0].lower() + ".example"
        writer.writerow(
            [
                f"{first} {last}",
                number,
                company,
                title,
                level,
                f"{first}.{last}@{domain}".lower(),
                "US",
                states[number[2:5]],
                chance.choice((120, 450, 900, 2400, 8000)),
                chance.choice(("", "", "", "Met at a trade fair", "Prefers mornings")),
            ]
        )
    return target.getvalue().encode()

"""The cast of generated stories: teams, people, categories and what callers complain about. All of it is invented."""

TEAMS = (
    *("Service Desk", "Workplace", "Network", "Identity", "Messaging", "Databases", "Windows Servers", "Linux Servers"),
    *("Storage", "Telephony", "ERP Finance", "ERP Logistics", "HR Systems", "Field Service", "Security", "Web"),
    *("Integration", "Print", "Warehouse Systems", "Cloud Platform"),
)
"""From the one that most tickets are opened for to the one with the fewest."""

CATEGORIES = {
    "Access": ("Password expired", "Account is locked", "No permission for a shared folder"),
    "Software": ("Application does not start", "Update failed", "Licence is missing"),
    "Email": ("Mailbox is full", "Mail is not delivered", "Cannot open a shared mailbox"),
    "Hardware": ("Laptop does not switch on", "Screen flickers", "Docking station is not recognised"),
    "Network": ("No network at the desk", "Wireless network drops", "VPN does not connect"),
    "ERP": ("Invoice cannot be posted", "Order is stuck", "Report shows wrong totals"),
    "Printing": ("Printer is offline", "Print job hangs", "Labels are cut off"),
    "Telephony": ("Headset has no sound", "Calls are dropped", "Number is not forwarded"),
    "Database": ("Query is very slow", "Connection refused", "Disk of the database is full"),
    "Web": ("Page shows an error", "Shop is slow", "Certificate has expired"),
    "Storage": ("Share is read-only", "Restore of a file", "Quota is reached"),
    "Mobile": ("Phone does not synchronise", "Tablet is lost", "App asks to sign in again and again"),
}
"""Category -> what callers say, in order of frequency."""

COMMENTS = (
    "We are looking into it.",
    "Can you tell us when this happened last?",
    "Please try again now.",
    "This takes a little longer, we keep you informed.",
)
NOTES = (
    "Same as last week, see the known errors.",
    "Checked the logs, nothing there.",
    "Called back, nobody answered.",
    "Restarted the service.",
)
ANSWERS = (
    "It still happens.",
    "Here is the screenshot you asked for.",
    "This morning at nine.",
    "Yes, on both machines.",
)

_GIVEN = (
    *("Ada", "Amir", "Anna", "Bo", "Carla", "Chen", "David", "Dilek", "Elif", "Emil", "Erik", "Eva", "Fatima", "Greta"),
    *("Hugo", "Ines", "Ivan", "Jana", "Jonas", "Karin", "Kofi", "Lars", "Lea", "Lin", "Luca", "Maja", "Marek", "Mei"),
    *("Mira", "Nils", "Noor", "Olga", "Omar", "Paul", "Petra", "Ravi", "Rosa", "Sara", "Sven", "Tariq", "Tove", "Yuki"),
)
_FAMILY = (
    *("Ahmed", "Andersson", "Baker", "Berg", "Costa", "Diaz", "Ekman", "Fischer", "Garcia", "Hansen", "Haddad", "Ito"),
    *("Jansen", "Kaya", "Keller", "Khan", "Kowalski", "Larsen", "Lindberg", "Moreau", "Nguyen", "Novak", "Okafor"),
    *("Olsen", "Patel", "Petrov", "Quinn", "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Tanaka", "Visser", "Wang"),
)


def person(number: int) -> str:
    """Return the name of the person with this number; the first 1,470 differ, later ones get a numeral."""
    family, turn = divmod(number, len(_GIVEN))
    again, family = divmod(family, len(_FAMILY))
    name = f"{_GIVEN[turn]} {_FAMILY[(family + turn) % len(_FAMILY)]}"
    return f"{name} {again + 1}" if again else name

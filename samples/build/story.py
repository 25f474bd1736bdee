"""The invented case "debt-house": who writes what to whom, and what a tool must and must not find in it.

Nobody here exists. Numbers come from the example ranges of the numbering plans, references from public test vectors.
Nilda keeps a house and a debt book; Óscar recruits; Maribel wrote home until her phone was handed in. Beside the
messages that carry indicators stand ordinary ones that look alike: a bank loan, a joke, a passport at an embassy.
"""

from __future__ import annotations

from dataclasses import dataclass

NILDA, OSCAR, MARIBEL = "+34612345678", "+522221234567", "+50491234567"
DAYANA, SISTER, DRIVER = "+50251234567", "+12015550123", "+573211234567"
NAMES = {NILDA: "Nilda", OSCAR: "Óscar Agencia", MARIBEL: "Maribel", DAYANA: "Dayana", SISTER: "Sandra",
         DRIVER: "Chofer Wilmer"}  # fmt: skip
IBAN = "ES9121000418450200051332"
BTC = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
CARD = "4111111111111111"


@dataclass(frozen=True, slots=True)
class Line:
    """One message: sender, local time, text, and the types (or type=value) that must, or with ! must not, be found."""

    sender: str
    at: str
    text: str
    expect: tuple[str, ...] = ()
    file: str = ""
    deleted: bool = False


def _l(sender: str, at: str, text: str, *expect: str, file: str = "", deleted: bool = False) -> Line:
    return Line(sender, at, text, expect, file, deleted)


# on the controller's phone (vendor extraction): Nilda and Maribel
HOUSE = (
    _l(NILDA, "2024-02-26 09:12:40", "Buenos días, ya hablé con el patrón"),
    _l(
        NILDA,
        "2024-02-26 09:13:05",
        "me debes 3000 euros del pasaje y no te vas hasta que pagues todo",
        "debt_bondage",
        "AMOUNT=EUR 3000",
    ),
    _l(
        MARIBEL,
        "2024-02-26 09:15:30",
        "pero señora, llevo dos meses trabajando y no me han pagado nada",
        "wage_withholding",
    ),
    _l(
        NILDA,
        "2024-02-26 09:16:02",
        "lo tuyo se queda para la deuda, y tu pasaporte lo tengo yo guardado hasta que termines",
        "document_retention",
    ),
    _l(MARIBEL, "2024-02-26 09:20:44", "necesito llamar a mi mamá, déjeme salir un rato por favor"),
    _l(NILDA, "2024-02-26 09:21:10", "De la casa no sale nadie sin mi permiso, ya te dije", "movement_restriction"),
    _l(
        NILDA,
        "2024-02-27 23:40:18",
        "si hablas con la policía sabemos donde vive tu familia, acuérdate de tus hijos",
        "threat_family",
        deleted=True,
    ),
    _l(
        NILDA,
        "2024-02-28 12:01:00",
        f"El depósito va a esta cuenta {IBAN[:4]} {IBAN[4:8]} {IBAN[8:12]} {IBAN[12:14]} {IBAN[14:]}",
        f"IBAN={IBAN}",
    ),
    _l(
        NILDA,
        "2024-02-28 12:02:30",
        "esta semana son 150 de comida y 60 de multa por llegar tarde, súmalos",
        file="cuenta.jpg",
    ),
    _l(MARIBEL, "2024-02-28 12:30:00", "está bien"),
    _l(NILDA, "2024-03-01 08:00:00", "hoy hay mercado, trae pan y leche"),
)

# the same phone: Nilda and the recruiter, in English and Spanish
PARTNERS = (
    _l(OSCAR, "2024-02-20 18:02:11", "2 more girls arrive friday, 2200 each"),
    _l(NILDA, "2024-02-20 18:05:40", "did you take their passports? keep them until they pay", "document_retention"),
    _l(
        OSCAR, "2024-02-20 18:06:09", "yes all of them. dont let them out alone the first weeks", "movement_restriction"
    ),
    _l(NILDA, "2024-02-20 18:09:00", "ok. if anybody asks they are my nieces on holiday"),
    _l(
        OSCAR,
        "2024-02-21 07:45:00",
        "driver is Wilmer +57 321 1234567, he will wait at 40.416775, -3.703790",
        f"PHONE={DRIVER}",
        "GEO_POINT=40.416775,-3.703790",
    ),
    _l(OSCAR, "2024-02-21 07:46:30", f"send my part here {BTC}", f"CRYPTO_BTC={BTC}"),
    _l(NILDA, "2024-02-22 20:10:00", "lol you still owe me a beer from sunday", "!debt_bondage"),
    _l(OSCAR, "2024-02-22 20:11:00", "haha next time"),
)

# the affected person's own export
HOME = (
    _l("Maribel", "2024-02-27 21:58:00", "Sandra contéstame"),
    _l("Sandra", "2024-02-27 22:01:00", "¿qué pasó? ¿cómo estás?"),
    _l(
        "Maribel",
        "2024-02-27 22:03:00",
        "La señora me quitó el pasaporte y no me deja salir de la casa",
        "document_retention",
        "movement_restriction",
    ),
    _l(
        "Maribel",
        "2024-02-27 22:04:00",
        "dice que le debo 3000 del viaje, y cada semana me suma la comida",
        "debt_bondage",
    ),
    _l("Sandra", "2024-02-27 22:06:00", "Dios mío. ¿dónde estás? mándame la ubicación"),
    _l("Maribel", "2024-02-27 22:09:00", "https://maps.google.com/?q=40.4530,-3.6883", "GEO_POINT=40.453000,-3.688300"),
    _l("Maribel", "2024-02-27 22:11:00", "", file="IMG-20240227-WA0003.png"),
    _l("Sandra", "2024-02-27 22:15:00", "voy a llamar a mi prima, su número es +1 201-555-0123", f"PHONE={SISTER}"),
    _l(
        "Sandra",
        "2024-02-28 09:00:00",
        "yo sigo pagando el préstamo del banco, 120 al mes, ya casi termino",
        "!debt_bondage",
    ),
    _l("Maribel", "2024-02-28 23:30:00", "mandé 50 dolares por western union, MTCN 483 221 9075", "WU_MTCN=4832219075"),
    _l("Maribel", "2024-02-28 23:31:00", "", file="IMG-20240228-WA0001.jpg"),
    _l(
        "Sandra",
        "2024-02-29 07:12:00",
        "recibido, gracias hermana. mi jefe me va a matar si llego tarde jajaja",
        "!threat_violence",
    ),
    _l("Maribel", "2024-03-02 22:14:00", "ayúdame, me tienen encerrada y no me dejan salir", "movement_restriction"),
)

# the recruiter's SMS backup
OFFERS = (
    _l(
        OSCAR,
        "2024-01-15 10:00:00",
        "Trabajo en España, 2500 euros al mes sin papeles ni experiencia, pasaje y casa pagados. "
        "No le digas a tu familia hasta que llegues",
        "deception_recruitment",
    ),
    _l(MARIBEL, "2024-01-15 10:20:00", "¿de qué es el trabajo? ¿hay contrato?"),
    _l(
        OSCAR,
        "2024-01-15 10:25:00",
        "limpieza, el contrato te lo dan allá. el pasaje lo pagas después con tu trabajo",
        "debt_bondage",
    ),
    _l(
        OSCAR,
        "2024-01-16 09:00:00",
        "mañana en la embajada te devuelven el pasaporte con la visa 🙂",
        "!document_retention",
    ),
    _l(
        DAYANA,
        "2024-01-18 19:00:00",
        "pague con la tarjeta 4111 1111 1111 1111 como me dijo",
        "CARD_PAN=411111******1111",
    ),
    _l(OSCAR, "2024-01-18 19:02:00", "si no pagas lo del viaje mando tus fotos a tu esposo", "threat_exposure"),
)

# the recruiter's Telegram export, in English
CHANNEL = (
    _l("Oscar", "2024-01-10T10:00:00", "Need 4 women for hotel cleaning in Spain. No papers needed, we pay everything"),
    _l("Wilmer", "2024-01-10T10:05:00", "I take 6 people a night across, 900 per head, half now half when they arrive"),
    _l("Oscar", "2024-01-10T10:06:00", "and if one does not pay?"),
    _l("Wilmer", "2024-01-10T10:07:00", "she stays in the house till her family pays, nobody leaves before"),
    _l("Oscar", "2024-01-11T08:00:00", "great match yesterday, they killed us 4-0 😂", "!threat_violence"),
)

RECEIPT = ("WESTERN UNION", "MADRID ATOCHA", "MTCN 483 221 9075", "SENDER  MARIBEL F", "RECEIVER  SANDRA F",
           "AMOUNT   USD 50.00", "FEE      USD 4.90", "DATE 2024-02-28 19:42")  # fmt: skip
WATCH = """value,type,note
612 34 56 78,phone,number in the complaint
+504 9123-4567,phone,
Wilmer,name,driver
ES91 2100 0418 4502 0005 1332,account,paying-in slip
pasaporte,word,
+1 201 555 0199,phone,not in this material
"""

# What the analyses must make of it: stated here, compared by tests/pipeline/test_case_truth.py.
PERSONS = {
    "Nilda": {"phone:" + NILDA, "device:controller.ufdr"},
    "Óscar Agencia": {"phone:" + OSCAR},
    "Maribel": {"phone:" + MARIBEL},
    "Dayana": {"phone:" + DAYANA},
    "Chofer Wilmer": {"phone:" + DRIVER},
    "Oscar": {"account:telegram:user5"},
    "Wilmer": {"account:telegram:user6"},
    "Sandra": {"name:affected.zip/Sandra"},
    "recruiter": {"device:recruiter"},
}
"""Identifiers that belong together; "Maribel" of the export is a person of her own until somebody joins them."""
PROPOSED = {("Maribel", "Maribel"), ("Chofer Wilmer", "Wilmer"), ("Óscar Agencia", "Oscar")}
DEBT = (
    ("opening", "3000", "3000"),
    ("addition", "150", "3150"),
    ("fine", "60", "3210"),
)
"""What Nilda says that Maribel owes her, with the running sum in euros; the debt book on the picture says the same."""
BOOK_TOTAL = "3210"
RATES = {("price_paid", "900", "person"), ("price_paid", "2200", "person"), ("wage_due", "2500", "month")}
"""Sums for each month or head: listed, never added."""
AGAINST = {
    ("papers_returned", "mañana en la embajada te devuelven el pasaporte con la visa 🙂"),
    ("joke", "lol you still owe me a beer from sunday"),
    ("joke", "recibido, gracias hermana. mi jefe me va a matar si llego tarde jajaja"),
    ("joke", "great match yesterday, they killed us 4-0 😂"),
}

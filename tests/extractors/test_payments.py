"""Payment references: public vectors, and properties over generated ones."""

from __future__ import annotations

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from extractors import payments
from extractors.parts import Candidate, Part, TextContext
from extractors.payments_crypto import crypto
from extractors.validators import base58check, bech32, boleto, clabe, ethereum, iban, monero
from extractors.validators.check_digits import luhn
from triage.model import Conversation, Run, Unit
from triage.text import clean


def found(text: str, *regions: str, part: Part = payments.PART) -> list[Candidate]:
    unit = Unit(origin="message", locator="line=1", text=text)
    run = Run(units=(unit,), conversation=Conversation(name="vectors"), regions=regions)
    view = clean(text)
    if part.quick is not None and not part.quick(view.text):
        return []
    return [c for c in part.find(view, TextContext(unit=unit, run=run, index=0, regions=regions)) if c.rank >= 50]


def values(text: str, kind: str) -> set[str]:
    return {c.value for c in found(text) if c.type == kind}


# Sources: SWIFT IBAN registry examples; ISO 11649 example; EPC069-12; BIP-173, BIP-350; EIP-55; the Bitcoin genesis
# address; card schemes' published test numbers; EMVCo QRCPS-MPM sample; NPCI UPI linking specification form.
YES = [
    ("send to GB29 NWBK 6016 1331 9268 19 today", "IBAN", "GB29NWBK60161331926819"),
    ("de89 3704 0044 0532 0130 00 bitte", "IBAN", "DE89370400440532013000"),
    ("IBAN DE89 37O4 0044 O532 0130 00", "IBAN", "DE89370400440532013000"),
    ("SWIFT DEUTDEFF500", "BIC", "DEUTDEFF500"),
    ("4111 1111 1111 1111 exp 09/27", "CARD_PAN", "411111******1111"),
    ("378282246310005", "CARD_PAN", "378282*****0005"),
    ("RF18 5390 0754 7034", "CREDITOR_REF", "RF18539007547034"),
    ("+++090/9337/55493+++", "CREDITOR_REF", "090933755493"),
    ("clabe 032 180 00011835971 9", "CLABE", "032180000118359719"),
    ("cpf 390.533.447-05", "BR_CPF", "39053344705"),
    ("CNPJ 12.ABC.345/01DE-35", "BR_CNPJ", "12ABC34501DE35"),
    ("chave pix 11 98765-4321", "PIX_KEY", "+5511987654321"),
    ("pay to ramesh99@ybl", "UPI_VPA", "ramesh99@ybl"),
    ("upi://pay?pa=shop@oksbi&am=450.50&cu=INR", "AMOUNT", "INR 450.5"),
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "CRYPTO_BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "CRYPTO_BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "CRYPTO_BTC",
     "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "CRYPTO_ETH", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
    ("zelle me at jane@example.com", "ZELLE", "jane@example.com"),
    ("paypal.me/johndoe/25usd", "PAYPAL_ME", "johndoe"),
    ("send it $MamaRose on cash app", "CASHTAG", "$MamaRose"),
]  # fmt: skip
NO = [
    ("send to GB29 NWBK 6016 1331 9268 18 today", "IBAN"),
    ("SHIPMENT DOCUMENT", "BIC"),
    ("4111 1111 1111 1112", "CARD_PAN"),
    ("tracking 4111111111111111", "CARD_PAN"),
    ("clabe 032180000118359718", "CLABE"),
    ("cpf 390.533.447-06", "BR_CPF"),
    ("bitcoin:175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W?amount=20.3", "CRYPTO_BTC"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "CRYPTO_BTC"),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "CRYPTO_BTC"),
    ("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d358", "CRYPTO_ETH"),
    ("echo $USER $SHELL", "CASHTAG"),
    ("it costs $2k on cash app", "CASHTAG"),
    ("sha256 4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "CRYPTO_TXID"),
    ("write to maria@example.com", "UPI_VPA"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value"), YES)
def test_public_vectors_are_found(text: str, kind: str, value: str) -> None:
    assert value in values(text, kind)


@pytest.mark.parametrize(("text", "kind"), NO)
def test_wrong_checks_and_ordinary_words_are_not(text: str, kind: str) -> None:
    assert values(text, kind) == set()


def test_a_card_is_masked_and_its_number_is_only_in_the_secret() -> None:
    text = "card 4111 1111 1111 1111 ok"
    (card,) = (c for c in found(text) if c.type == "CARD_PAN")
    hidden = "".join("•" if any(a <= i < b for a, b in card.mask) else ch for i, ch in enumerate(text))
    assert hidden == "card 4111 11•• •••• 1111 ok"
    assert card.secret == "4111111111111111" and "111111" not in card.value[6:]


@pytest.mark.parametrize(
    "text",
    [
        "steam gift card AB2DE-12F4G-HJ5K7",
        "cvv 123",
        "my pin is 4821",
        "482913 is your verification code",
        "WIFI:T:WPA;S:net;P:hunter22;;",
        "seed: legal winner thank year wave sausage worth useful legal winner thank yellow",
        "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
    ],
)
def test_secrets_are_masked_and_not_in_the_value(text: str) -> None:
    (one,) = (c for c in found(text) if c.type in ("SECRET", "GIFT_CARD"))
    assert one.secret and one.secret not in one.value
    assert one.mask == ((one.start, one.end),)


def test_an_emv_payload_gives_its_label_its_sum_and_its_key() -> None:
    body = (
        "00020126360014br.gov.bcb.pix0114+5521961239876520400005303986540635"
        "0.005802BR5913FULANO DE TAL6008BRASILIA62070503***6304"
    )
    from extractors.validators.check_digits import crc16_ccitt_false

    text = body + f"{crc16_ccitt_false(body.encode()):04X}"
    assert values(text, "EMV_QR") == {"FULANO DE TAL|BRASILIA|BR"}
    assert values(text, "AMOUNT") == {"BRL 350"} and values(text, "PIX_KEY") == {"+5521961239876"}
    assert values(body + "0000", "EMV_QR") == set()


def _ibans() -> st.SearchStrategy[str]:
    countries = ["DE", "GB", "FR", "ES", "RO", "MT", "NO", "TR", "BR", "SA", "UA", "PK"]

    @st.composite
    def made(draw: st.DrawFn) -> str:
        country = draw(st.sampled_from(countries))
        pools = {"n": "0123456789", "a": "ABCDEFGHJKLM", "c": "ABC0123456789"}
        bban = "".join(draw(st.sampled_from(pools[k])) for k in iban.layout(country)[2:])
        return country + mod_97_10.calc_check_digits(bban + country) + bban

    return made()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(_ibans(), st.sampled_from(["", " ", "-"]), st.booleans())
def test_every_iban_is_found_quoted_and_valid_again(number: str, separator: str, lower: bool) -> None:
    written = separator.join(number[i : i + 4] for i in range(0, len(number), 4))
    written = written.lower() if lower else written
    text = f"pay {written} soon"
    (one,) = (c for c in found(text) if c.type == "IBAN")
    assert (one.value, text[one.start : one.end]) == (number, written)
    assert iban.is_valid(one.value)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(_ibans(), st.integers(2, 30), st.integers(1, 9))
def test_an_iban_with_one_wrong_digit_is_never_reported(number: str, at: int, shift: int) -> None:
    at %= len(number)
    if number[at].isdigit():
        wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
        assert values(f"pay {wrong} soon", "IBAN") == set()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.sampled_from(["4", "51", "2221", "6011", "3528"]), st.integers(0, 10**12), st.integers(1, 9))
def test_cards_need_their_check_digit(prefix: str, body: int, shift: int) -> None:
    head = (prefix + f"{body:015d}")[:15]
    number = next(head + str(d) for d in range(10) if luhn(head + str(d)))
    value = f"{number[:6]}******{number[-4:]}"
    assert value in values(f"card {number}", "CARD_PAN")
    wrong = head + str((int(number[-1]) + shift) % 10)
    assert values(f"card {wrong}", "CARD_PAN") == set()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.binary(min_size=20, max_size=20), st.sampled_from([0, 5, 0x30, 0x32, 0x41]), st.integers(1, 24))
def test_base58_addresses_are_found_and_altered_ones_are_not(payload: bytes, version: int, at: int) -> None:
    address = base58.b58encode_check(bytes([version]) + payload).decode()
    kind = base58check.VERSIONS[version]
    assert address in {c.value for c in crypto(f"to {address} now")} and base58check.asset(address) == kind
    other = "2" if address[at] != "2" else "3"
    wrong = address[:at] + other + address[at + 1 :]
    assert base58check.asset(wrong) is None and wrong not in {c.value for c in crypto(f"to {wrong} now")}


def test_check_functions_hold_the_standards_own_examples() -> None:
    assert bech32.asset("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y") == "CRYPTO_BTC"
    assert bech32.asset("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx") is None
    assert ethereum.address("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed") == (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        True,
    )
    assert clabe.bank("002010077777777771") == "Banamex" and clabe.bank("002010077777777772") is None
    assert boleto.is_valid("00190500954014481606906809350314337370000000100")
    assert not boleto.is_valid("00190500954014481606906809350314337370000000101")
    assert monero.is_valid(
        "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
    )


def test_dense_input_is_worked_through() -> None:
    for piece in ("1234 ", "1-", "A1", "DE89 ", "000201", "account number 12 ", "a.-a@", "pin 1\n"):
        assert isinstance(found((piece * 3000)[:6000]), list)

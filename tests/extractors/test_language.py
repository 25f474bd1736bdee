"""The language extractor: words with exact offsets, a gate that loses nothing, readings of matches, whole runs."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.language import LANGUAGE, Scanner, detect_languages
from extractors.language.compiled import CompiledPack
from extractors.language.tokens import NUMBER, WORD, expand, expand_words, fold, gate_words, repair, tokenise
from triage.model import Conversation, Finding, Hit, Resources, Run, Unit
from triage.packs import compile_pack, load_pack

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "language" / "dev.jsonl"
BLIND = Path(__file__).resolve().parents[1] / "packs" / "blind_en.jsonl"
KNOWN = frozenset({"no", "keep", "passport", "money", "way", "is", "look"})


@lru_cache
def _pack(language: str) -> CompiledPack:
    return compile_pack(load_pack(language))


@lru_cache
def _scanner(*languages: str, gated: bool = True) -> Scanner:
    return Scanner([_pack(language) for language in languages], gated=gated)


def _run(*texts: str, senders: str = "a") -> Run:
    units = tuple(
        Unit(origin="message", locator=f"line={i}", text=text, sender=senders[i % len(senders)])
        for i, text in enumerate(texts)
    )
    return Run(units=units, conversation=Conversation(name="chat"))


def _findings(*texts: str, senders: str = "a") -> list[Finding]:
    return [hit.finding for hit in _scanner("en").scan(_run(*texts, senders=senders))]


TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("aeiouNNtts  ''’.,!?0123456789@$éñüß😂لاнет护照नहीं"),
    ),
    max_size=60,
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(TEXTS)
def test_every_token_is_a_slice_of_the_untouched_text(text: str) -> None:
    tokens = tokenise(text, KNOWN)
    assert all(0 <= s < e <= len(text) for s, e in zip(tokens.starts, tokens.ends, strict=True))
    assert tokens.starts == sorted(tokens.starts)
    for word, kind, start, end in zip(tokens.words, tokens.kinds, tokens.starts, tokens.ends, strict=True):
        if kind == NUMBER:
            assert word in fold(text[start:end])


@settings(derandomize=True, deadline=None, max_examples=600)
@given(TEXTS)
def test_the_gate_sees_the_words_of_the_tokeniser(text: str) -> None:
    tokens = tokenise(text, KNOWN)
    expected = [w for w, k in zip(tokens.words, tokens.kinds, strict=True) if k == WORD]
    seen = gate_words(text, KNOWN)
    assert [w for w in seen if not w.isdecimal() and w not in (".", "#")] == expected
    assert ("#" in seen) == (NUMBER in tokens.kinds)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from(["u", "do", "not", "owe", "no", "one", "a", "day", "gonna", "pay", "can"]), max_size=12)
)
def test_short_forms_are_written_out_alike_in_both_places(words: list[str]) -> None:
    short = _pack("en").short
    assert expand_words(words, short) == expand(tokenise(" ".join(words)), short).words


def test_words_are_repaired_only_towards_known_ones() -> None:
    assert repair("nooooo", KNOWN) == "no"
    assert repair("keeeep", KNOWN) == "keep"
    assert repair("pa$$port", KNOWN) == "passport"
    assert repair("m0ney", KNOWN) == "money"
    assert repair("b4", KNOWN) == "b4"


def test_elisions_split_and_other_apostrophes_join() -> None:
    assert tokenise("l'argent don't jusqu'à qu’il").words == ["l", "argent", "dont", "jusqu", "a", "qu", "il"]


def test_numbers_carry_their_value() -> None:
    text = "2,400 1.500 1 200 1500,00 12:30 ٣٥"
    assert [v for v in tokenise(text).values if v >= 0] == [2400, 1500, 1200, 1500, 12, 35]


def test_offsets_hold_behind_emoji_accents_and_dropped_characters() -> None:
    text = "😂 ok\u200b… yoú still owë me 2400 for the ticket"
    finding = next(f for f in _findings(text) if f.type == "debt_bondage")
    assert text[finding.start : finding.end].startswith("yoú")
    assert {p.role: text[p.start : p.end] for p in finding.parts}["pred"] == "owë"


@pytest.mark.parametrize(
    ("text", "toward"),
    [
        ("i am keeping your passport until you pay", "to_addressee"),
        ("the boss took my passport and keeps it", "self_report"),
        ("take their passports at the airport", "by_addressee"),
        ("she has to keep working because of her debt", "about_third"),
    ],
)
def test_direction_goes_by_the_person_affected(text: str, toward: str) -> None:
    assert _findings(text)[0].toward == toward


def test_a_new_subject_ends_the_reach_of_a_negator() -> None:
    assert _findings("you dont owe us 2400 for the ticket anymore") == []
    assert _findings("dont forget you owe us 2400 for the ticket")[0].grade == "strong"


def test_confinement_told_by_the_person_affected_is_marked_welfare() -> None:
    finding = next(
        f for f in _findings("please help, he locks us in the room every night") if f.type == "movement_restriction"
    )
    assert finding.toward == "self_report"
    assert "welfare" in finding.flags


def test_talk_about_films_is_a_weak_mention() -> None:
    findings = _findings("in the film the boss keeps all their passports in his safe")
    assert findings and all(f.grade == "weak" and "mention" in f.flags and not f.reported for f in findings)


def test_an_idea_over_two_messages_cites_both() -> None:
    hits = list(_scanner("en").scan(_run("you leave", "when the 3000 are paid")))
    assert {part.unit for part in hits[0].finding.parts} == {0, 1}
    assert (hits[0].unit, hits[0].finding.type) == (0, "debt_bondage")
    assert _findings("you leave", "when the 3000 are paid", senders="ab") == []


def test_a_question_and_its_answer_are_read_together() -> None:
    findings = _findings("and the wage?", "she say it goes to the ticket first", senders="ab")
    assert [f.type for f in findings] == ["wage_withholding"]


def _rows() -> list[str]:
    rows = [json.loads(line)["text"] for line in BLIND.read_text(encoding="utf-8").splitlines()]
    if SHARED.is_file():
        rows += [json.loads(line)["text"] for line in SHARED.read_text(encoding="utf-8").splitlines()[::3]]
    return rows


def test_gated_and_ungated_runs_find_the_same() -> None:
    def key(hits: list[Hit]) -> list[tuple[int, Finding]]:
        return [(hit.unit, hit.finding) for hit in hits]

    rows = _rows()
    for start in range(0, len(rows), 3):
        run = _run(*rows[start : start + 3], senders="aab")
        gated, ungated = _scanner("en").scan(run), _scanner("en", gated=False).scan(run)
        assert key(list(gated)) == key(list(ungated)), rows[start : start + 3]


def test_languages_are_told_by_function_words_and_smoothed_over_the_sender() -> None:
    packs = [_pack("en"), _pack("es")]
    texts = ["where are you going with the car", "mañana no puedo ir a la casa de mi hermano", "ok"]
    assert detect_languages(_run(*texts, senders="ab"), packs) == ["en", "es", "en"]
    assert detect_languages(_run("👍"), packs) == [None]


def test_the_extractor_takes_its_packs_as_an_argument() -> None:
    scan = LANGUAGE.prepare(Resources(compiled=(_pack("en"),)))
    (hit,) = scan(_run("you cant leave until the debt is paid"))
    assert hit.finding.type == "debt_bondage"
    assert hit.finding.rule.endswith(f"@{_pack('en').version}")
    assert list(LANGUAGE.prepare(Resources())(_run("you cant leave until the debt is paid"))) == []

"""Weak indicators are raised by another code near by, never by themselves."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.analysis.corroboration import REACH, Mark, corroborate


def _mark(
    key: int, position: int, code: str, *, thread: str = "a", strong: bool = False, mention: bool = False
) -> Mark:
    return Mark(key=key, thread=thread, position=position, code=code, strong=strong, mention=mention)


def test_another_code_within_reach_raises_and_one_beyond_does_not() -> None:
    near = [_mark(1, 0, "debt_bondage"), _mark(2, REACH, "threat_family", strong=True)]
    far = [_mark(1, 0, "debt_bondage"), _mark(2, REACH + 1, "threat_family", strong=True)]
    assert corroborate(near) == {1}
    assert corroborate(far) == frozenset()


def test_the_same_code_another_thread_and_a_mention_raise_nothing() -> None:
    weak = _mark(1, 5, "debt_bondage")
    assert corroborate([weak, _mark(2, 5, "debt_bondage", strong=True)]) == frozenset()
    assert corroborate([weak, _mark(2, 5, "threat_family", thread="b", strong=True)]) == frozenset()
    assert corroborate([weak, _mark(2, 5, "threat_family", mention=True)]) == frozenset()


def test_two_weak_hits_of_different_codes_raise_each_other() -> None:
    assert corroborate([_mark(1, 3, "debt_bondage"), _mark(2, 3, "abusive_housing")]) == {1, 2}


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(
        st.builds(
            lambda p, c, t, s, m: (p, c, t, s, m),
            st.integers(0, 40), st.sampled_from("xyz"), st.sampled_from("ab"), st.booleans(), st.booleans(),
        ),
        max_size=25,
    )
)  # fmt: skip
def test_agrees_with_the_definition_word_for_word(rows: list[tuple[int, str, str, bool, bool]]) -> None:
    marks = [_mark(i, p, c, thread=t, strong=s, mention=m) for i, (p, c, t, s, m) in enumerate(rows)]
    expected = {
        a.key
        for a in marks
        if not a.strong and not a.mention
        and any(
            not b.mention and b.thread == a.thread and b.code != a.code and abs(b.position - a.position) <= REACH
            for b in marks
        )
    }  # fmt: skip
    assert corroborate(marks) == expected

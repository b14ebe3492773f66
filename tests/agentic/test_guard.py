"""What is a wish not to be called, and what only sounds like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic import guard


@pytest.mark.parametrize(
    "words",
    [
        "Stop calling me!",
        "Please stop calling.",
        "Would you STOP   calling this number?",
        "Don't call me again.",
        "Don\u2019t ever call me again",
        "do not call back",
        "Take me off your list.",
        "Can you remove my number from your database?",
        "Put me on your do-not-call list.",
        "No more calls, please.",
        "I want to opt out.",
        "Lose my number.",
        "I don't want any more calls.",
        "I do not wish to be called.",
        "Never call here.",
        "I don't want you to call me anymore.",
        "I'd like to be removed from your list.",
        "Do not call my number!",
        "Don't call me today or ever again.",
        "Please don't call me at home anymore.",
        "Don't call me on my cell phone anymore.",
        "I no longer wish to be contacted.",
        "Rufen Sie mich nicht mehr an.",
        "Rufen Sie hier bitte nie wieder an!",
        "Ich möchte nicht mehr angerufen werden, bitte nicht mehr anrufen.",
        "Ich möchte nicht mehr angerufen werden.",
        "Ich will nie wieder von Ihnen angerufen werden.",
        "Keine Anrufe mehr!",
        "Streichen Sie mich von Ihrer Liste.",
        "Löschen Sie meine Nummer.",
        "Hören Sie auf, mich anzurufen.",
        "Ne m'appelez plus.",
        "Ne me rappelez jamais, merci.",
        "Je ne veux plus être appelé.",
        "Je ne veux plus que vous m'appeliez.",
        "Arrêtez de m'appeler !",
        "Retirez-moi de votre liste.",
        "No me llame más.",
        "No quiero que me llamen más.",
        "No quiero más llamadas.",
        "No me vuelvan a llamar.",
        "Deje de llamarme.",
        "Quíteme de su lista.",
    ],
)
def test_a_wish_not_to_be_called_is_heard(words: str) -> None:
    assert guard.says_no(words)


@pytest.mark.parametrize(
    "words",
    [
        "Please don't stop calling, I enjoy this.",
        "Don't call me before nine, after that is fine.",
        "Don't call me tomorrow, call me on Friday.",
        "Why don't you call me next week?",
        "I don't want you to call me tomorrow, Friday is fine.",
        "Don't call me at the office, call my cell.",
        "Can it be removed from the order?",
        "No quiero que me llamen antes de las nueve.",
        "I'm not interested.",
        "No.",
        "No, thanks, we have one already.",
        "Who is calling?",
        "I was calling about the stop sign.",
        "Take me through the offer.",
        "Can you remove the second item from the order?",
        "I'd like to get more from it.",
        "I don't want more of it.",
        "Rufen Sie mich morgen an.",
        "Ich höre Sie nicht.",
        "Rappelez-moi demain.",
        "Llámeme mañana.",
        "",
    ],
)
def test_what_means_something_else_is_not(words: str) -> None:
    assert not guard.says_no(words)


@given(st.text(max_size=300))
def test_no_text_breaks_it(words: str) -> None:
    assert guard.says_no(words) in (True, False)


@given(st.text(alphabet=" .,!?-\n\t", max_size=20), st.text(alphabet=" .,!?\n", max_size=20))
def test_punctuation_around_it_hides_nothing(before: str, after: str) -> None:
    assert guard.says_no(f"{before} stop calling me {after}")

"""The pure embedding.

Must never compare with the numbers of another model.
"""

import math
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.enrichment.embedding import DIMENSIONS, embed

ROOT = Path(__file__).parents[3]


def similarity(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))


@pytest.mark.parametrize(
    "text", ["Вибух у Бахмуті", "a", "🔥🔥", "!!!", "\ud800 broken", "x" * 10**6]
)
def test_a_vector_has_384_numbers_and_length_1(text: str) -> None:
    vector = embed(text)
    assert len(vector) == DIMENSIONS == 384
    assert math.hypot(*vector) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_has_no_direction(text: str) -> None:
    assert embed(text) == [0.0] * DIMENSIONS


def test_case_and_compatibility_forms_do_not_matter() -> None:
    assert embed("ШАХЕД Ⅳ") == embed("шахед iv")


def test_inflected_words_are_nearer_than_other_words() -> None:
    near = similarity("Вибух у Бахмуті вночі", "Вночі вибухи в Бахмут")
    far = similarity("Вибух у Бахмуті вночі", "Президент підписав закон про бюджет")
    assert near > 0.35
    assert abs(far) < 0.2


def test_a_changed_number_leaves_a_text_nearly_the_same() -> None:
    text = "Air defence shot down {} drones over the Odesa region during the night"
    assert similarity(text.format(12), text.format(14)) > 0.85


def test_another_process_computes_the_same_vector() -> None:
    program = "from services.enrichment.embedding import embed; print(embed('Вибух у Бахмуті'))"
    outputs = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert outputs == {str(embed("Вибух у Бахмуті"))}


def test_a_thousand_short_messages_take_less_than_a_second() -> None:
    texts = [f"Удар по складу {n} біля Токмака, детонація триває вже годину" for n in range(1000)]
    started = time.perf_counter()
    for text in texts:
        embed(text)
    assert time.perf_counter() - started < 1

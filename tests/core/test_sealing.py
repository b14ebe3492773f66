"""The audit log's chain: sealed once, in order, and any tampering is found and named."""

import logging
import threading
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from core import audit, sealing
from core.models import AuditEntry, AuditSeal
from core.tasks import seal_audit

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def write(count: int, **after: object) -> None:
    """Records some entries."""
    for number in range(count):
        audit.record("thing.changed", after={"n": number, **after})


@pytest.fixture
def chain(db: None) -> None:
    """Nine entries under three seals."""
    for _ in range(3):
        write(3, text="ünïcode", share=0.25, nested={"b": [1, None], "a": True})
        sealing.seal(NOW)


def by_hand(statement: str, *parameters: str | int) -> None:
    """What someone with the database's password does."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def verify(*arguments: str) -> tuple[int, str]:
    """The command's exit code and all it says."""
    out, code = StringIO(), 0
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue()


def test_entries_get_consecutive_numbers_and_each_batch_a_seal(chain: None) -> None:
    rows = list(AuditEntry.objects.order_by("id").values_list("seq", "digest"))

    assert [seq for seq, _ in rows] == list(range(1, 10))
    assert len({digest for _, digest in rows}) == 9
    seals = AuditSeal.objects.order_by("last_seq").values_list("last_seq", "count")
    assert list(seals) == [(3, 3), (6, 3), (9, 3)]


def test_a_whole_chain_is_proven_and_what_waits_is_counted(chain: None) -> None:
    write(2)

    code, said = verify()

    assert code == 0
    assert "9 entries proven up to 9; 2 not sealed yet" in said


def test_an_empty_log_is_whole(db: None) -> None:
    assert verify()[0] == 0
    assert sealing.catch_up(NOW) == 0


def test_the_beat_seals_more_than_one_batch(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(9)

    seal_audit()

    assert list(AuditSeal.objects.values_list("count", flat=True)) == [4, 4, 1]
    assert verify()[0] == 0


def test_a_seals_digest_is_logged_after_the_commit(
    db: None,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    write(2)

    with (
        caplog.at_level(logging.INFO, "dialer.audit"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        sealing.seal(NOW)

    [record] = [record for record in caplog.records if record.message == "audit sealed"]
    assert vars(record)["digest"] == AuditSeal.objects.get().digest
    assert vars(record)["seq"] == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "nothing.happened"),
        ("actor_id", 99),
        ("actor_name", "someone.else@example.test"),
        ("acting_as", "superadmin"),
        ("organization_id", 99),
        ("target_type", "accounts.team"),
        ("target_id", "99"),
        ("target_name", "Else"),
        ("before", '{"n": 1}'),
        ("after", '{"n": 99}'),
        ("address", "203.0.113.9"),
        ("agent", "another"),
        ("outcome", "refused"),
        ("at", "2020-01-01 00:00:00.000000"),
        ("digest", "0" * 64),
    ],
)
def test_a_changed_entry_is_named(chain: None, column: str, value: str | int) -> None:
    name = connection.ops.quote_name(column)
    by_hand(f"UPDATE core_auditentry SET {name} = %s WHERE seq = 5", value)  # noqa: S608

    code, said = verify()

    assert code == 1
    assert "BROKEN: Entry 5 " in said


def test_a_missing_entry_is_named(chain: None) -> None:
    by_hand("DELETE FROM core_auditentry WHERE seq = 5")

    assert verify() == (1, _broken("Entry 5 is missing.", proven=3, seal=3))


def test_a_missing_entry_is_named_though_the_others_moved_up(chain: None) -> None:
    by_hand("DELETE FROM core_auditentry WHERE seq = 5")
    for seq in (6, 7, 8, 9):
        by_hand("UPDATE core_auditentry SET seq = %s WHERE seq = %s", seq - 1, seq)
    by_hand("UPDATE core_auditseal SET last_seq = last_seq - 1 WHERE last_seq > 5")
    by_hand("UPDATE core_auditseal SET count = 2 WHERE last_seq = 5")

    code, said = verify()

    assert code == 1
    assert "BROKEN: Entry 5 " in said


def test_an_inserted_entry_is_named(chain: None) -> None:
    forged = audit.record("thing.changed")
    for seq in (9, 8, 7, 6, 5):
        by_hand("UPDATE core_auditentry SET seq = %s WHERE seq = %s", seq + 1, seq)
    by_hand("UPDATE core_auditentry SET seq = 5, digest = %s WHERE id = %s", "a" * 64, forged.pk)
    for last in (9, 6):
        by_hand("UPDATE core_auditseal SET last_seq = %s WHERE last_seq = %s", last + 1, last)
    by_hand("UPDATE core_auditseal SET count = 4 WHERE last_seq = 7")

    code, said = verify()

    assert code == 1
    assert f"BROKEN: Entry 5 (id {forged.pk})" in said


def test_entries_in_another_order_are_named(chain: None) -> None:
    by_hand("UPDATE core_auditentry SET seq = 100 WHERE seq = 4")
    by_hand("UPDATE core_auditentry SET seq = 4 WHERE seq = 5")
    by_hand("UPDATE core_auditentry SET seq = 5 WHERE seq = 100")

    code, said = verify()

    assert code == 1
    assert "BROKEN: Entry 4 " in said


def test_a_cut_tail_is_named(chain: None) -> None:
    by_hand("DELETE FROM core_auditentry WHERE seq >= 8")

    assert "BROKEN: Entry 8 is missing." in verify()[1]


def test_a_tail_cut_with_its_seal_is_named(chain: None) -> None:
    by_hand("DELETE FROM core_auditentry WHERE seq > 6")
    by_hand("DELETE FROM core_auditseal WHERE last_seq > 6")

    assert "BROKEN: Entry 7 and its seal are missing." in verify()[1]


def test_a_tail_cut_with_every_trace_in_the_database_is_found_by_the_logged_digest(
    chain: None,
) -> None:
    logged = AuditSeal.objects.get(last_seq=9).digest
    kept = AuditSeal.objects.get(last_seq=6).digest
    by_hand("DELETE FROM core_auditentry WHERE seq > 6")
    by_hand("DELETE FROM core_auditseal WHERE last_seq > 6")
    by_hand("UPDATE core_sequence SET last = 6 WHERE name = 'audit'")

    assert verify()[0] == 0
    assert verify("--expect-digest", kept)[0] == 0
    assert "No seal up to entry 6 has the expected digest." in verify("--expect-digest", logged)[1]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("DELETE FROM core_auditseal WHERE last_seq = 6", "The seal of the entries from 4 on"),
        ("DELETE FROM core_auditseal WHERE last_seq = 9", "Entry 7 stands behind the last seal."),
        ("UPDATE core_auditseal SET digest = 'x' WHERE last_seq = 6", "The seal behind entry 6"),
        ("UPDATE core_auditseal SET count = 2 WHERE last_seq = 6", "The seal of the entries"),
        (
            "UPDATE core_auditseal SET at = '2020-01-01 00:00:00' WHERE last_seq = 6",
            "The seal behind entry 6",
        ),
    ],
)
def test_a_seal_that_was_changed_is_named(chain: None, statement: str, broken: str) -> None:
    by_hand(statement)

    code, said = verify()

    assert code == 1
    assert f"BROKEN: {broken}" in said


def test_a_look_may_begin_in_the_middle_and_trusts_what_lies_before(chain: None) -> None:
    by_hand("UPDATE core_auditentry SET action = 'x' WHERE seq = 2")

    assert verify("--from-seq", "5")[0] == 0
    assert "6 entries proven up to 9" in verify("--from-seq", "4")[1]
    assert verify("--from-seq", "3")[0] == 1


def test_changed_keys_prove_older_seals_as_long_as_they_are_configured(
    chain: None, settings: Settings
) -> None:
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["a new one", *old]
    write(2)
    sealing.seal(NOW)

    assert verify()[0] == 0
    settings.FIELD_KEYS = old
    assert "BROKEN: Entry 10 " in verify()[1]
    settings.FIELD_KEYS = ["a guess"]
    assert "BROKEN: Entry 1 " in verify()[1]


@pytest.mark.django_db(transaction=True)
def test_sealers_at_the_same_time_do_not_fork_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 5)
    write(60)
    begin, failures = threading.Barrier(4), []

    def run() -> None:
        try:
            begin.wait(10)
            sealing.catch_up(NOW)
        except Exception as error:  # noqa: BLE001  # told by the test, not lost in a thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sealing.verify() == sealing.Proof(
        60, 60, AuditSeal.objects.get(last_seq=60).digest, waiting=0
    )
    assert AuditSeal.objects.count() == 12


def _broken(sentence: str, *, proven: int, seal: int) -> str:
    digest = AuditSeal.objects.get(last_seq=seal).digest
    tail = f"{proven} entries proven up to {seal}; 0 not sealed yet; last seal {digest}\n"
    return f"BROKEN: {sentence}\n{tail}"

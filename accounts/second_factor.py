"""The second factor: an authenticator's codes (RFC 6238), and ten codes for when it is lost.

The only module that writes `SecondFactor` and `RecoveryCode`.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django.utils import timezone
from django_otp.oath import TOTP  # type: ignore[import-untyped]  # has no types

from accounts.models import RecoveryCode, RolePolicy, SecondFactor, User
from core import audit, crypto, letters
from core.errors import DomainError, InputError
from core.retry import retried

STEP_S, DIGITS = 30, 6
# Clocks differ: the step before and the one after count as well.
TOLERANCE = 1
SECRET_BYTES = 20
RECOVERY_CODES = 10
ISSUER = "Dialer"


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator is told: the secret to type, and the same as the text of a QR code."""

    secret: str
    uri: str


def has(user: User) -> bool:
    """Whether log-in asks them for a code."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def is_demanded(user: User) -> bool:
    """Whether their role may not do without."""
    return RolePolicy.objects.filter(role=user.role, needs_second_factor=True).exists()


def codes_left(user: User) -> int:
    """How many recovery codes still work."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@retried
def begin(user: User) -> Enrolment:
    """Makes a secret that counts once `confirm` has seen a code of it; replaces one that did not.

    Raises DomainError "has_second_factor".
    """
    factor = _locked(user)
    if factor is not None and factor.confirmed_at:
        raise DomainError("You have a second factor already.", code="has_second_factor")
    factor = factor or SecondFactor(user=user)
    secret = secrets.token_bytes(SECRET_BYTES)
    factor.secret = crypto.encrypt(base64.b32encode(secret).decode())
    factor.created_at, factor.last_step = timezone.now(), 0
    factor.save()
    return _enrolment(factor)


def begun(user: User) -> Enrolment | None:
    """The secret that waits for its first code, if there is one."""
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    return _enrolment(factor) if factor else None


@retried
def confirm(user: User, code: str) -> list[str]:
    """Makes the begun factor count, by its first code; returns the recovery codes, shown once.

    Raises DomainError "not_begun", and InputError for a wrong code.
    """
    now, factor = timezone.now(), _locked(user)
    if factor is None or factor.confirmed_at:
        raise DomainError("There is nothing to confirm.", code="not_begun")
    step = _step_of(factor, code, now)
    if step is None:
        sentence = "This is not the code that the authenticator shows now."
        raise InputError(sentence, code="wrong_code", errors={"code": [sentence]})
    factor.confirmed_at, factor.last_step = now, step
    factor.save()
    audit.record("second_factor.added", user, actor=user)
    _tell(user, "A second factor was added", "From now on a log-in asks for its code as well.")
    return _new_codes(user)


@retried
def verify(user: User, code: str) -> bool:
    """Whether this is a code of theirs, now; it is none afterwards. Slow guessing is the caller's.

    A used recovery code is told by mail.
    """
    now, factor = timezone.now(), _locked(user)
    if factor is None or not factor.confirmed_at:
        return False
    typed = "".join(code.split()).replace("-", "").lower()
    if typed.isascii() and typed.isdigit():
        return _accept(factor, typed, now)
    unused = RecoveryCode.objects.filter(user=user, code_hash=_hashed(typed), used_at=None)
    if not unused.update(used_at=now):
        return False
    audit.record("second_factor.recovery_code_used", user, actor=user)
    left = f"{codes_left(user)} of {RECOVERY_CODES} are left."
    _tell(user, "A recovery code was used", f"A log-in used one of your recovery codes. {left}")
    return True


@retried
def regenerate(user: User) -> list[str]:
    """New recovery codes, shown once; the former ones end. Raises DomainError "not_begun"."""
    factor = _locked(user)
    if factor is None or not factor.confirmed_at:
        raise DomainError("There is no second factor.", code="not_begun")
    audit.record("second_factor.recovery_codes_made", user, actor=user)
    _tell(user, "New recovery codes were made", "The former ones do not work any more.")
    return _new_codes(user)


@retried
def remove(user: User) -> None:
    """Takes the factor away at its owner's wish, who has just proved who they are.

    Raises DomainError "second_factor_demanded" when their role may not do without.
    """
    if is_demanded(user):
        raise DomainError("Your role needs a second factor.", code="second_factor_demanded")
    _take_away(user, user)


@retried
def withdraw(user: User, by: User) -> None:
    """Takes the factor of someone away who has lost it; they log in by password, to set up anew."""
    _take_away(user, by)


def _take_away(user: User, by: User) -> None:
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    audit.record("second_factor.removed", user, actor=by)
    _tell(user, "The second factor was removed", "A log-in asks for your password alone now.")


def _locked(user: User) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update().filter(user=user).first()


def _accept(factor: SecondFactor, code: str, now: datetime) -> bool:
    step = _step_of(factor, code, now)
    if step is None:
        return False
    factor.last_step = step
    factor.save(update_fields=["last_step"])
    return True


def _step_of(factor: SecondFactor, code: str, now: datetime) -> int | None:
    """The time step that the code is of; None when of none that counts, or one used before."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    clock = TOTP(base64.b32decode(crypto.decrypt(factor.secret)), step=STEP_S, digits=DIGITS)
    clock.time = now.timestamp()
    present = clock.t()
    found = None
    for drift in range(-TOLERANCE, TOLERANCE + 1):
        clock.drift = drift
        same = hmac.compare_digest(f"{clock.token():0{DIGITS}}", typed)
        if same and present + drift > factor.last_step:
            found = present + drift
    return found


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    # Eighty bits each: whoever reads their hashes cannot try them all.
    plain = [
        base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_hashed(code)) for code in plain
    )
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in plain]


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _enrolment(factor: SecondFactor) -> Enrolment:
    secret = crypto.decrypt(factor.secret)
    label = quote(f"{ISSUER}:{factor.user.email}")
    query = urlencode({"secret": secret, "issuer": ISSUER, "digits": DIGITS, "period": STEP_S})
    return Enrolment(secret, f"otpauth://totp/{label}?{query}")


def _tell(user: User, subject: str, text: str) -> None:
    letters.write(
        user.email,
        subject,
        f"Hello {user.name},\n\n{text}\n\nIf this was not you, tell your administrator at once.\n",
    )

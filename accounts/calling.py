"""What people's verbs ask of whoever knows calls, which are above this app."""

from collections.abc import Callable

from accounts.models import AgentSeat, User

type CallEnder = Callable[[User], None]

_enders: list[CallEnder] = []


def ends_calls(ender: CallEnder) -> None:
    """Registers who knows calls: `ender(user)` ends the call on the person's seat, if there is one.

    It is called within a transaction that ends their shift next.
    """
    _enders.append(ender)


def end_call(user: User) -> None:
    """Ends the call on someone's seat and its wrap-up, as far as it is known here."""
    if not AgentSeat.objects.filter(user=user).exists():
        return  # whoever administers the system has none, and gets none
    for ender in _enders:
        ender(user)

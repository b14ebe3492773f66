"""What each role may do and must show: the matrix that superadmins edit.

The only module, besides the seeding of defaults, that writes a role's permissions; and the only
one that writes `RolePolicy`.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission

from accounts import logins
from accounts.models import RolePolicy, User
from accounts.permissions import AGENT, MANAGER, QA
from core import audit, realtime
from core.errors import DomainError, InputError
from core.retry import retried

ROLES = (AGENT, MANAGER, QA)
# Every permission that can be granted, in plain words, as the page groups them.
WORDS: dict[str, dict[str, str]] = {
    "Calls": {
        "calls.view_call": "See calls: agents their own, managers of their teams",
        "calls.add_call": "Take and make calls; have a phone",
        "calls.listen_recording": "Listen to recordings",
        "calls.add_note": "Write notes on calls",
        "calls.view_live_calls": "Watch the floor live",
        "calls.upload_cdr": "Upload calls of another softphone",
    },
    "Campaigns": {
        "campaigns.view_campaign": "See campaigns",
        "campaigns.add_campaign": "Make campaigns",
        "campaigns.change_campaign": "Edit, start and stop campaigns",
        "campaigns.change_disposition": "Edit the results of calls",
    },
    "Lists": {
        "campaigns.view_lead": "See leads and search for numbers",
        "campaigns.add_lead": "Add leads",
        "campaigns.view_leadsheet": "See uploaded lists",
        "campaigns.add_leadsheet": "Upload lists",
        "campaigns.view_callback": "See promised calls",
        "campaigns.change_callback": "Hand over and call off promised calls",
        "campaigns.view_suppressionentry": "See numbers that are not called",
        "campaigns.add_suppressionentry": "Add numbers that are not called",
        "campaigns.delete_suppressionentry": "Let such numbers be called again",
        "campaigns.view_callingrule": "See the rules of calling",
        "campaigns.change_callingrule": "Replace, end and sign off the rules of calling",
        "campaigns.view_consentrecord": "See consent to be called",
        "campaigns.add_consentrecord": "Write down consent",
        "campaigns.change_consentrecord": "Revoke consent",
    },
    "AI calls": {
        "agentic.view_agenticcampaign": "See what voices say, and their lists",
        "agentic.change_agenticcampaign": "Write and publish what voices say",
        "agentic.run_agenticcampaign": "Start and stop voices",
        "agentic.view_aicall": "Follow the calls of voices and read what was said",
        "agentic.change_aicall": "Speak to a voice in a call, end it, take it over",
    },
    "People": {
        "accounts.view_user": "See names of people in lists and filters",
        "accounts.change_user": "Invite, edit and suspend agents",
        "accounts.change_team": "Edit teams",
        "accounts.view_agentseat": "See who is at work, and since when",
        "accounts.change_agentseat": "Work a shift: be ready, take breaks",
        "accounts.supervise_agentseat": "Send agents to ready, break or home",
        "accounts.change_breakreason": "Edit the breaks",
    },
    "System": {
        "core.view_auditentry": "Read and export the audit log of the organization",
        "core.view_event": "Watch what happens in the organization",
    },
}
OFFERED = tuple(name for group in WORDS.values() for name in group)


@dataclass(frozen=True)
class Matrix:
    """Who holds what: permissions by role, and the roles that must use a second factor."""

    granted: Mapping[str, frozenset[str]]
    second_factor: frozenset[str]

    @property
    def version(self) -> str:
        """A word that is another one as soon as anything here is."""
        held = [(role, sorted(self.granted[role])) for role in ROLES]
        return hashlib.sha256(repr((held, sorted(self.second_factor))).encode()).hexdigest()[:16]


def matrix() -> Matrix:
    """The matrix as it is now."""
    held: dict[str, set[str]] = {role: set() for role in ROLES}
    rows = Permission.objects.filter(group__name__in=ROLES)
    for role, app, codename in rows.values_list(
        "group__name", "content_type__app_label", "codename"
    ):
        held[role].add(f"{app}.{codename}")
    offered = frozenset(OFFERED)
    demanding = RolePolicy.objects.filter(needs_second_factor=True).values_list("role", flat=True)
    granted = {role: offered & names for role, names in held.items()}
    return Matrix(granted, frozenset(demanding))


@retried
def change(wanted: Matrix, *, seen: str, by: User) -> None:
    """Makes the matrix this one, at once for everybody: the next request of each obeys it.

    `seen` is the version that the editor saw. Raises DomainError "changed_meanwhile" when it is
    another one by now, and "not_yours" for anyone but a superadmin.
    """
    if not by.is_superadmin:
        raise DomainError("Only superadmins edit roles.", code="not_yours", status=403)
    unknown = set().union(*wanted.granted.values()) - set(OFFERED)
    if unknown:
        raise InputError("There is no such permission.", errors={"granted": sorted(unknown)})
    groups = {
        group.name: group
        for group in Group.objects.select_for_update().filter(name__in=ROLES).order_by("pk")
    }
    now = matrix()
    if now.version != seen:
        sentence = "Someone else has changed the roles meanwhile. Look at them again."
        raise DomainError(sentence, code="changed_meanwhile")
    for role in ROLES:
        _grant(groups[role], now.granted[role], wanted.granted[role], by)
    for role in User.Role.values:
        if (role in now.second_factor) != (role in wanted.second_factor):
            _demand(role, by, demanded=role in wanted.second_factor)


def _grant(group: Group, before: Collection[str], after: Collection[str], by: User) -> None:
    added, taken = set(after) - set(before), set(before) - set(after)
    if not added and not taken:
        return
    rows = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    group.permissions.add(*(rows[name] for name in added))
    group.permissions.remove(*(rows[name] for name in taken))
    audit.record(
        "role.changed",
        group,
        before={"held": sorted(before)},
        after={"held": sorted(after), "granted": sorted(added), "taken": sorted(taken)},
        actor=by,
    )
    # Open sockets were let in by what the role held; they come again by what it holds now.
    realtime.record("role.changed", subject={"role": group.name}, category="auth", actor=by)


def _demand(role: str, by: User, *, demanded: bool) -> None:
    policy, _ = RolePolicy.objects.select_for_update().get_or_create(role=role)
    with audit.changes("role.second_factor_set", policy, ["needs_second_factor"], actor=by):
        policy.needs_second_factor = demanded
        policy.save(update_fields=["needs_second_factor"])
    if demanded:
        logins.demand_second_factor(role)

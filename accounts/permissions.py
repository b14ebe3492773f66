"""Roles and what they may do: the default matrix, seeded once into groups."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.models import SeededPermission, User

AGENT, MANAGER, QA = User.Role.AGENT.value, User.Role.MANAGER.value, User.Role.QA.value

# Permission -> the roles that hold it at first. A superadmin holds all of them always.
DEFAULTS: dict[str, tuple[str, ...]] = {
    "accounts.view_user": (MANAGER, QA),
    "accounts.change_user": (),
    "accounts.change_team": (),
    "accounts.view_agentseat": (MANAGER,),
    "accounts.change_agentseat": (AGENT,),
    "accounts.supervise_agentseat": (MANAGER,),
    "accounts.change_breakreason": (MANAGER,),
    "campaigns.view_campaign": (AGENT, MANAGER, QA),
    "campaigns.add_campaign": (MANAGER,),
    "campaigns.change_campaign": (MANAGER,),
    "campaigns.change_disposition": (MANAGER,),
    "campaigns.view_lead": (MANAGER, QA),
    "campaigns.add_lead": (MANAGER,),
    "campaigns.view_leadsheet": (MANAGER,),
    "campaigns.add_leadsheet": (MANAGER,),
    "campaigns.view_callback": (AGENT, MANAGER),
    "campaigns.change_callback": (MANAGER,),
    "campaigns.view_suppressionentry": (MANAGER,),
    "campaigns.add_suppressionentry": (MANAGER,),
    "campaigns.delete_suppressionentry": (MANAGER,),
    "campaigns.view_callingrule": (MANAGER,),
    "campaigns.change_callingrule": (MANAGER,),
    "campaigns.view_consentrecord": (MANAGER,),
    "campaigns.add_consentrecord": (MANAGER,),
    "campaigns.change_consentrecord": (MANAGER,),
    "agentic.view_agenticcampaign": (MANAGER, QA),
    "agentic.change_agenticcampaign": (MANAGER,),
    "agentic.run_agenticcampaign": (MANAGER,),
    "agentic.view_aicall": (MANAGER, QA),
    "agentic.change_aicall": (MANAGER,),
    "calls.view_call": (AGENT, MANAGER, QA),
    "calls.add_call": (AGENT,),
    "calls.upload_cdr": (AGENT,),
    "calls.listen_recording": (AGENT, MANAGER, QA),
    "calls.view_live_calls": (MANAGER,),
    "calls.add_note": (AGENT, MANAGER, QA),
}


def seed_roles() -> None:
    """Makes the groups and grants the default permissions that were never granted before.

    Runs after each app's migration; what an administrator took away stays away.
    """
    with transaction.atomic():
        groups = {role: Group.objects.get_or_create(name=role)[0] for role in (AGENT, MANAGER, QA)}
        seeded = set(SeededPermission.objects.values_list("name", flat=True))
        for name, roles in DEFAULTS.items():
            if name in seeded:
                continue
            app, codename = name.split(".")
            permission = Permission.objects.filter(
                content_type__app_label=app, codename=codename
            ).first()
            if permission is None:  # its app is not migrated yet
                continue
            for role in roles:
                groups[role].permissions.add(permission)
            SeededPermission.objects.create(name=name)


def assign_role(user: User) -> None:
    """Puts a person into the group of their role, and into no other role's."""
    groups = Group.objects.filter(name=user.role)
    user.groups.set(groups)

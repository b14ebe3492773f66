"""A small cast for tests: organizations, people, campaigns, leads."""

from datetime import UTC, datetime
from typing import Any

import factory

from accounts.models import Organization, Team, User
from accounts.permissions import assign_role
from agentic.models import AgenticCampaign, AgenticRun, PromptVersion, Trunk, Wording
from calls.models import Call
from campaigns.models import Campaign, DialAttempt, Disposition, Lead

PASSWORD = "correct-horse-battery"


class OrganizationFactory(factory.django.DjangoModelFactory[Organization]):
    """A tenant."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")


class UserFactory(factory.django.DjangoModelFactory[User]):
    """An agent, unless told otherwise; the password is `PASSWORD`."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = User.Role.AGENT
    organization = factory.SubFactory(OrganizationFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> User:
        user: User = model_class.objects.create_user(*args, **{"password": PASSWORD, **kwargs})
        assign_role(user)
        return user


class TeamFactory(factory.django.DjangoModelFactory[Team]):
    """A team without people."""

    class Meta:
        model = Team

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Team {n}")


class CampaignFactory(factory.django.DjangoModelFactory[Campaign]):
    """A running campaign that may call at any hour."""

    class Meta:
        model = Campaign

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Campaign {n}")
    status = Campaign.Status.RUNNING
    window_start = "00:00"
    window_end = "23:59:59.999999"
    caller_id = "+12025550100"


class DispositionFactory(factory.django.DjangoModelFactory[Disposition]):
    """A disposition that finishes its lead."""

    class Meta:
        model = Disposition

    organization = factory.SubFactory(OrganizationFactory)
    code = factory.Sequence(lambda n: f"disposition-{n}")
    label = factory.Sequence(lambda n: f"Disposition {n}")


class LeadFactory(factory.django.DjangoModelFactory[Lead]):
    """A new lead in New York."""

    class Meta:
        model = Lead

    campaign = factory.SubFactory(CampaignFactory)
    organization = factory.SelfAttribute("campaign.organization")
    phone = factory.Sequence(lambda n: f"+1212555{n:04d}")
    name = factory.Sequence(lambda n: f"Lead {n}")
    country = "US"
    timezone = "America/New_York"


class AttemptFactory(factory.django.DjangoModelFactory[DialAttempt]):
    """A decision that allowed a dial, and is settled."""

    class Meta:
        model = DialAttempt

    campaign = factory.SubFactory(CampaignFactory)
    organization = factory.SelfAttribute("campaign.organization")
    agent = factory.SubFactory(
        UserFactory, organization=factory.SelfAttribute("..campaign.organization")
    )
    phone = factory.Sequence(lambda n: f"+1312555{n:04d}")
    mode = Campaign.Mode.PROGRESSIVE
    decision = "allowed"
    reserved_at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class CallFactory(factory.django.DjangoModelFactory[Call]):
    """A call that is over: the same campaign, agent and number as its attempt."""

    class Meta:
        model = Call

    attempt = factory.SubFactory(AttemptFactory)
    organization = factory.SelfAttribute("attempt.organization")
    campaign = factory.SelfAttribute("attempt.campaign")
    agent = factory.SelfAttribute("attempt.agent")
    lead = factory.SelfAttribute("attempt.lead")
    number = factory.SelfAttribute("attempt.phone")
    reserved_at = factory.SelfAttribute("attempt.reserved_at")
    status = Call.Status.WRAPPED_UP


class TrunkFactory(factory.django.DjangoModelFactory[Trunk]):
    """A line for ten calls at once."""

    class Meta:
        model = Trunk

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Trunk {n}")
    livekit_id = "ST_test"
    calls_per_second = 100


class AgenticFactory(factory.django.DjangoModelFactory[AgenticCampaign]):
    """A running campaign of a simulated voice, with its first version published."""

    class Meta:
        model = AgenticCampaign

    campaign = factory.SubFactory(CampaignFactory, mode=Campaign.Mode.AI)
    organization = factory.SelfAttribute("campaign.organization")
    trunk = factory.SubFactory(
        TrunkFactory, organization=factory.SelfAttribute("..campaign.organization")
    )
    module = factory.Sequence(lambda n: f"module-{n}")
    agent_text = "You are Ada, who calls for Example Ltd."
    session_text = 'Greet {{ name | "the prospect" }} and ask the questions.'
    disclosure = "I am an automated voice."
    calls_per_second = 100

    @classmethod
    def _after_postgeneration(cls, instance: AgenticCampaign, *_: Any, **__: Any) -> None:
        words = {field.name: getattr(instance, field.name) for field in Wording._meta.fields}
        instance.published = PromptVersion.objects.create(
            organization=instance.organization,
            campaign=instance.campaign,
            number=1,
            published_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
            **words,
        )
        instance.save()


class RunFactory(factory.django.DjangoModelFactory[AgenticRun]):
    """A run through the list of a campaign."""

    class Meta:
        model = AgenticRun

    campaign = factory.LazyAttribute(lambda _: AgenticFactory.create().campaign)
    organization = factory.SelfAttribute("campaign.organization")
    live_campaign = factory.SelfAttribute("campaign.pk")
    version = factory.SelfAttribute("campaign.agentic.published")
    provider = AgenticCampaign.Provider.SIMULATOR
    started_at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

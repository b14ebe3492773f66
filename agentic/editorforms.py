"""The editor of what a voice says: its form, and the rows of its questions."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms

from accounts import callerids
from accounts.models import Organization, Team, User
from agentic import choosing, speech
from agentic.models import AgenticCampaign, Trunk
from agentic.questions import KINDS, MOST
from agentic.toolbox import SWITCHABLE, TOOLS
from campaigns.models import Campaign, Disposition
from core.phone import format_for_people

# Fields of the Campaign; all others are the voice's own.
CAMPAIGN: Final = ("purpose", "caller_id", "ring_time_s", "default_region", "dispositions", "teams")
_BLANKS: Final = 2
TOOL_WORDS: Final = {
    "record_answer": "Write down answers",
    "set_disposition": "Set the result",
    "schedule_callback": "Promise another call",
    "confirm_email": "Keep an e-mail address",
    "send_to_human": "Ask a colleague to take over",
}


class VoiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """All that can be chosen of an AI campaign, but its questions and its status."""

    organization = forms.ModelChoiceField(Organization.objects.none(), required=False)
    name = forms.CharField(max_length=120, help_text="What people see, such as “Spring webinar”.")
    purpose = forms.ChoiceField(
        choices=Campaign.Purpose.choices, help_text="The law asks for different consent for each."
    )
    caller_id = forms.CharField(
        label="Caller ID",
        max_length=32,
        required=False,
        help_text="The number that the called person sees.",
    )
    default_region = forms.CharField(
        label="Default country", max_length=2, initial="US", help_text="Two letters, such as US."
    )
    ring_time_s = forms.IntegerField(
        label="Ring time", min_value=5, max_value=120, initial=30, help_text="In seconds."
    )
    dispositions = forms.ModelMultipleChoiceField(
        Disposition.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    tools = forms.MultipleChoiceField(
        choices=[
            (name, TOOL_WORDS.get(name, TOOLS[name].description.rstrip("."))) for name in SWITCHABLE
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    voice = forms.ChoiceField(choices=[])
    language = forms.ChoiceField(choices=[])
    model = forms.ChoiceField(choices=[])

    class Meta:
        model = AgenticCampaign
        fields = (
            *("module", "provider", "trunk", "agent_text", "session_text", "disclosure"),
            *("voice", "language", "model", "temperature", "tools", "voicemail", "voicemail_text"),
            *("max_calls", "calls_per_second", "max_length_s", "silence_s", "needs_closers"),
            *("hand_over_wait_s", "cost_per_minute", "currency", "auto_next"),
        )
        labels = {
            "module": "Short name",
            "provider": "Who speaks",
            "trunk": "Line",
            "agent_text": "Who the voice is",
            "session_text": "How the talk goes",
            "disclosure": "Said first",
            "voicemail": "When a machine answers",
            "voicemail_text": "Message",
            "max_calls": "Calls at once",
            "calls_per_second": "Calls begun each second",
            "max_length_s": "Longest call",
            "silence_s": "Silence before it asks",
            "needs_closers": "Only as many calls as people are free to take over",
            "hand_over_wait_s": "Wait for a person",
            "cost_per_minute": "Cost per minute",
            "auto_next": "Goes on to the next prospect by itself",
        }
        help_texts = {
            "module": "For machines: small letters, digits and dashes. Left empty, it is made"
            " from the name.",
            "agent_text": "Its role, its manner, what it never does.",
            "session_text": "Greeting, reasons, objections, goodbye: step by step.",
            "disclosure": "Word for word, at the beginning of every call.",
            "voicemail": "When it is called again, the campaign's retry rules say; “call again”"
            " goes before them, and waits for another part of the day.",
            "temperature": "0 keeps to the text, 2 is free.",
            "max_length_s": "In seconds; then the voice says goodbye.",
            "silence_s": "In seconds, of the called person.",
            "hand_over_wait_s": "In seconds; then it offers a callback.",
            "cost_per_minute": "For the estimate on pages.",
            "max_calls": "Of this campaign. The line has its own limit.",
        }
        widgets = {
            "agent_text": forms.Textarea(attrs={"rows": 10, "data-placeholders": ""}),
            "session_text": forms.Textarea(attrs={"rows": 16, "data-placeholders": ""}),
            "disclosure": forms.Textarea(attrs={"rows": 3, "data-placeholders": ""}),
            "voicemail_text": forms.Textarea(attrs={"rows": 3, "data-placeholders": ""}),
        }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        row: AgenticCampaign = self.instance
        campaign = row.campaign if row.pk else None
        owner = row.organization if row.pk else user.organization
        if owner is None:
            fields["organization"].queryset = Organization.objects.filter(archived_at=None)
            fields["organization"].required = True
        else:
            del fields["organization"]
        fields["module"].required = False
        results, lines = choosing.results(owner), choosing.lines(owner)
        fields["dispositions"].queryset = results
        fields["teams"].queryset = choosing.teams(user, owner)
        fields["trunk"].queryset = lines
        fields["trunk"].empty_label = "None"
        for name, known in _CHOICES.items():
            fields[name].choices = _with(known, getattr(row, name))
            self.initial.setdefault(name, getattr(row, name))
        self._choose_caller_id(owner, campaign)
        if campaign:
            self.initial.update({name: getattr(campaign, name) for name in CAMPAIGN[:4]})
            self.initial["name"] = campaign.name
            self.initial["dispositions"] = list(campaign.dispositions.filter(pk__in=results))
            self.initial["teams"] = list(campaign.teams.all())
        elif not self.is_bound:
            self.initial["dispositions"] = list(results)
            self.initial["trunk"] = lines.order_by("pk").first()

    def _choose_caller_id(self, owner: Organization | None, campaign: Campaign | None) -> None:
        rows = callerids.allowed(owner.pk) if owner else []
        if not rows:
            return
        words = {row.number: f"{format_for_people(row.number)} {row.label}".strip() for row in rows}
        old = campaign.caller_id if campaign else ""
        if old and old not in words:
            words[old] = f"{format_for_people(old)}, not allowed any more"
        field = self.fields["caller_id"]
        self.fields["caller_id"] = forms.ChoiceField(
            label=field.label,
            help_text=field.help_text,
            required=False,
            choices=[("", "None"), *words.items()],
        )

    def _post_clean(self) -> None:
        """The verb checks the whole; the instance stays as it is in the database."""

    def given(self) -> dict[str, Any]:
        """The fields as the verbs take them."""
        data = {**self.cleaned_data}
        name, organization = data.pop("name"), data.pop("organization", None)
        campaign = {field: data.pop(field) for field in CAMPAIGN}
        own = self.instance.campaign if self.instance.pk else None
        campaign["dispositions"] = choosing.with_those_of_tools(campaign["dispositions"], own)
        if self.instance.pk:
            if not data["module"]:
                del data["module"]
            return {**data, "campaign": {**campaign, "name": name}}
        if not campaign["dispositions"]:
            del campaign["dispositions"]  # a new campaign has all of them
        made = {**data, "campaign": campaign, "name": name}
        return made | {"organization": organization} if organization else made


class QuestionForm(forms.Form):
    """A question of the campaign; without a text it is none."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    text = forms.CharField(label="Question", required=False, max_length=300)
    kind = forms.ChoiceField(label="Answer", choices=list(KINDS.items()), required=False)
    choices = forms.CharField(label="Choices, with commas", required=False, max_length=1000)
    required = forms.BooleanField(label="Must be asked", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = str(field.label)
            if name in ("text", "choices"):
                field.widget.attrs["placeholder"] = str(field.label)


class QuestionForms:
    """The questions, and some empty rows for more."""

    def __init__(self, rows: Iterable[dict[str, Any]], data: Any) -> None:
        known = [{**row, "choices": ", ".join(row.get("choices", []))} for row in rows]
        count = min(MOST, len(known) + _BLANKS)
        if data is not None:
            count = min(MOST, max(count, _posted(data)))
        known += [{} for _ in range(count - len(known))]
        self.rows = [
            QuestionForm(data, prefix=f"question-{place}", initial=row)
            for place, row in enumerate(known)
        ]
        self.problems: list[str] = []

    def is_valid(self) -> bool:
        """Whether every row is."""
        return all(form.is_valid() for form in self.rows)

    def given(self) -> list[dict[str, Any]]:
        """The questions as the verbs take them, without empty rows."""
        asked = [form.cleaned_data for form in self.rows if form.cleaned_data.get("text")]
        return [{**row, "choices": _split(row["choices"])} for row in asked]


class TrunkForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A line."""

    class Meta:
        model = Trunk
        fields = ("name", "livekit_id", "max_calls", "calls_per_second")
        labels = {
            "livekit_id": "Trunk at LiveKit",
            "max_calls": "Calls at once",
            "calls_per_second": "Calls begun each second",
        }
        help_texts = {
            "livekit_id": "The id of its outbound trunk, such as ST_abc. The simulator needs none.",
            "max_calls": "Over all campaigns that dial on it.",
        }

    def _post_clean(self) -> None:
        """The verb checks the whole; the instance stays as it is in the database."""


_CHOICES: Final[dict[str, dict[str, str]]] = {
    "voice": {name: name for name in speech.VOICES},
    "language": speech.LANGUAGES,
    "model": {name: name for name in speech.MODELS},
}


def _with(known: dict[str, str], chosen: str) -> list[tuple[str, str]]:
    return list({**known, **({} if chosen in known else {chosen: chosen})}.items())


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _posted(data: Any) -> int:
    return sum(1 for name in data if name.startswith("question-") and name.endswith("-text"))

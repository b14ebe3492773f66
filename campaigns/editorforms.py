"""The lists within the campaign editor: retry rules, the filter's conditions, the lists' shares."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms

from campaigns import leadfilter, mix, pacing, retries
from campaigns.leadfilter import CUSTOM, FIELDS, OPERATORS
from campaigns.models import Campaign, DialAttempt, Disposition, Lead, LeadSheet
from campaigns.pacing import Rule
from campaigns.retries import Given

_MINUTE: Final = 60
_BLANKS: Final = 2
# Own fields are found by a look at so many of the latest leads.
_LOOKED_AT: Final = 200


class RetryForm(forms.Form):
    """What follows one outcome or result."""

    then = forms.ChoiceField(
        label="then",
        required=False,
        choices=[("", "As usual"), ("again", "Again after"), ("finished", "Finished")],
    )
    minutes = forms.IntegerField(
        label="minutes until the next try",
        required=False,
        min_value=0,
        max_value=int(pacing.LONGEST.total_seconds()) // _MINUTE,
    )
    factor = forms.DecimalField(
        label="times for each further try",
        required=False,
        min_value=Decimal("0.1"),
        max_value=retries.MOST_FACTOR,
        max_digits=4,
        decimal_places=2,
    )
    other_day_part = forms.BooleanField(label="in another part of the day", required=False)

    def __init__(
        self, what: str, usual: Rule, rule: Rule | None, data: Any, *, prefix: str
    ) -> None:
        shown = rule or usual
        initial = {
            "then": "" if rule is None else "finished" if rule.finished else "again",
            "minutes": shown.delay_s // _MINUTE or 60,
            "factor": f"{shown.factor.normalize():f}",
            "other_day_part": shown.other_day_part,
        }
        super().__init__(data, initial=initial, prefix=prefix)
        self.what, self.usual = what, usual
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{what}: {field.label}"

    def rule(self) -> Rule | None:
        """The rule that was chosen; None for what usually follows."""
        data = self.cleaned_data
        if data["then"] == "":
            return None
        minutes = 60 if data["minutes"] is None else data["minutes"]
        return Rule(
            minutes * _MINUTE,
            (data["factor"] or Decimal(1)).normalize(),
            data["other_day_part"],
            data["then"] == "finished",
        )


class RetryForms:
    """A row for each outcome of the line, and for each result that may lead to a further try."""

    def __init__(self, campaign: Campaign, results: Iterable[Disposition], data: Any) -> None:
        known = retries.of_campaign(campaign) if campaign.pk else []
        rules = {(one.outcome, one.disposition): one.rule for one in known}
        self.rows: dict[tuple[str, int], RetryForm] = {}
        for outcome in retries.OUTCOMES:
            key = (str(outcome), 0)
            label = str(DialAttempt.Outcome(outcome).label)
            usual = retries.default(campaign, outcome)
            self.rows[key] = RetryForm(
                label, usual, rules.get(key), data, prefix=f"after-{outcome}"
            )
        for row in results:
            if row.do_not_call or row.callback:
                continue
            key = ("", row.pk)
            usual = Rule(row.retry_after_s, finished=row.finished)
            self.rows[key] = RetryForm(
                row.label, usual, rules.get(key), data, prefix=f"result-{row.pk}"
            )

    @property
    def outcomes(self) -> list[RetryForm]:
        """The rows about the line."""
        return [form for (outcome, _), form in self.rows.items() if outcome]

    @property
    def results(self) -> list[RetryForm]:
        """The rows about what agents chose."""
        return [form for (outcome, _), form in self.rows.items() if not outcome]

    def is_valid(self) -> bool:
        """Whether every row is."""
        return all(form.is_valid() for form in self.rows.values())

    def given(self) -> list[Given]:
        """The rules as the verbs take them."""
        rules = {key: form.rule() for key, form in self.rows.items()}
        return [Given(rule, *key) for key, rule in rules.items() if rule is not None]


class ConditionForm(forms.Form):
    """One condition of the filter; empty, it is none."""

    field = forms.ChoiceField(label="Fact", required=False)
    operator = forms.ChoiceField(label="How", required=False, choices=list(OPERATORS.items()))
    value = forms.CharField(label="Value, or several with commas", required=False, max_length=2000)

    def __init__(self, names: Iterable[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = [(f"{CUSTOM}{name}", name) for name in names]
        usual = [(name, label) for name, (label, _) in FIELDS.items()]
        chosen: Any = self.fields["field"]
        chosen.choices = [("", "Choose a fact"), *usual, *([("Own fields", own)] if own else [])]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)


class FilterForms:
    """The conditions of a campaign's filter, and some empty ones for more."""

    def __init__(self, campaign: Campaign, data: Any) -> None:
        self.sheets = mix.shares_of(campaign) if campaign.pk else []
        self.refusal = ""
        found = leadfilter.parse(campaign.lead_filter)
        initial = [self._initial(one) for one in found]
        names = sorted(_own_fields(campaign) | {_own(one.field) for one in found} - {""})
        count = min(leadfilter.MOST, len(initial) + _BLANKS)
        if data is not None:
            count = min(leadfilter.MOST, max(count, _posted(data)))
        rows = [*initial, *({} for _ in range(count - len(initial)))]
        self.rows = [
            ConditionForm(names, data, prefix=f"filter-{place}", initial=row)
            for place, row in enumerate(rows)
        ]

    def _initial(self, one: leadfilter.Condition) -> dict[str, str]:
        names = {str(sheet.pk): sheet.name for sheet in self.sheets}
        values = [names.get(v, v) if one.field == "sheet" else v for v in one.values]
        return {"field": one.field, "operator": one.operator, "value": ", ".join(values)}

    def is_valid(self) -> bool:
        """Whether every row is."""
        return all(form.is_valid() for form in self.rows)

    def given(self) -> dict[str, Any]:
        """The filter as it is stored; lists are named by their files."""
        ids = {sheet.name.casefold(): str(sheet.pk) for sheet in reversed(self.sheets)}
        rows = []
        for data in (form.cleaned_data for form in self.rows):
            if not data["field"]:
                continue
            values = [text.strip() for text in data["value"].split(",") if text.strip()]
            if data["field"] == "sheet":
                values = [ids.get(text.casefold(), text) for text in values]
            if data["field"] == "consent":
                values = [text.casefold() for text in values]
            operator = data["operator"] or leadfilter.IS
            rows.append({"field": data["field"], "operator": operator, "values": values})
        return {"all": rows} if rows else {}


class ShareForm(forms.Form):
    """How often a list's leads are called beside those of the others."""

    share = forms.IntegerField(label="Share", min_value=1, max_value=mix.MOST_SHARE)

    def __init__(self, sheet: LeadSheet, data: Any, *, prefix: str) -> None:
        super().__init__(data, initial={"share": sheet.share}, prefix=prefix)
        self.sheet = sheet
        self.fields["share"].widget.attrs["aria-label"] = f"Share of {sheet.name}"


class ShareForms:
    """A row for each list; none where there is only one."""

    def __init__(self, campaign: Campaign, data: Any) -> None:
        sheets = mix.shares_of(campaign) if campaign.pk else []
        if len(sheets) < 2:
            sheets = []
        self.rows = [ShareForm(row, data, prefix=f"share-{row.pk}") for row in sheets]

    def is_valid(self) -> bool:
        """Whether every row is."""
        return all(form.is_valid() for form in self.rows)

    def given(self) -> dict[int, int]:
        """The share of each list."""
        return {form.sheet.pk: form.cleaned_data["share"] for form in self.rows}


def _own(field: str) -> str:
    return field.removeprefix(CUSTOM) if field.startswith(CUSTOM) else ""


def _own_fields(campaign: Campaign) -> set[str]:
    """Names under which the campaign's leads have facts of their own."""
    if not campaign.pk:
        return set()
    latest = Lead.objects.filter(campaign=campaign).order_by("-pk")[:_LOOKED_AT]
    return {name for custom in latest.values_list("custom", flat=True) for name in custom}


def _posted(data: Any) -> int:
    """How many conditions a request brings."""
    return sum(1 for name in data if name.startswith("filter-") and name.endswith("-field"))

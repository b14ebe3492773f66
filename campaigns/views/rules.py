"""Pages of calling rules: what holds where, its history, what another version would change."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from campaigns import dryrun, explaining, rules, ruleset, rulestanding
from campaigns.eligibility import Register, Ruleset
from campaigns.forms import add_refusal
from campaigns.models import CallingRule, Campaign, NationalList
from campaigns.ruleforms import BecauseForm, CompareForm, NewRuleForm, RuleForm
from campaigns.views.suppression import house
from core.errors import DomainError, InputError
from core.web import requires

_WHEN = {
    dryrun.When.NOW: "Now",
    dryrun.When.TODAY: "Later today",
    dryrun.When.LATER: "On another day",
    dryrun.When.NEVER: "Not by waiting",
}


@requires("campaigns.view_callingrule")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Of each rule the version that holds today, else its newest, by country and state."""
    rows = CallingRule.objects.for_user(request.user)
    rows = rows.filter(Q(replaced_by=None) | Q(is_active=True))
    rows = rows.select_related("organization", "signed_off_by")
    ordered = rows.order_by("organization", "country", "region", "code", "-version")
    registers: dict[int, tuple[Register, ...]] = defaultdict(tuple)
    for one in NationalList.objects.for_user(request.user):
        registers[one.organization_id] += (ruleset.register(one),)
    found = []
    for _, group in groupby(ordered, key=lambda row: (row.organization_id, row.code)):
        versions = list(group)
        today = ruleset.today(versions[0].organization.timezone, timezone.now())
        row = rulestanding.on(versions, today) or versions[0]
        lapse = rulestanding.lapse(versions, today)
        ends = lapse if lapse and lapse > today else None
        found.append({**_shown(row, registers[row.organization_id]), "ends": ends})
    unsigned = sum(1 for one in found if one["standing"].acts and not one["rule"].signed_off_at)
    context = {"found": found, "unsigned": unsigned, "kinds": CallingRule.Kind.choices}
    return render(request, "campaigns/rules.html", context)


@requires("campaigns.change_callingrule")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """The rules of the law book, for an organization that has none."""
    made = rules.ensure_defaults(house(person(request)))
    messages.success(request, f"{made} rules were added. Have them signed off.")
    return redirect("campaigns:rules")


@requires("campaigns.change_callingrule")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """A rule of the house's own, of a kind."""
    user, rule = person(request), _draft(kind)
    form = NewRuleForm(rule, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = rules.add(user, house(user), kind=kind, now=timezone.now(), **form.terms())
        except InputError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"{row.code} is in force. Have it signed off.")
            return redirect("campaigns:rule", row.pk)
    context = {"rule": rule, "form": form, "compare": CompareForm(user)}
    status = 422 if form.errors else 200
    return render(request, "campaigns/rule_edit.html", context, status=status)


@requires("campaigns.view_callingrule")
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule with all its versions."""
    return _page(request, _rule(request, pk))


@requires("campaigns.change_callingrule")
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version of a rule."""
    rule = _rule(request, pk)
    form = RuleForm(rule, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = rules.replace(person(request), rule, now=timezone.now(), **form.terms())
        except InputError as error:
            add_refusal(form, error)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{row} was written. Have it signed off.")
            return redirect("campaigns:rule", row.pk)
    context = {"rule": rule, "form": form, "compare": CompareForm(person(request))}
    status = 422 if form.errors else 200
    return render(request, "campaigns/rule_edit.html", context, status=status)


@requires("campaigns.change_callingrule")
@require_POST
def preview(request: HttpRequest, pk: int = 0, kind: str = "") -> HttpResponse:
    """What the version in the form, or the rule's end, would change for a campaign now."""
    rule, ending = _rule(request, pk) if pk else _draft(kind), "ending" in request.POST
    form = RuleForm(rule, request.POST) if pk else NewRuleForm(rule, request.POST)
    compare = CompareForm(person(request), request.POST)
    context: dict[str, Any] = {}
    if compare.is_valid() and (ending or form.is_valid()):
        campaign = compare.cleaned_data["campaign"]
        law = ruleset.of_campaign(campaign)
        try:
            law = rules.without(rule, law) if ending else rules.as_if(rule, form.terms(), law)
        except InputError as error:
            add_refusal(form, error)
        else:
            context = {"campaign": campaign, "shifts": _shifts(campaign, law)}
    context["errors"] = [
        *(text for texts in compare.errors.values() for text in texts),
        *(f"{name}: {text}" for name, texts in _said(form, ending=ending) for text in texts),
    ]
    return render(request, "campaigns/_rule_preview.html", context)


def _said(form: RuleForm, *, ending: bool) -> list[tuple[str, list[str]]]:
    return (
        []
        if ending
        else [(name, [str(text) for text in texts]) for name, texts in form.errors.items()]
    )


def _shifts(campaign: Campaign, law: Ruleset) -> list[tuple[str, str, str, int]]:
    """Before, after, why and how many, in words."""
    names = explaining.labels(campaign)
    return [
        (_WHEN[one.before], _WHEN[one.after], names.get(one.rule, one.rule), one.leads)
        for one in dryrun.compare(campaign, law, timezone.now())
    ]


@requires("campaigns.change_callingrule")
@require_POST
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Someone answers for a rule."""
    rule = _rule(request, pk)
    try:
        rules.sign_off(person(request), rule, now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"You signed off {rule}.")
    return redirect("campaigns:rule", rule.pk)


@requires("campaigns.change_callingrule")
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a rule at once, for a reason."""
    rule, form = _rule(request, pk), BecauseForm(request.POST)
    if form.is_valid():
        try:
            rules.retire(person(request), rule, now=timezone.now(), **form.cleaned_data)
        except InputError as error:
            add_refusal(form, error)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{rule} ended.")
            return redirect("campaigns:rule", rule.pk)
    return _page(request, rule, form=form, status=422)


@requires("campaigns.change_callingrule")
@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier version, or the last one that ended, holds again."""
    rule = _rule(request, pk)
    try:
        row = rules.bring_back(person(request), rule, now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("campaigns:rule", rule.pk)
    messages.success(request, f"{row.code} holds again, as version {row.version}.")
    return redirect("campaigns:rule", row.pk)


def _page(
    request: HttpRequest, rule: CallingRule, *, form: BecauseForm | None = None, status: int = 200
) -> HttpResponse:
    versions = CallingRule.objects.filter(organization=rule.organization_id, code=rule.code)
    registers = ruleset.registers_of(rule.organization_id)
    versions = versions.select_related("created_by", "signed_off_by", "organization")
    rows = list(versions.order_by("-version"))
    today = ruleset.today(rule.organization.timezone, timezone.now())
    context = {
        **_shown(rule, registers),
        "versions": [
            {**_shown(row, registers), "back": row != rows[0] or rulestanding.ended(row, today)}
            for row in rows
        ],
        "newest": rule == rows[0],
        "lapse": rulestanding.lapse(rows, today),
        "holding": rulestanding.on(rows, today),
        "form": form or BecauseForm(),
        "compare": CompareForm(person(request)),
    }
    return render(request, "campaigns/rule.html", context, status=status)


def _shown(row: CallingRule, registers: tuple[Register, ...]) -> dict[str, Any]:
    today = ruleset.today(row.organization.timezone, timezone.now())
    return {"rule": row, "standing": rulestanding.standing(row, today=today, registers=registers)}


def _draft(kind: str) -> CallingRule:
    """A rule of a kind that is not here yet."""
    if kind not in CallingRule.Kind.values:
        raise Http404
    return CallingRule(kind=kind, version=0)


def _rule(request: HttpRequest, pk: int) -> CallingRule:
    rows = CallingRule.objects.for_user(request.user).select_related(
        "organization", "signed_off_by"
    )
    return get_object_or_404(rows, pk=pk)

"""The page on which leads of all campaigns are found."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns import leadsearch
from core.web import asks_for, requires


class SearchForm(forms.Form):
    """What to look for, and in which field."""

    q = forms.CharField(required=False, max_length=120, label="Number, name, company or e-mail")
    by = forms.ChoiceField(
        required=False, choices=[("", "In any field"), *leadsearch.FIELDS.items()], label="Field"
    )


@requires("campaigns.view_lead")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Leads by how a field begins; the rows alone as one types."""
    form = SearchForm(request.GET)
    form.is_valid()
    text, field = form.cleaned_data.get("q", ""), form.cleaned_data.get("by", "")
    found = leadsearch.search(request.user, text, field=field, after=request.GET.get("after", ""))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "found": found,
        "asked": text.strip(),
        "field": leadsearch.FIELDS.get(found.field, ""),
        "query": query.urlencode(),
    }
    part = asks_for(request, "found-leads")
    return render(request, "campaigns/_found.html" if part else "campaigns/search.html", context)

"""Shape of what is sent about a person's phone."""

from typing import Any

from django import forms

from accounts.models import SipAccount
from accounts.peopleforms import RefusableForm
from accounts.sip import Pbx

_SIDES = [("ours", "This installation's own"), ("pbx", "A third party's PBX")]


class TelephonyForm(RefusableForm):
    """A person's extension and, for a third party's PBX, how to register there."""

    extension = forms.CharField(
        max_length=16, help_text="2 to 16 digits.", widget=forms.TextInput({"inputmode": "numeric"})
    )
    side = forms.ChoiceField(label="Telephone side", choices=_SIDES)
    ws_url = forms.CharField(
        label="Address of the PBX",
        max_length=255,
        required=False,
        widget=forms.TextInput({"placeholder": "wss://pbx.example.com:7443/ws"}),
    )
    realm = forms.CharField(max_length=255, required=False, label="Domain")
    username = forms.CharField(
        label="User name",
        max_length=64,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label="Password",
        max_length=255,
        strip=False,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, account: SipAccount | None, data: Any = None) -> None:
        is_pbx = account is not None and bool(account.secret)
        initial = {"extension": account.extension if account else "", "side": "ours"}
        if account is not None and is_pbx:
            initial |= {"side": "pbx", "ws_url": account.ws_url, "realm": account.realm}
            initial |= {"username": account.username}
        super().__init__(data, initial=initial)
        if is_pbx:
            self.fields["secret"].help_text = "One is stored and never shown. Empty: it stays."

    def pbx(self) -> Pbx | None:
        """The third party's side; None for this installation's own."""
        given = self.cleaned_data
        if given["side"] == "ours":
            return None
        return Pbx(given["ws_url"], given["realm"], given["username"], given["secret"])

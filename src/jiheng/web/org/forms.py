"""Forms of logging in and of the own account."""

from __future__ import annotations

from typing import Any

from django import forms

from jiheng.web.org import passwords

_ACCOUNT = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


class LoginForm(forms.Form):
    """Account and password."""

    username = forms.CharField(label="账号", max_length=64, widget=forms.TextInput(_ACCOUNT | {"autofocus": True}))
    password = forms.CharField(
        label="口令", strip=False, max_length=256, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """A one-time code."""

    code = forms.CharField(
        label="动态口令",
        min_length=6,
        max_length=6,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
        error_messages={"min_length": "动态口令是 6 位数字。", "max_length": "动态口令是 6 位数字。"},
    )


class OwnCodesForm(CodeForm):
    """A one-time code and the password: an unattended page is not enough to change how one logs in."""

    password = forms.CharField(
        label="现在的口令", strip=False, max_length=256,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip
    field_order = ("password", "code")

    def __init__(self, person: Any, by_provider: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if by_provider:  # who may not even know a password of ours
            del self.fields["password"]

    def clean_password(self) -> str:
        """It must be right."""
        if not self.person.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError("现在的口令不正确。")
        return str(self.cleaned_data["password"])


class ContactForm(forms.Form):
    """How a person is reached."""

    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=254,
        error_messages={"invalid": "邮箱格式不对，应像 name@example.org。"},
    )
    phone = forms.CharField(label="电话", required=False, max_length=30)
    wants_mail = forms.BooleanField(label="消息也发到邮箱", required=False)


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="现在的口令", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    new = forms.CharField(label="新口令", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"}))
    again = forms.CharField(
        label="再输一遍新口令", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, person: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.rules = passwords.rules()

    def clean_old(self) -> str:
        """It must be right."""
        if not self.person.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError("现在的口令不正确。")
        return str(self.cleaned_data["old"])

    def clean_new(self) -> str:
        """It must follow the rules and differ from the old one."""
        new = str(self.cleaned_data["new"])
        if new == self.cleaned_data.get("old"):
            raise forms.ValidationError("新口令不能与现在的口令相同。")
        passwords.check(new, self.person)
        return new

    def clean(self) -> dict[str, Any]:
        """Both entries of the new one must agree."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新口令不一致。")
        return data

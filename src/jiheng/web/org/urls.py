"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from jiheng.web.org.views import admin, bring, codes, handover, oidc, roles, session

urlpatterns = [
    path("login/", session.log_in, name="login"),
    path("login/code/", session.log_in_code, name="login-code"),
    path("login/oidc/", oidc.there, name="oidc"),
    path("login/oidc/back/", oidc.back, name="oidc-back"),
    path("logout/", session.log_out, name="logout"),
    path("account/", session.account, name="account"),
    path("account/password/", session.password, name="password"),
    path("account/totp/", codes.codes, name="totp"),
    path("org/", admin.index, name="org"),
    path("org/change/", admin.change, name="org-change"),
    path("org/units/<int:pk>/", admin.unit, name="org-unit"),
    path("org/units/<int:pk>/change/", admin.change_unit, name="org-unit-change"),
    path("org/people/", admin.accounts, name="org-people"),
    path("org/people/codes/", admin.demand_codes, name="org-codes"),
    path("org/people/new/", admin.create, name="org-create"),
    path("org/people/import/", bring.bring, name="org-bring"),
    path("org/people/roles/", roles.bring, name="org-roles"),
    path("org/people/roles.xlsx", roles.template, name="org-roles-template"),
    path("org/people/template.xlsx", bring.template, name="org-template"),
    path("org/people/<int:pk>/", admin.account, name="org-account"),
    path("org/people/<int:pk>/change/", admin.change_account, name="org-account-change"),
    path("org/people/<int:pk>/handover/", handover.handover, name="org-handover"),
    path("org/left/", handover.left, name="org-left"),
]

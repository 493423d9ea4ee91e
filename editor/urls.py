"""The addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from editor.views import account, documents, health, joining, offline, signing_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("", documents.documents_list, name="documents"),
    path("documents/", documents.create, name="create"),
    path("documents/<uuid:document_id>", documents.document, name="document"),
    path("documents/<uuid:document_id>/rename", documents.rename, name="rename"),
    path("documents/<uuid:document_id>/links", documents.links, name="links"),
    path("documents/<uuid:document_id>/guest-window", documents.guest_window, name="guest_window"),
    path("join/<str:token>", joining.join, name="join"),
    path("join/<str:token>/guest", joining.join_as_guest, name="join_as_guest"),
    path("join/<str:token>/account", joining.join_with_account, name="join_with_account"),
    path("invitation/<str:token>", joining.invitation, name="invitation"),
    path("sign-in/", signing_in.SignIn.as_view(), name="sign-in"),
    path("sign-in/<str:token>", signing_in.sign_in_link, name="sign-in-link"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("offline", offline.offline, name="offline"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("admin/login/", signing_in.admin_sign_in),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

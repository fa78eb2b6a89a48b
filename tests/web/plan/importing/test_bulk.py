"""Many files are imported at once, in the background; what cannot be says why."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import make_demo
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Unit
from jiheng.web.plan.models import BudgetYear, Project, Upload

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
FILES = sorted(make_demo.DEMO.glob("*.docx"))[:2]


def send(client: Client, *names: str) -> list[Upload]:
    """Bring files in and have them read."""
    files = [SimpleUploadedFile(n, (make_demo.DEMO / n).read_bytes()) for n in names]
    place = {"unit": Unit.objects.get(code="601001").pk, "year": BudgetYear.objects.get().pk}
    client.post("/import/", {**place, "files": files})
    perform(Job.objects.latest("pk").pk)
    return list(Upload.objects.order_by("-pk")[: len(names)])


def import_many(client: Client, **asked: Any) -> str:
    """Ask for it, have it done; the page then."""
    before = Job.objects.count()
    page = client.post("/import/many/", asked, follow=True)
    if Job.objects.count() > before:
        assert "可以离开本页" in page.content.decode()
        perform(Job.objects.latest("pk").pk)
    return str(client.get("/import/").content.decode() if Job.objects.count() > before else page.content.decode())


@pytest.fixture
def clerk(client: Client, person: Any) -> Client:
    client.force_login(person("clerk"), BACKEND)
    return client


def test_all_that_were_read_come_in(clerk: Client) -> None:
    uploads = send(clerk, *(f.name for f in FILES))
    expected = sum(len(u.document["projects"]) for u in uploads)
    page = import_many(clerk, all="1", known="skip")
    assert "批量导入完成：2 个文件已导入。" in page
    assert Project.objects.count() == expected
    assert set(Upload.objects.values_list("state", flat=True)) == {"imported"}


def test_only_the_chosen_and_known_projects_as_asked(clerk: Client) -> None:
    (first,) = send(clerk, FILES[0].name)
    import_many(clerk, upload=[first.pk], known="skip")
    Project.objects.update(purpose="改过的用途")
    again, other = send(clerk, FILES[0].name)[0], send(clerk, FILES[1].name)[0]
    import_many(clerk, upload=[again.pk], known="merge")
    assert set(Project.objects.values_list("purpose", flat=True)) == {"改过的用途"}
    (again,) = send(clerk, FILES[0].name)
    import_many(clerk, upload=[again.pk], known="replace")
    assert not Project.objects.filter(purpose="改过的用途").exists()
    other.refresh_from_db()
    assert other.state == "read"


def test_nothing_chosen_and_unknown_choices_are_refused(clerk: Client, person: Any) -> None:
    send(clerk, FILES[0].name)
    assert "请先勾选要导入的文件" in import_many(clerk, known="skip")
    assert "请选择已有的项目怎样处理" in import_many(clerk, all="1", known="x")
    clerk.force_login(person("finance_reviewer"), BACKEND)
    assert clerk.post("/import/many/", {"all": "1", "known": "skip"}).status_code == 403
    assert Upload.objects.get().state == "read"


def test_what_cannot_be_imported_says_why_and_stops_no_other(clerk: Client, person: Any, monkeypatch: Any) -> None:
    from jiheng.web.plan.importing import bulk
    from jiheng.web.plan.services import Refused

    send(clerk, *(f.name for f in FILES))
    real = bulk.import_upload

    def sometimes(someone: Any, upload: Upload, choices: Any) -> Any:
        if upload.name == FILES[0].name:
            raise Refused("刚刚被上报，不能再导入。")
        return real(someone, upload, choices)

    monkeypatch.setattr(bulk, "import_upload", sometimes)
    page = import_many(clerk, all="1", known="skip")
    assert "1 个文件已导入，1 个没有导入" in page
    assert "刚刚被上报，不能再导入。" in page
    assert sorted(Upload.objects.values_list("state", flat=True)) == ["imported", "read"]


def test_an_account_that_was_closed_imports_nothing_more(clerk: Client) -> None:
    from jiheng.web.org.models import Person

    send(clerk, FILES[0].name)
    clerk.post("/import/many/", {"all": "1", "known": "skip"})
    Person.objects.update(is_active=False)
    job = Job.objects.latest("pk")
    perform(job.pk)
    job.refresh_from_db()
    assert (job.state, "已停用" in job.message, Project.objects.count()) == ("failed", True, 0)

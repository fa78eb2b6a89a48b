"""``jiheng admin``: districts, people and backups from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from jiheng.cli.app import app

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["admin", *arguments])


def passwords(output: str) -> dict[str, str]:
    rows = [line.split("\t") for line in output.splitlines() if line.startswith("  ")]
    return {row[0].strip(): row[2] for row in rows}


def test_a_district_is_made_with_three_administrators_once() -> None:
    from jiheng.web.org.models import District, Person
    from jiheng.web.plan.models import BudgetYear

    done = run("create-district", "139902", "清河区", "--year", "2027", "--pack", "hebei-2023")
    assert done.exit_code == 0, done.output
    given = passwords(done.output)
    assert set(given) == {"xitong.139902", "anquan.139902", "shenji.139902"}
    people = {p.username: p for p in Person.objects.prefetch_related("roles")}
    assert [a.role for name in sorted(given) for a in people[name].roles.all()] == [
        "security_admin", "audit_admin", "system_admin",
    ]  # fmt: skip
    assert all(people[n].check_password(p) and people[n].must_change_password for n, p in given.items())
    year = BudgetYear.objects.get()
    assert (year.year, year.pack, year.district.name) == (2027, "hebei-2023", "清河区")
    again = run("create-district", "139902", "别的名字")
    assert (again.exit_code, "已经有了" in again.output) == (2, True)
    assert District.objects.get().name == "清河区"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("1399", "清河区"), "6 位数字"), (("139902", " "), "请写区划名称"),
        (("139902", "清河区", "--year", "27"), "四位年份"),
        (("139902", "清河区", "--year", "2027", "--pack", "none"), "没有策略包"),
    ],
)  # fmt: skip
def test_what_is_no_district_makes_nothing(arguments: tuple[str, ...], said: str) -> None:
    from jiheng.web.org.models import District, Person

    done = run("create-district", *arguments)
    assert (done.exit_code, said in done.output) == (2, True)
    assert not District.objects.exists()
    assert not Person.objects.exists()


def workbook(path: Path, *rows: tuple[str, ...]) -> str:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate((("账号", "姓名", "单位编码", "电话", "邮箱"), *rows)):
            for c, text in enumerate(row):
                sheet.write_string(r, c, text)
    return str(path)


def test_people_come_from_excel_all_or_none(tmp_path: Path) -> None:
    from jiheng.web.org.models import Department, District, Person, Unit
    from jiheng.web.supervision.models import AuditEntry

    run("create-district", "139902", "清河区")
    department = Department.objects.create(district=District.objects.get(), code="601", name="公共服务局")
    unit = Unit.objects.create(department=department, code="601001", name="本级")
    bad = workbook(tmp_path / "bad.xlsx", ("a1", "甲", "601001"), ("a2", "", "601009"))
    done = run("import-people", bad)
    assert done.exit_code == 2
    assert "第 3 行：没有填姓名；没有编码为“601009”的在用单位。" in done.output
    assert not Person.objects.filter(username="a1").exists()
    good = workbook(tmp_path / "good.xlsx", ("a1", "甲", "601001"), ("a2", "乙", "601001"))
    done = run("import-people", good)
    assert done.exit_code == 0, done.output
    given = passwords(done.output)
    assert set(given) == {"a1", "a2"}
    assert Person.objects.get(username="a1").check_password(given["a1"])
    assert {p.unit for p in Person.objects.filter(username__in=given)} == {unit}
    entry = AuditEntry.objects.filter(action="新建账号").first()
    assert entry is not None
    assert (entry.person.split()[0], entry.address) == ("xitong.139902", "命令行")


def test_what_is_passed_over_in_a_list_of_people_is_told_in_sentences(tmp_path: Path) -> None:
    from jiheng.web.org.models import Department, District, Person, Unit

    run("create-district", "139902", "清河区")
    department = Department.objects.create(district=District.objects.get(), code="601", name="公共服务局")
    Unit.objects.create(department=department, code="601001", name="本级")
    path = tmp_path / "several.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("本级", "公园"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ("账号", "姓名", "单位编码"))
            sheet.write_row(1, 0, (f"{len(name)}a{sheet.index}", "甲", "601001"))
            sheet.write_row(2, 0, (f"hidden{sheet.index}", "乙", "601001"))
            sheet.set_row(2, None, None, {"hidden": True})
    done = run("import-people", str(path))
    assert done.exit_code == 0, done.output
    assert "“本级”：隐藏（含筛选掉）的 1 行没有导入：第 3 行。" in done.output
    assert "还有 1 张工作表也是同样的清单，没有导入：“公园”。要一起导入，请放进同一张工作表" in done.output
    assert not Person.objects.filter(username__startswith="hidden").exists()


def test_of_several_administrators_one_must_be_named_and_brings_only_to_their_own_units(tmp_path: Path) -> None:
    from jiheng.web.org.models import Department, District, Person, Unit

    for code, name in (("139902", "清河区"), ("139903", "白山区")):
        run("create-district", code, name)
        department = Department.objects.create(district=District.objects.get(code=code), code="601", name="公共服务局")
        Unit.objects.create(department=department, code="601001", name=f"{name}本级")
    file = workbook(tmp_path / "a.xlsx", ("a1", "甲", "601001"))
    assert "--by" in run("import-people", file).output
    assert "没有系统管理员“anquan.139902”" in run("import-people", file, "--by", "anquan.139902").output
    assert run("import-people", file, "--by", "xitong.139902").exit_code == 0
    assert Person.objects.get(username="a1").unit.name == "清河区本级"
    missing = run("import-people", str(tmp_path / "none.xlsx"), "--by", "xitong.139902")
    assert (missing.exit_code, "读不了" in missing.output) == (2, True)


def test_backup_and_restore(tmp_path: Path, settings: Any) -> None:
    from jiheng.web.org.models import District

    settings.MEDIA_ROOT = tmp_path / "media"
    run("create-district", "139902", "清河区")
    path = str(tmp_path / "a.jhb")
    done = run("backup", path)
    assert done.exit_code == 0, done.output
    assert "SM3" in done.output
    assert run("backup", path).exit_code == 2
    checked = run("restore", path, "--check")
    assert (checked.exit_code, "备份文件完整" in checked.output) == (0, True)
    District.objects.update(name="改坏了")
    refused = run("restore", path)
    assert (refused.exit_code, "--replace" in refused.output) == (2, True)
    assert run("restore", path, "--replace").exit_code == 0
    assert District.objects.get().name == "清河区"
    assert "不是绩衡的备份" in run("restore", __file__).output


@pytest.mark.parametrize(
    "command", [("admin", "backup", "a.jhb"), ("admin", "import-people", "a.xlsx"), ("audit", "verify")]
)
def test_a_folder_without_data_is_said_to_be_one(tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", "from jiheng.cli import main; main()", *command], cwd=tmp_path, capture_output=True,
        env=environment | {"PYTHONPATH": str(source)}, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, "还没有绩衡的数据" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_who_waits_after_wrong_passwords_is_unlocked_by_account_or_address() -> None:
    from django.test import Client

    from jiheng.web.supervision.models import AuditEntry

    secret = passwords(run("create-district", "139902", "清河区").output)["anquan.139902"]
    log_in = lambda password: Client(REMOTE_ADDR="10.8.3.21").post(  # noqa: E731
        "/login/", {"username": "anquan.139902", "password": password}
    )
    for arguments in (("anquan.139902",), ("--address", "10.8.3.21")):
        assert [log_in("wrong").status_code for _ in range(5)][-1] == 429
        assert log_in(secret).status_code == 429
        done = run("unlock", *arguments)
        assert (done.exit_code, "已解锁" in done.output) == (0, True), done.output
        assert log_in(secret).status_code == 302
        assert "没有被锁定" in run("unlock", "shenji.139902").output
    assert AuditEntry.objects.filter(action="在服务器上解锁", person="系统").count() == 4
    for arguments, said in (
        ((), "请写明账号"),
        (("nobody-at-all",), "没有账号"),
        (("x", "--address", "y"), "二者选一"),
    ):
        refused = run("unlock", *arguments)
        assert (refused.exit_code, said in refused.output) == (2, True)

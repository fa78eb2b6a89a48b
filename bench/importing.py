"""1,000 documents brought in: read in the background, imported in the background, the worker killed in each.

On PostgreSQL where it answers, else on SQLite. Prints how long it took and whether anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
from load.server import DEFAULT, connect, database, environment, set_up

EACH = 5
"""Projects of a document."""
BATCH = 200
"""Files of one upload."""


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("JIHENG_BENCH_SERVER", DEFAULT), help="PostgreSQL")
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=1, help="background workers at once")
    return parser.parse_args()


def _place(server: str, var: Path) -> Any:
    try:
        connect(server).close()
    except psycopg.Error as error:
        print(f"没有可用的 PostgreSQL（{server}），改用 SQLite：{str(error).strip().splitlines()[0]}")
        return nullcontext(f"sqlite:///{var / 'bench.sqlite3'}")
    return database(server)


def _texts(count: int) -> Iterator[tuple[str, bytes]]:
    """(unit code, .docx) of invented documents, no two projects alike."""
    from load.fill import _things, _unsaved

    from jiheng.web.demo.projects import ACTIONS, code_of, make
    from jiheng.web.org.models import Unit
    from jiheng.web.plan import mapping
    from jiheng.web.plan.models import BudgetYear
    from jiheng.writers.docx_document import write_document

    rnd, things = random.Random(1), [thing for _, thing in _things()]
    units, year = list(Unit.objects.select_related("department")), BudgetYear.objects.order_by("-year")[0]
    for n in range(count):
        unit, projects = units[n % len(units)], []
        for k in range(EACH):
            number = n * EACH + k + 1
            code = code_of("139901", year.year, number)
            table = make(rnd.choice(things), rnd.choice(list(ACTIONS)), year.year, code, rnd, None)
            table.name = f"{table.name}{number}"
            projects.append(_unsaved(table, unit, year))
        yield unit.code, write_document(mapping.to_document(projects, None, unit.department.name, year.year))


def prepare(count: int) -> Any:
    """A district without projects, and its documents handed in by one reviewer of all departments."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from load.fill import places

    from jiheng.web.org.models import Person, RoleAssignment
    from jiheng.web.plan.importing import uploads

    units, years = places()
    person = Person.objects.create_user("reviewer", "审核", None, unit=units[0])
    RoleAssignment.objects.bulk_create(
        RoleAssignment(person=person, role="department_reviewer", district=d.district, department=d)
        for d in dict.fromkeys(unit.department for unit in units)
    )
    by_unit: dict[str, list[Any]] = {}
    for n, (code, content) in enumerate(_texts(count)):
        by_unit.setdefault(code, []).append(SimpleUploadedFile(f"{n}.docx", content))
    by_code = {unit.code: unit for unit in units}
    for code, files in by_unit.items():
        for start in range(0, len(files), BATCH):
            uploads.receive(person, by_code[code], years[-1], files[start : start + BATCH])
    return person


@contextmanager
def workers(address: str, var: Path, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Background workers as they are run in earnest."""
    command = [sys.executable, "-m", "jiheng.web.manage", "work"]
    log = (var / "work.log").open("ab")
    started = [subprocess.Popen(command, env=environment(address, var), stdout=log, stderr=log) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


def run(what: str, address: str, var: Path, count: int, total: int, done: Callable[[], int]) -> None:
    """Work until all is done, killing every worker at a third of the way; say how it went."""
    from jiheng.web.jobs.models import Job

    begin = time.perf_counter()
    with workers(address, var, count) as first:
        while done() < total // 3:
            time.sleep(0.2)
        for process in first:
            process.kill()
    killed, at = time.perf_counter() - begin, done()
    with workers(address, var, count):
        while done() == at:
            time.sleep(0.1)
        again = time.perf_counter() - begin - killed
        while Job.objects.filter(state__in=("waiting", "running")).exists():
            time.sleep(0.2)
    spent = time.perf_counter() - begin
    rate = total / (spent - again)
    print(f"{what} {total} 份：{spent:.0f} s，{rate:.1f} 份/s（不计中断）；", end="")
    print(f"在第 {at} 份时 kill -9，{again:.0f} s 后接着办", flush=True)


def verdict(total: int) -> bool:
    """Whether each came in exactly once."""
    from jiheng.web.jobs.models import Job
    from jiheng.web.plan.models import Project, Upload
    from jiheng.web.supervision.models import AuditEntry
    from jiheng.web.supervision.queries import verify

    names = Project.objects.values("code").distinct().count()
    imported = Upload.objects.filter(state="imported").count()
    entries, broken = verify()
    found = (imported, Project.objects.count(), names, AuditEntry.objects.filter(action="导入文件").count(), broken)
    failed = Job.objects.exclude(state="done").count()
    fine = (*found, failed) == (total, total * EACH, total * EACH, total, None, 0)
    print(
        f"已导入 {found[0]} 份，项目 {found[1]} 个（不同编码 {found[2]} 个），导入记录 {found[3]} 条，"
        f"审计链 {entries} 条{'完整' if broken is None else '断裂'}：{'无遗漏、无重复' if fine else '有误'}"
    )
    return fine


def main() -> int:
    """Run."""
    options = arguments()
    print(f"{os.cpu_count()} 核，开始时机器负载 {os.getloadavg()[0]:.1f}，后台进程 {options.workers} 个", flush=True)
    var = Path(tempfile.mkdtemp(prefix="jiheng-bench-"))
    try:
        with _place(options.server, var) as address:
            set_up(address, var)
            from django.db import connections

            begin = time.perf_counter()
            person = prepare(options.documents)
            print(f"生成并接收 {options.documents} 份 .docx：{time.perf_counter() - begin:.0f} s", flush=True)
            from jiheng.web.plan.importing import bulk
            from jiheng.web.plan.models import Upload

            read = Upload.objects.exclude(state="waiting").count
            run("读取", address, var, options.workers, options.documents, read)
            bulk.ask_import(person, bulk.ready(person), "merge")
            imported = Upload.objects.filter(state="imported").count
            run("导入", address, var, options.workers, options.documents, imported)
            fine = verdict(options.documents)
            connections.close_all()
            return 0 if fine else 1
    finally:
        shutil.rmtree(var)


if __name__ == "__main__":
    sys.exit(main())

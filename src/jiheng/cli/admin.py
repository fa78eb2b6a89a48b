"""``jiheng admin``: what whoever runs the server does: districts, people, backups."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from jiheng.cli.chinese import ChineseCommand, ChineseGroup
from jiheng.cli.database import must_be_built, set_up

admin = typer.Typer(
    name="admin",
    cls=ChineseGroup,
    no_args_is_help=True,
    options_metavar="[选项]",
    subcommand_metavar="命令 …",
    help="管理平台：建立区划、导入人员、备份和恢复。直接操作当前数据库（JIHENG_VAR、JIHENG_DATABASE_URL）。",
    epilog="示例：\n\n  jiheng admin create-district 139902 清河区 --year 2027\n\n  jiheng admin backup 备份.jhb",
)
FAILED = 2
"""The exit status where nothing was done."""


def _tables() -> None:
    """Make or bring up to date the tables, as ``jiheng serve`` does."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _refuse(why: object) -> typer.Exit:
    typer.echo(str(why), err=True)
    return typer.Exit(FAILED)


def _show_passwords(made: Iterable[tuple[Any, str]]) -> None:
    typer.echo("初始口令只显示这一次，请当面交给本人；首次登录须修改。")
    for person, password in made:
        typer.echo(f"  {person.username}\t{person.name}\t{password}")


@admin.command(
    "create-district",
    cls=ChineseCommand,
    options_metavar="[选项]",
    help="""建立一个区划，连同它的系统、安全、审计三个管理员账号（三员分立）。

三个账号的初始口令只显示这一次。区划代码已经有了的，不做任何改动。退出状态：0 已建立；2 没有建立。""",
    epilog="示例：\n\n  jiheng admin create-district 139902 清河区\n\n"
    "  jiheng admin create-district 139902 清河区 --year 2027 --pack hebei-2023",
)
def create_district(
    code: Annotated[str, typer.Argument(metavar="CODE", help="6 位行政区划代码")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="区划名称")],
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="同时开放这个预算年度")] = None,
    pack: Annotated[
        str, typer.Option("--pack", metavar="PACK", help="预算年度用的策略包，须与 --year 同用")
    ] = "central-2021",
) -> None:
    """The command."""
    set_up()
    from jiheng.web.org.services.places import Wrong
    from jiheng.web.plan.services.founding import found_district

    _tables()
    try:
        made = found_district(code, name, year, pack)
    except Wrong as error:
        raise _refuse(error) from error
    typer.echo(f"已建立 {code} {name}。" + (f"{year} 年已开放编报，策略包 {pack}。" if year else ""))
    _show_passwords(made)


@admin.command(
    "import-people",
    cls=ChineseCommand,
    options_metavar="[选项]",
    help="""从 Excel 导入人员账号，与网页“账号和角色”里的导入相同：有一行不对就一个也不导入。

模板在网页“账号和角色 → 从 Excel 导入”下载，第一行是：账号、姓名、单位编码、电话、邮箱。财政、审计、管理员等不属于任何
单位的人员，单位编码留空。
导入记在系统管理员名下。退出状态：0 已导入；2 没有导入。""",
    epilog="示例：\n\n  jiheng admin import-people 人员.xlsx\n\n"
    "  jiheng admin import-people 人员.xlsx --by xitong.139902",
)
def import_people(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="按模板填好的文件")],
    by: Annotated[str, typer.Option("--by", metavar="USERNAME", help="由哪个系统管理员导入；只有一个时不用写")] = "",
) -> None:
    """The command."""
    set_up()
    must_be_built()
    from jiheng.web.org import people_excel
    from jiheng.web.org.queries import system_administrators
    from jiheng.web.org.services.people import create_many
    from jiheng.web.org.services.places import Wrong
    from jiheng.web.supervision.actor import acting
    from jiheng.web.tabular.book import BadFile

    administrators = system_administrators(by)
    if len(administrators) != 1:
        raise _refuse(f"没有系统管理员“{by}”。" if by else "请用 --by 写明由哪个系统管理员导入。")
    me = administrators[0]
    try:
        book = people_excel.PEOPLE.read(file.read_bytes(), file.name)
    except OSError as error:
        raise _refuse(f"{file} 读不了：{error.strerror}。") from error
    except BadFile as error:
        raise _refuse(error) from error
    for said in book.told():
        typer.echo(said, err=True)
    parsed = people_excel.judge(book, me.scope().district)
    for place, problem in parsed.errors:
        typer.echo(f"{place}：{problem}", err=True)
    if parsed.errors or not parsed.wanted:
        raise _refuse("没有导入任何人。")
    try:
        with acting(me, "命令行"):
            made = create_many(me, parsed.wanted)
    except Wrong as error:
        raise _refuse(f"{error}没有导入任何人。") from error
    unplaced = f"其中 {parsed.unplaced} 人不属于单位，归本区划。" if parsed.unplaced else ""
    typer.echo(f"已导入 {len(made)} 人。{unplaced}")
    _show_passwords(made)


@admin.command(
    "unlock",
    cls=ChineseCommand,
    options_metavar="[选项]",
    help="""解锁：账号或地址因连续输错而暂停登录的，立即可以再试。不改口令，不停用动态口令，记入审计日志。

写账号的，从任何地址登录这个账号都重新计数；写 --address 的，从这个地址登录任何账号都重新计数。
退出状态：0 已解锁；2 没有办理。""",
    epilog="示例：\n\n  jiheng admin unlock anquan.139902\n\n  jiheng admin unlock --address 10.8.3.21",
)
def unlock(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="账号")] = "",
    address: Annotated[str, typer.Option("--address", metavar="ADDRESS", help="来访的地址")] = "",
) -> None:
    """The command."""
    set_up()
    must_be_built()
    from jiheng.web.org.services.people import unlock_at_server
    from jiheng.web.org.services.places import Wrong

    if bool(account) == bool(address):
        raise _refuse("请写明账号，或用 --address 写明地址，二者选一。")
    try:
        forgotten = unlock_at_server(account, address)
    except Wrong as error:
        raise _refuse(error) from error
    typer.echo(f"已解锁 {account or address}。" if forgotten else f"{account or address} 没有被锁定，不用解锁。")


@admin.command(
    "new-key",
    cls=ChineseCommand,
    options_metavar="[选项]",
    help="""更换加密密钥：怀疑密钥泄露时用。生成新密钥，把动态口令都用它重新加密；服务不用停，用户不用重新设置。

原来的密钥另存为 key.日期，恢复以前的备份时要用；确定不再需要的，请删除。密钥由 JIHENG_KEY 给出的，先把新密钥写在
最前面、原来的用逗号接在后面，重启服务，再运行本命令，最后去掉原来的。退出状态：0 已更换；2 没有更换。""",
    epilog="示例：\n\n  jiheng admin new-key",
)
def new_key() -> None:
    """The command."""
    set_up()
    must_be_built()
    from django.db import DatabaseError

    from jiheng.web.org.services.codes import change_key

    try:
        count, kept = change_key()
    except (DatabaseError, OSError) as error:
        raise _refuse(f"密钥没有更换：{error}。原来的密钥照旧可用。") from error
    typer.echo(f"{count} 个账号的动态口令已用现在的密钥重新加密。" + (f"原来的密钥另存为 {kept}。" if kept else ""))


@admin.command(
    "backup",
    cls=ChineseCommand,
    options_metavar="[选项]",
    help="""备份：把数据库和上传的文件写进一个文件，连同每个部分的 SM3 校验值。服务不用停。

备份与数据库种类无关，可从 SQLite 恢复到 PostgreSQL、MariaDB，反过来也行。文件只有本人可读，内含全部业务数据和
口令的哈希值，请按涉密要求保管。签名密钥（secret-key 或 JIHENG_SECRET_KEY）不在其中；动态口令在备份里是加密的，
加密密钥（key 文件或 JIHENG_KEY）也不在其中，请另行保管，或加 --with-key。退出状态：0 已写好；2 没有写成。""",
    epilog="示例：\n\n  jiheng admin backup 备份-20270105.jhb",
)
def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="写到哪个文件，不能已经存在")],
    with_key: Annotated[bool, typer.Option("--with-key", help="连同加密密钥；这样的备份要加倍小心保管")] = False,
) -> None:
    """The command."""
    set_up()
    must_be_built()
    from django.db import DatabaseError

    from jiheng.web.backup.archive import BackupError
    from jiheng.web.backup.saving import backup as make

    try:
        digest = make(out, typer.echo, with_key)
    except (BackupError, DatabaseError) as error:
        raise _refuse(error) from error
    typer.echo(f"已写入 {out}\nSM3  {digest}")


@admin.command(
    "restore",
    cls=ChineseCommand,
    options_metavar="[选项]",
    help="""恢复：先核对备份文件的全部校验值，再一次写入数据库和上传的文件，要么全部恢复，要么一点不动。

请先停止服务。数据库里已有数据时拒绝恢复，除非加 --replace。旧版程序生成的备份恢复到空数据库，表结构随即升级到
现在的版本。恢复后所有人要重新登录；审计日志原样恢复，哈希链照旧可以核验，恢复本身也记入日志。
退出状态：0 已恢复；2 没有恢复，原来的数据没有改动。""",
    epilog="示例：\n\n  jiheng admin restore 备份-20270105.jhb --check\n\n"
    "  jiheng admin restore 备份-20270105.jhb\n\n  jiheng admin restore 备份-20270105.jhb --replace",
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件")],
    replace: Annotated[bool, typer.Option("--replace", help="清除数据库里现有的全部数据")] = False,
    check: Annotated[bool, typer.Option("--check", help="只核对备份文件，不恢复")] = False,
) -> None:
    """The command."""
    set_up()
    from django.db import DatabaseError

    from jiheng.web.backup import restoring
    from jiheng.web.backup.archive import BackupError

    try:
        if check:
            about = restoring.check(file)
            typer.echo(
                f"备份文件完整：{about['made_at']} 由绩衡 {about['program']} 生成，{sum(about['rows'].values())} 行。"
            )
            return
        restoring.restore(file, replace, typer.echo)
    except (BackupError, DatabaseError) as error:
        raise _refuse(error) from error
    typer.echo("已恢复。")

"""The shapes that the endpoints answer with; amounts in 万元."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import WithJsonSchema

from jiheng.web.disclosure.models import Publication
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan.mapping import plain_amount
from jiheng.web.plan.models import Indicator, Project

Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""Pydantic would announce a text; ours is written as a number, see ``api.NumbersRenderer``."""


class Problem(Schema):
    """Why there is no answer."""

    detail: str = Field(description="原因")


class UnitOut(Schema):
    """A unit."""

    id: int = Field(description="编号")
    code: str = Field(description="单位编码")
    name: str = Field(description="名称")
    valid_from: int = Field(description="启用年度")
    valid_to: int | None = Field(description="截止年度，在用的为空")
    successor: str | None = Field(description="继任单位的编码")

    @staticmethod
    def resolve_successor(row: Unit) -> str | None:
        """Its code."""
        return row.successor.code if row.successor else None


class DepartmentOut(Schema):
    """A department with its units."""

    id: int = Field(description="编号")
    code: str = Field(description="部门代码")
    name: str = Field(description="名称")
    district: str = Field(description="区划代码")
    is_active: bool = Field(description="是否在用")
    units: list[UnitOut] = Field(description="您可以查看的单位")

    @staticmethod
    def resolve_district(row: Department) -> str:
        """Its code."""
        return row.district.code


class ProjectLine(Schema):
    """A project, as listed."""

    id: int = Field(description="编号")
    code: str = Field(description="项目编码")
    name: str = Field(description="项目名称")
    year: int = Field(description="预算年度")
    unit_code: str = Field(description="单位编码")
    unit_name: str = Field(description="单位名称")
    department_code: str = Field(description="部门代码")
    department_name: str = Field(description="部门名称")
    state: str = Field(description="状态")
    state_name: str = Field(description="状态的名称")
    budget_total: Number | None = Field(description="预算数（万元）")
    budget_fiscal: Number | None = Field(description="其中财政资金（万元）")
    budget_other: Number | None = Field(description="其中其他资金（万元）")
    version: int = Field(description="版本")
    revision: int = Field(description="修订号，每次保存加一")
    updated_at: datetime = Field(description="最近修改时间")

    @classmethod
    def of(cls, row: Project, **more: Any) -> Any:
        """The shape of a row; its unit, department and year are read already."""
        unit, department = row.unit, row.unit.department
        return cls(
            id=row.pk, code=row.code, name=row.name, year=row.budget_year.year,
            unit_code=unit.code, unit_name=unit.name,
            department_code=department.code, department_name=department.name,
            state=str(row.state), state_name=row.get_state_display(),
            budget_total=plain_amount(row.budget_total), budget_fiscal=plain_amount(row.budget_fiscal),
            budget_other=plain_amount(row.budget_other),
            version=row.version, revision=row.revision, updated_at=row.updated_at, **more,
        )  # fmt: skip


class ProjectOut(ProjectLine):
    """A project with its target table."""

    content: dict[str, Any] = Field(description="绩效目标表，格式与导出的 JSON 中的项目相同")


class IndicatorOut(Schema):
    """A row of the indicator table."""

    level1: str = Field(description="一级指标")
    level2: str = Field(description="二级指标")
    name: str = Field(description="三级指标")
    description: str = Field(description="绩效指标描述")
    value_raw: str = Field(description="指标值原文")
    comparator: str = Field(description="比较符")
    value: Number | None = Field(description="数值")
    unit: str = Field(description="计量单位")
    kind: str = Field(description="指标值的种类")
    basis: str = Field(description="指标值确定依据")

    @classmethod
    def of(cls, row: Indicator) -> Any:
        """The shape of a row. The number without the zeros that the column adds."""
        value = None if row.value is None else Decimal(f"{row.value.normalize():f}")
        return cls(
            level1=row.level1, level2=row.level2, name=row.name, description=row.description,
            value_raw=row.target_raw, comparator=row.comparator, value=value, unit=row.unit, kind=row.kind,
            basis=row.basis,
        )  # fmt: skip


class FindingOut(Schema):
    """What the checker found."""

    code: str = Field(description="规则编号")
    name: str = Field(description="规则名称")
    severity: str = Field(description="error 错误、warning 警告、info 提示")
    field: str = Field(description="所在栏目")
    row: int | None = Field(description="第几条指标，从 0 起；不在指标表中的为空")
    message: str = Field(description="问题")
    advice: str | None = Field(description="建议")


class DocumentLine(Schema):
    """A public document, as listed."""

    id: int = Field(description="编号")
    title: str = Field(description="标题")
    year: int = Field(description="预算年度")
    department_code: str = Field(description="部门代码")
    department_name: str = Field(description="部门名称")
    district: str = Field(description="区划代码")
    edition: int = Field(description="版次")
    project_count: int = Field(description="项目数")
    budget_total: Number = Field(description="预算合计（万元）")
    published_at: datetime = Field(description="公开时间")

    @classmethod
    def of(cls, row: Publication, **more: Any) -> Any:
        """The shape of a row; its department and year are read already."""
        department = row.department
        return cls(
            id=row.pk, title=str(row), year=row.budget_year.year,
            department_code=department.code, department_name=department.name, district=department.district.code,
            edition=row.edition, project_count=row.project_count, budget_total=plain_amount(row.budget_total),
            published_at=row.published_at, **more,
        )  # fmt: skip


class DocumentOut(DocumentLine):
    """A public document with all it says."""

    content: dict[str, Any] = Field(description="绩效文本，格式与导出的 JSON 相同")

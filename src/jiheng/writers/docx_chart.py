"""Charts of Word's own in a new .docx: they print sharp, and their numbers can be edited in Word or WPS.

The numbers lie twice, as the format wants: in the chart, and in a workbook inside the file that "edit data" opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from jiheng.writers.docx_package import FIRST_EXTRA, TEXT_WIDTH, Extra

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_PACKAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_EMU = 635
"""Of a twentieth of a point."""
_CREATED = datetime(2025, 1, 1)  # noqa: DTZ001 - the same numbers give the same bytes


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers with its name and colour (hex)."""

    name: str
    values: Sequence[float | None]
    color: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars for each category; ``stacked`` puts the series of one on top of each other, else they stand side by side.

    ``height`` is in twentieths of a point, ``percent`` prints the axis in %.
    """

    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    lying: bool = False
    percent: bool = False
    height: int = 4600


def drawing(chart: BarChart, number: int) -> str:
    """The paragraph in which the chart with this number (from 1) stands."""
    width, height = TEXT_WIDTH * _EMU, chart.height * _EMU
    inline = (
        f'<wp:inline xmlns:wp="{_WP}" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="Chart {number}" descr={quoteattr(chart.title)}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" '
        f'r:id="rId{FIRST_EXTRA + number - 1}"/></a:graphicData></a:graphic></wp:inline>'
    )
    return f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:drawing>{inline}</w:drawing></w:r></w:p>'


def chart_part(chart: BarChart, number: int) -> Extra:
    """The part of the chart with this number (from 1), its workbook with it."""
    relations = (
        f'{_HEAD}<Relationships xmlns="{_RELS}"><Relationship Id="rId1" Type="{_PACKAGE}" '
        f'Target="../embeddings/chart{number}.xlsx"/></Relationships>'
    )
    own: dict[str, str | bytes] = {
        f"charts/_rels/chart{number}.xml.rels": relations, f"embeddings/chart{number}.xlsx": _workbook(chart)
    }  # fmt: skip
    return Extra(f"charts/chart{number}.xml", _xml(chart), _TYPE, f"{_R}/chart", own)


def _workbook(chart: BarChart) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet("Sheet1")
        for column, series in enumerate(chart.series, 1):
            sheet.write_string(0, column, series.name)
            for row, value in enumerate(series.values, 1):
                if value is not None:
                    sheet.write_number(row, column, value)
        for row, name in enumerate(chart.categories, 1):
            sheet.write_string(row, 0, name)
    return out.getvalue()


def _text(size: int, bold: bool = False) -> str:
    looks = f'sz="{size}" b="{int(bold)}"'
    return (
        f"<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr {looks}/></a:pPr>"
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )


def _points(values: Sequence[str]) -> str:
    found = "".join(f'<c:pt idx="{n}"><c:v>{escape(v)}</c:v></c:pt>' for n, v in enumerate(values) if v != "")
    return f'<c:ptCount val="{len(values)}"/>{found}'


def _series(chart: BarChart, n: int) -> str:
    one, column, last = chart.series[n], chr(ord("B") + n), len(chart.categories) + 1
    numbers = ["" if v is None else f"{v:g}" for v in one.values]
    return (
        f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache>'
        f"{_points([one.name])}</c:strCache></c:strRef></c:tx><c:spPr><a:solidFill><a:srgbClr "
        f'val="{one.color}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/><c:cat><c:strRef>'
        f"<c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>{_points(chart.categories)}</c:strCache></c:strRef></c:cat><c:val><c:numRef>"
        f"<c:f>Sheet1!${column}$2:${column}${last}</c:f><c:numCache><c:formatCode>General</c:formatCode>{_points(numbers)}"
        "</c:numCache></c:numRef></c:val></c:ser>"
    )


def _axes(chart: BarChart) -> str:
    line = '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="8A94A1"/></a:solidFill></a:ln></c:spPr>'
    grid = (
        '<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="E3E8EE"/></a:solidFill></a:ln></c:spPr>'
        "</c:majorGridlines>"
    )
    form = '0"%"' if chart.percent else "General"
    upside = '<c:scaling><c:orientation val="maxMin"/></c:scaling>' if chart.lying else (
        '<c:scaling><c:orientation val="minMax"/></c:scaling>'
    )  # fmt: skip
    places = ("l", "b") if chart.lying else ("b", "l")
    crosses = "max" if chart.lying else "autoZero"
    return (
        f'<c:catAx><c:axId val="1"/>{upside}<c:delete val="0"/><c:axPos val="{places[0]}"/>'
        '<c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/>{line}{_text(900)}<c:crossAx val="2"/>'
        '<c:crosses val="autoZero"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        '<c:delete val="0"/>'
        f'<c:axPos val="{places[1]}"/>{grid}<c:numFmt formatCode={quoteattr(form)} sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{line}{_text(900)}'
        f'<c:crossAx val="1"/><c:crosses val="{crosses}"/></c:valAx>'
    )


def _xml(chart: BarChart) -> str:
    overlap = '<c:overlap val="100"/>' if chart.stacked else ""
    grouping = "stacked" if chart.stacked else "clustered"
    series = "".join(_series(chart, n) for n in range(len(chart.series)))
    title = (
        '<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200" b="1"/></a:pPr><a:r>'
        f'<a:rPr lang="zh-CN" sz="1200" b="1"/><a:t>{escape(chart.title)}</a:t></a:r></a:p></c:rich></c:tx>'
        '<c:overlay val="0"/></c:title>'
    )
    return (
        f'{_HEAD}<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}"><c:roundedCorners val="0"/><c:chart>{title}'
        '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart>'
        f'<c:barDir val="{"bar" if chart.lying else "col"}"/>'
        f'<c:grouping val="{grouping}"/><c:varyColors val="0"/>{series}<c:gapWidth val="60"/>'
        f'{overlap}<c:axId val="1"/><c:axId val="2"/></c:barChart>{_axes(chart)}</c:plotArea>'
        f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_text(900)}</c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:externalData r:id="rId1">'
        '<c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )

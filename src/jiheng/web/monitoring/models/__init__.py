"""What the monitoring stage stores."""

from jiheng.web.monitoring.models.record import IndicatorReport, MonitoringRecord, MonitoringStep
from jiheng.web.monitoring.models.responsibility import Responsibility
from jiheng.web.monitoring.models.round import Light, MonitoringRound, RecordState

__all__ = [
    "IndicatorReport", "Light", "MonitoringRecord", "MonitoringRound", "MonitoringStep", "RecordState",
    "Responsibility",
]  # fmt: skip

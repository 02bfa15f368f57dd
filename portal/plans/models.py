"""Plans and the history of their price per minute."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.database import Base, JsonColumn, checks
from portal.plans import limits


class Plan(Base):
    """One plan. `included` and `ceilings` map each limit's field to a whole number: what a tenant has without a value
    of its own, and what its owner may raise it to. `features` lists the keys of `limits.Feature` it includes. Nobody
    new may choose one that is not `offered`; one that is `on_request` an owner asks for, and an administrator gives."""

    __tablename__ = "plans"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(default=0)
    monthly_price_cents: Mapped[int]
    included: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    ceilings: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    features: Mapped[list[str]] = mapped_column(JsonColumn)
    offered: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="offered"), default=True)
    on_request: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="on_request"), default=False)
    version: Mapped[int] = mapped_column(default=1, info={"audited": False})
    prices: Mapped[list[MinutePrice]] = relationship(order_by="MinutePrice.since")

    __table_args__ = checks(key=limits.Key, label=limits.Label, monthly_price_cents=limits.MonthlyPriceCents)
    __mapper_args__ = {"version_id_col": version, "version_id_generator": lambda version: (version or 0) + 1}

    @property
    def audit_id(self) -> str:
        """The key."""
        return self.key

    @property
    def audit_label(self) -> str:
        """The label."""
        return self.label

    @property
    def open_to_all(self) -> bool:
        """Whether an owner may choose it without asking."""
        return self.offered and not self.on_request

    def includes(self, feature: limits.Feature) -> bool:
        """Say whether a tenant on this plan may use a feature."""
        return feature.value in self.features

    def price_on(self, day: date) -> int:
        """Give the price of a call minute on a day, in hundredths of a cent."""
        return next((price.hundredths for price in reversed(self.prices) if price.since <= day), 0)


class MinutePrice(Base):
    """A plan's price per call minute from a day on, in hundredths of a cent."""

    __tablename__ = "minute_prices"

    plan_key: Mapped[str] = mapped_column(String(100), ForeignKey("plans.key", ondelete="CASCADE"), primary_key=True)
    since: Mapped[date] = mapped_column(Date, primary_key=True)
    hundredths: Mapped[int]

    __table_args__ = checks(hundredths=limits.MinutePrice)

"""Which settings are in force for what there is in production only?"""

from __future__ import annotations

from typing import Any

from entrypoints.load_settings import load_settings
from entrypoints.production_settings import ProductionSettings
from entrypoints.settings import Environment


def load_production_settings(**overrides: Any) -> ProductionSettings:
    """Whatever TIDINGS_ENV says. Raises BadSettings."""
    settings = load_settings(**overrides | {"tidings_env": Environment.PRODUCTION})
    assert isinstance(settings, ProductionSettings)
    return settings

"""The copilot as a Django app: it finds the tools that installed apps declare."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CopilotConfig(AppConfig):
    name = "copilot"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import each installed app's `copilot_tools`, whose `@tool` functions declare themselves."""
        autodiscover_modules("copilot_tools")

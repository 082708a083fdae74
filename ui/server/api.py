"""What the API beside the pages needs: their service, and whether API_OPEN may leave keys out here."""

from __future__ import annotations

from functools import cache

import config
from api.context import ApiContext
from config import Settings
from core.errors import MovaError
from jobs.service.service import JobService
from ui.app_context import app_context
from ui.server.host_guard import is_loopback, listens_on
from ui.server.visitor import has_login


def api_context() -> ApiContext:
    """The context of the process's app."""
    opened = app_context()
    return _context_over(opened.service)


@cache
def _context_over(service: JobService) -> ApiContext:
    return ApiContext(app_context().settings, service, _is_closed, background=app_context().background)


def picture_limit_mb() -> int:
    """MAX_IMAGE_MB, also where another setting is wrong: that is told when the app opens."""
    try:
        return config.load().max_image_mb
    except MovaError:
        return int(Settings.model_fields["max_image_mb"].default)


def _is_closed() -> bool:
    return has_login(app_context().settings) or not is_loopback(listens_on())
